#include "arena_scan.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "line_reader.h"
#include "locked_pages.h"
#include "peek.h"
#include "process_memory.h"
#include "quantity.h"
#include "resident_pages.h"

/* A line of maps is a few dozen bytes and a path. A longer one is a file's, and no arena. */
#define LINE_MAX_BYTES 512

/*
 * A larger line is a Java heap, not a thousand heaps of arenas side by side. Each 64 MiB of a
 * mapping cost a microsecond to look at.
 */
#define MAPPING_MAX_BYTES (UINT64_C(1) << 36)

/* Static, because the worker's stack is small and it must not allocate; the worker alone scans. */
static struct trim_arena_map map;
static uint64_t heap_bytes = TRIM_ARENA_HEAP_BYTES;
static bool any_locked; /* The process had locked something when the last scan began. */

/* The header is at most this long: glibc 2.36's is 48 bytes, with its alignment of the arena that
 * follows 64. */
#define HEADER_MAX 256

/* Heaps begin at multiples of this. */
static uint64_t heap_step(uint64_t heap_max_bytes)
{
    return trim_min(heap_max_bytes, TRIM_ARENA_HEAP_BYTES);
}

bool trim_heap_header_plausible(uint64_t address, const struct trim_heap_header *header,
                                uint64_t page_bytes, uint64_t heap_max_bytes)
{
    uint64_t step = heap_step(heap_max_bytes);
    uint64_t size_max = trim_max(heap_max_bytes, TRIM_ARENA_HEAP_BYTES);
    uint64_t arena_offset = header->arena % step;
    bool first = header->previous == 0;
    bool arena_fits =
        first ? header->arena - arena_offset == address : header->arena - arena_offset != address;
    return arena_fits && arena_offset != 0 && arena_offset <= HEADER_MAX &&
           header->arena % 8 == 0 && header->previous % step == 0 && header->previous != address &&
           header->size != 0 && header->size % page_bytes == 0 && header->size <= size_max &&
           header->writable_size % page_bytes == 0 && header->writable_size >= header->size &&
           header->writable_size <= size_max;
}

void trim_arena_scan_heaps_of(uint64_t heap_max_bytes)
{
    heap_bytes = heap_max_bytes;
}

/*
 * Lines of maps that lie side by side. A heap is several of them where its parts differ in what the
 * kernel keeps of each: glibc.malloc.hugetlb=1 advises huge pages for a part of it,
 * glibc.mem.decorate_maps=1 names a part, and an application may lock a block.
 */
struct stretch {
    uint64_t start;
    uint64_t end;
};

/* Adds a heap, or a line of the main one, to what is resident or to what is locked. */
static struct trim_arena_heap measure(uint64_t start, uint64_t bytes, struct trim_arena_scan *scan)
{
    uint64_t resident = trim_resident_bytes(start, start + bytes, &scan->blind);
    bool locked = any_locked && trim_is_locked(start);
    if (locked) {
        scan->locked_bytes += bytes;
        scan->locked_resident_bytes += resident;
    } else {
        scan->resident_bytes += resident;
    }
    return (struct trim_arena_heap){
        .address = start, .resident_bytes = locked ? 0 : resident, .locked = locked};
}

static void remember_heap(const struct trim_arena_heap *heap)
{
    map.more = map.more || map.heap_count == TRIM_ARENA_HEAPS_MAX;
    if (map.heap_count < TRIM_ARENA_HEAPS_MAX) {
        map.heaps[map.heap_count++] = *heap;
    }
}

/* Takes in the heaps of a stretch of anonymous memory, and leaves it empty. */
static void scan_heaps(struct stretch *stretch, uint64_t page_bytes, struct trim_arena_scan *scan)
{
    const uint64_t step = heap_step(heap_bytes);
    uint64_t address = (stretch->start + step - 1) & ~(step - 1);
    /* The first comparison is for addresses so high that rounding up wraps. */
    for (; address >= stretch->start && address < stretch->end; address += step) {
        struct trim_heap_header header;
        if (!trim_peek(address, &header, sizeof header) ||
            !trim_heap_header_plausible(address, &header, page_bytes, heap_bytes) ||
            header.size > stretch->end - address) {
            continue;
        }
        struct trim_arena_heap heap = measure(address, header.size, scan);
        heap.header = header;
        scan->other_bytes += header.size;
        scan->heaps++;
        remember_heap(&heap);
    }
    stretch->start = stretch->end;
}

