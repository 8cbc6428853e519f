#include "trimagent/arena_scan.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/descriptor.h"
#include "trimagent/line_reader.h"

/* A line of maps is a few dozen bytes and a path. A longer one is a file's, and no arena. */
#define LINE_MAX_BYTES 512

/*
 * A larger mapping is a Java heap, not a thousand heaps of arenas side by side. Each 64 MiB of a
 * mapping cost a microsecond to look at.
 */
#define MAPPING_MAX_BYTES (UINT64_C(1) << 36)

/* Addresses that mincore is asked for at once: one heap of the largest kind. */
#define RESIDENT_STEP TRIM_ARENA_HEAP_BYTES
#define PAGES_MAX (RESIDENT_STEP / 4096)

/* More heaps than these, 64 GiB of them, are summed up but not remembered. */
#define HEAPS_MAX 1024

/* The scan's buffers. Static, because the worker's stack is small and it must not allocate; the
 * worker alone scans. */
static unsigned char residency[PAGES_MAX];
static struct {
    uint64_t address;
    struct trim_heap_header header;
} heaps[HEAPS_MAX];
static size_t heap_count;
static int peek_pipe[2] = {-1, -1};

/* The header is at most this long: glibc 2.36's is 48 bytes, with its alignment of the arena that
 * follows 64. */
#define HEADER_MAX 256

bool trim_heap_header_plausible(uint64_t address, const struct trim_heap_header *header,
                                uint64_t page_bytes)
{
    uint64_t arena_offset = header->arena % TRIM_ARENA_HEAP_BYTES;
    bool first = header->previous == 0;
    bool arena_fits =
        first ? header->arena - arena_offset == address : header->arena - arena_offset != address;
    return arena_fits && arena_offset != 0 && arena_offset <= HEADER_MAX &&
           header->arena % 8 == 0 && header->previous % TRIM_ARENA_HEAP_BYTES == 0 &&
           header->previous != address && header->size != 0 && header->size % page_bytes == 0 &&
           header->size <= TRIM_ARENA_HEAP_BYTES && header->writable_size % page_bytes == 0 &&
           header->writable_size >= header->size && header->writable_size <= TRIM_ARENA_HEAP_BYTES;
}

int trim_arena_scan_open(void)
{
    if (peek_pipe[0] >= 0) {
        return 0;
    }
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
        return -1;
    }
    peek_pipe[0] = trim_above_standard(ends[0]);
    peek_pipe[1] = trim_above_standard(ends[1]);
    return peek_pipe[0] >= 0 && peek_pipe[1] >= 0 ? 0 : -1;
}

/* Addresses come from /proc/self/maps, which knows no pointers. */
static void *pointer_to(uint64_t address)
{
    return (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr): see above.
}

/*
 * Copies memory that may be unmapped at any moment, because a heap is given back when its last
 * chunk is freed. The kernel copies it into a pipe and answers EFAULT where there is none; unlike
 * process_vm_readv that is never forbidden.
 */
static bool peek(uint64_t address, void *copy, size_t length)
{
    ssize_t written = write(peek_pipe[1], pointer_to(address), length);
    if (written <= 0) {
        return false;
    }
    return read(peek_pipe[0], copy, (size_t)written) == (ssize_t)length;
}

/* The resident ones among the pages that mincore has told of: its lowest bits, eight at a time. */
static uint64_t count_resident(uint64_t pages)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t count = 0;
    uint64_t page = 0;
    for (; page + sizeof ones <= pages; page += sizeof ones) {
        uint64_t eight = 0;
        memcpy(&eight, residency + page, sizeof eight);
        count += ((eight & ones) * ones) >> 56;
    }
    for (; page < pages; page++) {
        count += residency[page] & 1U;
    }
    return count;
}

/*
 * The resident bytes of [start, end). Pages that are unmapped meanwhile (ENOMEM) are not; any other
 * failure means that the system does not tell, and sets *blind.
 */
static uint64_t resident_in(uint64_t start, uint64_t end, uint64_t page_bytes, bool *blind)
{
    uint64_t pages = 0;
    while (start < end) {
        uint64_t step = end - start < RESIDENT_STEP ? end - start : RESIDENT_STEP;
        if (mincore(pointer_to(start), step, residency) == 0) {
            pages += count_resident(step / page_bytes);
        } else if (errno != ENOMEM) {
            *blind = true;
        }
        start += step;
    }
    return pages * page_bytes;
}

