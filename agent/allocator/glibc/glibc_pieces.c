#include "glibc_pieces.h"

#include <malloc.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "arena_scan.h"
#include "clock.h"
#include "drop_pages.h"
#include "glibc_blocks.h"
#include "own_calls.h"
#include "peek.h"
#include "quantity.h"
#include "resident_pages.h"

/* The flags in the low bits of a chunk's size, and those of a chunk behind one in use, and of one
 * that is mapped by itself. */
#define CHUNK_FLAGS UINT64_C(7)
#define CHUNK_BEFORE_IS_USED UINT64_C(1)
#define CHUNK_IS_MAPPED UINT64_C(2)

/* glibc's DEFAULT_MMAP_THRESHOLD_MAX. */
#define THRESHOLD_BYTES_MAX (32 * TRIM_MIB)

static size_t usable(const void *piece)
{
    return malloc_usable_size((void *)(uintptr_t)piece); // NOLINT(performance-no-int-to-ptr)
}

uint64_t trim_glibc_resident(uint64_t start, uint64_t end)
{
    const struct trim_arena_heap *heap = trim_arena_map_find(trim_arena_scan_map(), start);
    if (heap != NULL && heap->locked) {
        return 0;
    }
    bool blind = false;
    uint64_t bytes = trim_resident_bytes(start, end, &blind);
    /* Where the system does not tell, everything may be. */
    return blind ? end - start : bytes;
}

int trim_glibc_drop(const struct trim_span *spans, size_t count)
{
    struct iovec ranges[TRIM_SPANS_MAX];
    for (size_t i = 0; i < count; i++) {
        ranges[i].iov_base = trim_pointer_to(spans[i].start);
        ranges[i].iov_len = spans[i].end - spans[i].start;
    }
    return trim_drop_pages(ranges, count);
}

/* Whether malloc has mapped the piece on its own: its size word, which stands before it, says so.
 */
static bool is_mapped(const void *piece)
{
    uint64_t own = 0;
    memcpy(&own, (const char *)piece - sizeof own, sizeof own);
    return (own & CHUNK_IS_MAPPED) != 0;
}

