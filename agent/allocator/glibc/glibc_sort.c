#include "glibc_sort.h"

#include "own_calls.h"
#include "quantity.h"

/* glibc's MAX_ITERS: so many chunks are sorted by one request. */
#define SORTED_AT_ONCE 10000

/* The part of the chunks that tells of all (mixed_bin.c), and the most requests for that. */
#define PART 8
#define REQUESTS_MAX 16

/* Above the sizes that a tcache keeps, and different each time, so that few fit exactly: one that
 * does ends the sorting. */
#define REQUEST_BYTES 1112
#define REQUEST_STEP_BYTES 16

/* From this part of the free bytes on, and this many, chunks in fastbins count. */
#define FAST_PART 128
#define FAST_LEAST_BYTES (64 * TRIM_KIB)

/* Whether it is known where the arena is. */
static bool is_known(const struct trim_arena_figures *arena)
{
    return arena->number == 0 || arena->arena != 0;
}

static bool merge_all(struct trim_arena_door *door, const struct trim_malloc_info_parser *info)
{
    bool merged = false;
    for (size_t i = 0; i < info->arena_count; i++) {
        const struct trim_arena_figures *arena = &info->arenas[i];
        bool much = arena->fast_bytes > trim_max(arena->free_bytes / FAST_PART, FAST_LEAST_BYTES);
        if (much && is_known(arena) && trim_arena_enter(door, arena->arena, REQUEST_BYTES)) {
            trim_arena_leave(door);
            merged = true;
        }
    }
    return merged;
}

/* The arena with the most bytes in a bin whose sizes hide how much is in whole pages. */
static size_t most_unsorted(const struct trim_malloc_info_parser *info)
{
    size_t found = info->arena_count;
    for (size_t i = 0; i < info->arena_count; i++) {
        const struct trim_mixed_bin *bin = &info->unsorted[i];
        bool mixed = bin->from <= info->info.chunk_keeps && bin->to > info->info.chunk_keeps;
        bool most = found == info->arena_count || bin->bytes > info->unsorted[found].bytes;
        if (mixed && most && is_known(&info->arenas[i])) {
            found = i;
        }
    }
    return found;
}

bool trim_glibc_sort_some(struct trim_arena_door *door, const struct trim_malloc_info_parser *info)
{
    if (merge_all(door, info)) {
        return true;
    }
    size_t place = most_unsorted(info);
    if (place == info->arena_count) {
        return false;
    }
    uint64_t requests = info->unsorted[place].count / PART / SORTED_AT_ONCE + 1;
    uint64_t most = REQUEST_BYTES + REQUESTS_MAX * REQUEST_STEP_BYTES;
    if (requests > REQUESTS_MAX || !trim_arena_enter(door, info->arenas[place].arena, most)) {
        return false;
    }
    /* Entering has made the first one. */
    for (uint64_t i = 1; i < requests; i++) {
        trim_own_free(trim_arena_take(door, REQUEST_BYTES + i * REQUEST_STEP_BYTES));
    }
    trim_arena_leave(door);
    return true;
}