static void remember_heap(uint64_t address, const struct trim_heap_header *header)
{
    if (heap_count < HEAPS_MAX) {
        heaps[heap_count].address = address;
        heaps[heap_count].header = *header;
        heap_count++;
    }
}

static void scan_heaps(const struct trim_maps_line *line, uint64_t page_bytes,
                       struct trim_arena_scan *scan)
{
    const uint64_t mask = TRIM_ARENA_HEAP_BYTES - 1;
    uint64_t address = (line->start + mask) & ~mask;
    /* The first comparison is for addresses so high that rounding up wraps. */
    for (; address >= line->start && address < line->end; address += TRIM_ARENA_HEAP_BYTES) {
        struct trim_heap_header header;
        if (!peek(address, &header, sizeof header) ||
            !trim_heap_header_plausible(address, &header, page_bytes) ||
            header.size > line->end - address) {
            continue;
        }
        scan->other_bytes += header.size;
        scan->resident_bytes +=
            resident_in(address, address + header.size, page_bytes, &scan->blind);
        remember_heap(address, &header);
        scan->heaps++;
    }
}

static void scan_line(const char *text, size_t length, uint64_t page_bytes,
                      struct trim_arena_scan *scan)
{
    struct trim_maps_line line;
    if (trim_parse_maps_line(text, length, &line) != 0 || !line.private_rw ||
        line.end - line.start > MAPPING_MAX_BYTES) {
        return;
    }
    if (line.main_heap) {
        scan->main_bytes += line.end - line.start;
        scan->resident_bytes += resident_in(line.start, line.end, page_bytes, &scan->blind);
    } else if (line.anonymous) {
        scan_heaps(&line, page_bytes, scan);
    }
}

int trim_arena_scan_run(const char *proc, struct trim_arena_scan *scan)
{
    long page_bytes = sysconf(_SC_PAGESIZE);
    if (page_bytes < 4096 || peek_pipe[0] < 0 || peek_pipe[1] < 0) {
        errno = EINVAL;
        return -1;
    }
    struct trim_line_reader reader;
    if (trim_lines_open(&reader, proc, "/maps") != 0) {
        return -1;
    }
    struct trim_arena_scan result = {0};
    heap_count = 0;
    const char *line = NULL;
    size_t length = 0;
    while ((line = trim_lines_next(&reader, &length)) != NULL) {
        if (length <= LINE_MAX_BYTES) {
            scan_line(line, length, (uint64_t)page_bytes, &result);
        }
    }
    trim_lines_close(&reader);
    if (reader.failed) {
        return -1;
    }
    *scan = result;
    return 0;
}

/* Whether no other heap names this one as the one before it: the arena's top ends it. */
static bool is_newest(size_t heap)
{
    for (size_t other = 0; other < heap_count; other++) {
        if (heaps[other].header.previous == heaps[heap].address) {
            return false;
        }
    }
    return true;
}

static uint64_t arena_bytes(uint64_t arena)
{
    uint64_t bytes = 0;
    for (size_t heap = 0; heap < heap_count; heap++) {
        bytes += heaps[heap].header.arena == arena ? heaps[heap].header.size : 0;
    }
    return bytes;
}

/* What is not resident of the last bytes of a heap. */
static uint64_t dry_end(size_t heap, uint64_t bytes, uint64_t page_bytes)
{
    uint64_t end = heaps[heap].address + heaps[heap].header.size;
    uint64_t whole = bytes < heaps[heap].header.size ? bytes / page_bytes * page_bytes : 0;
    bool blind = false;
    uint64_t resident = resident_in(end - whole, end, page_bytes, &blind);
    return blind ? 0 : whole - resident;
}

uint64_t trim_arena_scan_dry_tops(const struct trim_arena_top *tops, size_t count)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t dry = 0;
    for (size_t heap = 0; heap < heap_count && heap_count < HEAPS_MAX; heap++) {
        if (!is_newest(heap)) {
            continue;
        }
        uint64_t bytes = arena_bytes(heaps[heap].header.arena);
        size_t top = 0;
        while (top < count && tops[top].system_bytes != bytes) {
            top++;
        }
        if (top < count) {
            dry += dry_end(heap, tops[top].top_bytes, page_bytes);
        }
    }
    return dry;
}