/* One that malloc has mapped on its own may lie where a heap has gone: behind it is no chunk. */
static bool inside(uint64_t arena, uint64_t start, uint64_t end)
{
    if (is_mapped(trim_pointer_to(start))) {
        return false;
    }
    const struct trim_arena_map *map = trim_arena_scan_map();
    uint64_t found = 0;
    if (!trim_arena_map_arena(map, start, &found) || found != arena) {
        return false;
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(map, start);
    return end <= (heap != NULL ? heap->address + heap->header.size : map->main_end);
}

/* The end of a heap as it is now; 0: it is gone. */
static uint64_t end_of(const struct trim_arena_heap *heap)
{
    struct trim_heap_header now;
    bool there = trim_arena_scan_reread(heap->address, &now) && now.arena == heap->header.arena;
    return there ? heap->address + now.size : 0;
}

/* The heap that was the arena's last one; NULL: the main arena has none. */
static const struct trim_arena_heap *last_heap(const struct trim_borrow_arena *arena)
{
    bool main = arena->arena == TRIM_MAIN_ARENA;
    return main ? NULL : trim_arena_map_find(trim_arena_scan_map(), arena->end - 1);
}

/* A heap that becomes empty is unmapped, and then those before it that do. */
static uint64_t heaps_gone(const struct trim_borrow_arena *arena)
{
    uint64_t gone = 0;
    const struct trim_arena_heap *heap = last_heap(arena);
    while (heap != NULL && end_of(heap) == 0) {
        gone++;
        heap = trim_arena_map_find(trim_arena_scan_map(), heap->header.previous);
    }
    return gone;
}

/* The arena's end as it is now; 0: its last heap is gone. */
static uint64_t end_now(const struct trim_borrow_arena *arena)
{
    const struct trim_arena_heap *heap = last_heap(arena);
    return heap != NULL ? end_of(heap) : (uint64_t)(uintptr_t)sbrk(0);
}

/* A heap that has filled up has a successor, which nobody knows the size of: that is growth too. */
static uint64_t grown(const struct trim_borrow_arena *arena)
{
    uint64_t end = end_now(arena);
    bool filled = last_heap(arena) != NULL && end % TRIM_ARENA_HEAP_BYTES == 0 && end > arena->end;
    return filled ? UINT64_MAX : trim_excess(end, arena->end);
}

/* The chunk behind a piece, as if it were a block that malloc has returned. */
static uint64_t behind(const void *piece)
{
    return (uint64_t)(uintptr_t)piece + usable(piece) + TRIM_CHUNK_WORD;
}

/* Its size, which stands right behind the piece: there is a chunk behind each one, be it the top or
 * the end of a heap. */
static uint64_t bytes_behind(const void *piece)
{
    const char *size = (const char *)piece + usable(piece);
    return __atomic_load_n((const uint64_t *)(const void *)size, __ATOMIC_RELAXED) & ~CHUNK_FLAGS;
}

/* The chunk that ends where the arena's last heap ends now is the top. */
static uint64_t top_behind(const struct trim_borrow_arena *arena, const void *piece)
{
    if (is_mapped(piece)) {
        return 0;
    }
    uint64_t bytes = bytes_behind(piece);
    return behind(piece) + bytes == end_now(arena) + 2 * TRIM_CHUNK_WORD ? bytes : 0;
}

/*
 * The chunk behind a piece is free where the one behind that says so. Others may change them at any
 * time; what is read then has at worst sizes passed over, or a rest left. What has been added to
 * the heap since it was measured does not count.
 */
static uint64_t free_behind(const struct trim_borrow_arena *arena, const void *piece)
{
    uint64_t bytes = bytes_behind(piece);
    uint64_t second = behind(piece) + bytes;
    if (bytes == 0 || !inside(arena->arena, (uint64_t)(uintptr_t)piece, second - TRIM_CHUNK_WORD)) {
        return 0;
    }
    uint64_t word = trim_glibc_size_word(second);
    return word != 0 && (word & CHUNK_BEFORE_IS_USED) == 0 ? bytes : 0;
}

/*
 * A free chunk of a large bin names the next ones of its list in its first four words. Of several
 * of one size only the first names those of other sizes, and that is the last one to be served.
 * malloc leaves all this where it is. Nor does one that nobody has sorted yet name any: it seems to
 * have equals where it fits a request exactly.
 */
static bool has_equals(const void *piece)
{
    uint64_t words[3]; /* Next, previous, next of another size. */
    memcpy(words, piece, sizeof words);
    return words[2] == 0;
}

/*
 * A block that malloc has mapped on its own raises glibc's dynamic thresholds when it is freed, for
 * the rest of the process's life: larger blocks then come from the arenas, and their tops keep
 * more. Those above the thresholds' maximum do not, so it is made as large: nothing of it is
 * touched.
 */
static void give(void *piece)
{
    if (is_mapped(piece)) {
        void *larger = trim_own_realloc(piece, THRESHOLD_BYTES_MAX + 1);
        piece = larger != NULL ? larger : piece;
    }
    trim_own_free(piece);
}

static uint64_t others_cpu_ns(void)
{
    return trim_excess(trim_clock_process_cpu_ns(), trim_clock_thread_cpu_ns());
}

void trim_glibc_pieces(struct trim_borrow_world *world)
{
    world->give = give;
    world->usable = usable;
    world->resident = trim_glibc_resident;
    world->drop = trim_glibc_drop;
    world->inside = inside;
    world->grown = grown;
    world->heaps_gone = heaps_gone;
    world->free_behind = free_behind;
    world->has_equals = has_equals;
    world->top_behind = top_behind;
    world->now_ns = trim_clock_now_ns;
    world->own_cpu_ns = trim_clock_thread_cpu_ns;
    world->others_cpu_ns = others_cpu_ns;
    world->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
}