static void scan_line(const char *text, size_t length, uint64_t page_bytes, struct stretch *stretch,
                      struct trim_arena_scan *scan)
{
    struct trim_maps_line line;
    if (trim_parse_maps_line(text, length, &line) != 0 || !line.private_rw ||
        line.end - line.start > MAPPING_MAX_BYTES) {
        return;
    }
    if (line.main_heap) {
        const struct trim_arena_heap part = measure(line.start, line.end - line.start, scan);
        map.main_start = map.main_end == 0 ? line.start : map.main_start;
        map.main_end = line.end;
        map.main_resident_bytes += part.resident_bytes;
        map.main_locked = part.locked;
        scan->main_bytes += line.end - line.start;
    } else if (line.anonymous) {
        if (line.start != stretch->end) {
            scan_heaps(stretch, page_bytes, scan);
            stretch->start = line.start;
        }
        stretch->end = line.end;
    }
}

int trim_arena_scan_run(const char *proc, struct trim_arena_scan *scan)
{
    long page_bytes = sysconf(_SC_PAGESIZE);
    uint64_t known = TRIM_ARENA_HEAP_BYTES;
    uint64_t seen = 0;
    /* Where no memory can be looked at no heap would be found. */
    if (page_bytes < 4096 || !trim_peek((uintptr_t)&known, &seen, sizeof seen) || seen != known) {
        errno = EINVAL;
        return -1;
    }
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, proc, "/maps") != 0) {
        return -1;
    }
    struct trim_arena_scan result = {0};
    struct stretch stretch = {0};
    uint64_t locked_bytes = 0;
    any_locked = trim_process_locked(proc, &locked_bytes) == 0 && locked_bytes != 0;
    map.main_start = map.main_end = map.main_resident_bytes = 0;
    map.main_locked = false;
    map.heap_count = 0;
    map.more = false;
    const char *line = NULL;
    size_t length = 0;
    while ((line = trim_lines_next(&reader, &length)) != NULL) {
        if (length <= LINE_MAX_BYTES) {
            scan_line(line, length, (uint64_t)page_bytes, &stretch, &result);
        }
    }
    scan_heaps(&stretch, (uint64_t)page_bytes, &result);
    trim_lines_close(&reader);
    if (reader.failed) {
        return -1;
    }
    *scan = result;
    return 0;
}

const struct trim_arena_map *trim_arena_scan_map(void)
{
    return &map;
}

bool trim_arena_scan_reread(uint64_t address, struct trim_heap_header *header)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    return trim_peek(address, header, sizeof *header) &&
           trim_heap_header_plausible(address, header, page_bytes, heap_bytes);
}

/* Adds the last bytes of a heap. */
static void add_end(const struct trim_arena_heap *heap, uint64_t bytes, uint64_t page_bytes,
                    struct trim_tops *tops)
{
    uint64_t end = heap->address + heap->header.size;
    uint64_t whole = bytes < heap->header.size ? bytes / page_bytes * page_bytes : 0;
    bool blind = false;
    uint64_t resident = trim_resident_bytes(end - whole, end, &blind);
    if (!blind) {
        tops->wet_bytes += resident >= TRIM_TOP_LEAST_BYTES ? resident : 0;
        tops->dry_bytes += whole - resident;
    }
}

/* The top of the arena, of several that it may be the least. 0 where there is none. */
static uint64_t top_of(const struct trim_arena_figures *arenas, size_t count, uint64_t arena,
                       uint64_t system_bytes)
{
    uint64_t top = UINT64_MAX;
    for (size_t i = 0; i < count; i++) {
        if (trim_arena_figures_are(&arenas[i], arena, system_bytes)) {
            top = trim_min(top, arenas[i].top_bytes);
        }
    }
    return top != UINT64_MAX ? top : 0;
}

void trim_arena_scan_tops(const struct trim_arena_figures *arenas, size_t count,
                          struct trim_tops *tops)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    *tops = (struct trim_tops){0};
    for (size_t i = 0; i < map.heap_count && !map.more; i++) {
        const struct trim_arena_heap *heap = &map.heaps[i];
        if (!heap->locked && trim_arena_map_newest(&map, heap)) {
            uint64_t bytes = trim_arena_map_bytes(&map, heap->header.arena);
            uint64_t top = top_of(arenas, count, heap->header.arena, bytes);
            add_end(heap, top, page_bytes, tops);
        }
    }
}
