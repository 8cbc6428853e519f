#include "glibc_pieces.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/arena_scan.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"
#include "trimagent/resident_pages.h"

/* glibc's chunks: words of so many bytes, flags in the low bits of the size, and the flag of those
 * that are mapped one by one. */
#define CHUNK_WORD UINT64_C(8)
#define CHUNK_FLAGS UINT64_C(7)
#define CHUNK_BEFORE_IS_USED UINT64_C(1)
#define CHUNK_IS_MAPPED UINT64_C(2)

/* glibc's DEFAULT_MMAP_THRESHOLD_MAX. */
#define THRESHOLD_BYTES_MAX (32 * TRIM_MIB)

static void *pointer_to(uint64_t address)
{
    return (void *)(uintptr_t)address; // NOLINT(performance-no-int-to-ptr): from maps.
}

static size_t usable(const void *piece)
{
    return malloc_usable_size((void *)(uintptr_t)piece); // NOLINT(performance-no-int-to-ptr)
}

uint64_t trim_glibc_resident(uint64_t start, uint64_t end)
{
    bool blind = false;
    uint64_t bytes = trim_resident_bytes(start, end, &blind);
    /* Where the system does not tell, everything may be. */
    return blind ? end - start : bytes;
}

static int drop(uint64_t start, uint64_t end)
{
    return madvise(pointer_to(start), end - start, MADV_DONTNEED);
}

static bool inside(uint64_t arena, uint64_t start, uint64_t end)
{
    const struct trim_arena_map *map = trim_arena_scan_map();
    uint64_t found = 0;
    if (!trim_arena_map_arena(map, start, &found) || found != arena) {
        return false;
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(map, start);
    return end <= (heap != NULL ? heap->address + heap->header.size : map->main_end);
}

/* Where the arena's last heap ends now, or 0. */
static uint64_t end_now(const struct trim_borrow_arena *arena)
{
    if (arena->arena == TRIM_MAIN_ARENA) {
        return (uint64_t)(uintptr_t)sbrk(0);
    }
    const struct trim_arena_heap *heap = trim_arena_map_find(trim_arena_scan_map(), arena->end - 1);
    struct trim_heap_header now;
    if (heap == NULL || !trim_arena_scan_reread(heap->address, &now)) {
        return 0;
    }
    return heap->address + now.size;
}

static uint64_t grown(const struct trim_borrow_arena *arena)
{
    return trim_excess(end_now(arena), arena->end);
}

/* The word in front of what malloc returns: the chunk's size and flags. */
static uint64_t size_word(uint64_t address)
{
    uint64_t word = 0;
    memcpy(&word, pointer_to(address - sizeof word), sizeof word);
    return word;
}

/*
 * Behind a piece stands the next chunk's size. The one that ends where the heap ends is the top:
 * a heap that is no longer the last one ends with a chunk of no size.
 */
static uint64_t top_behind(const struct trim_borrow_arena *arena, const void *piece)
{
    /* Both as if the chunk behind were a block that malloc has returned. */
    uint64_t next = (uint64_t)(uintptr_t)piece + usable(piece) + CHUNK_WORD;
    uint64_t end = end_now(arena) + 2 * CHUNK_WORD;
    if (next >= end || !inside(arena->arena, (uint64_t)(uintptr_t)piece, next - CHUNK_WORD)) {
        return 0;
    }
    uint64_t bytes = size_word(next) & ~CHUNK_FLAGS;
    return next + bytes == end ? bytes : 0;
}

/*
 * The chunk behind a piece is free where the one behind that says so. Others may change them at any
 * time; what is read then is at worst a reason to end a class early or late.
 */
static uint64_t free_behind(const struct trim_borrow_arena *arena, const void *piece)
{
    uint64_t next = (uint64_t)(uintptr_t)piece + usable(piece) + CHUNK_WORD;
    if (!inside(arena->arena, (uint64_t)(uintptr_t)piece, next)) {
        return 0;
    }
    uint64_t bytes = size_word(next) & ~CHUNK_FLAGS;
    uint64_t second = next + bytes;
    if (bytes == 0 || !inside(arena->arena, next, second)) {
        return 0;
    }
    return (size_word(second) & CHUNK_BEFORE_IS_USED) == 0 ? bytes : 0;
}

/*
 * A block that malloc has mapped on its own raises glibc's dynamic thresholds when it is freed, for
 * the rest of the process's life: larger blocks then come from the arenas, and their tops keep
 * more. Those above the thresholds' maximum do not, so it is made as large: nothing of it is
 * touched.
 */
static void give(void *piece)
{
    if ((size_word((uint64_t)(uintptr_t)piece) & CHUNK_IS_MAPPED) != 0) {
        void *larger = realloc(piece, THRESHOLD_BYTES_MAX + 1);
        piece = larger != NULL ? larger : piece;
    }
    free(piece);
}

void trim_glibc_pieces(struct trim_borrow_world *world)
{
    world->take = malloc;
    world->give = give;
    world->shrink = realloc;
    world->usable = usable;
    world->resident = trim_glibc_resident;
    world->drop = drop;
    world->inside = inside;
    world->grown = grown;
    world->free_behind = free_behind;
    world->top_behind = top_behind;
    world->now_ns = trim_clock_now_ns;
    world->page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
}
