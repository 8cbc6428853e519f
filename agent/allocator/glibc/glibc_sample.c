#include "glibc_sample.h"

#include "arena_scan.h"
#include "glibc_pieces.h"

/* The size of an arena, by which malloc_info and the map know it. */
static const struct trim_arena_figures *figures_of(const struct trim_malloc_info_parser *info,
                                                   uint64_t heap_number)
{
    for (size_t i = 0; i < info->arena_count; i++) {
        if (info->arenas[i].number == heap_number) {
            return &info->arenas[i];
        }
    }
    return NULL;
}

/* The arena of a heap of malloc_info's; false where it is not in the map. */
static bool find_arena(const struct trim_malloc_info_parser *info, uint64_t heap_number,
                       uint64_t *arena)
{
    const struct trim_arena_map *map = trim_arena_scan_map();
    const struct trim_arena_figures *figures = figures_of(info, heap_number);
    *arena = TRIM_MAIN_ARENA;
    if (figures == NULL || heap_number == 0) {
        return figures != NULL && map->main_end != 0;
    }
    for (size_t i = 0; i < map->heap_count; i++) {
        *arena = map->heaps[i].header.arena;
        if (trim_arena_map_bytes(map, *arena) == figures->system_bytes) {
            return true;
        }
    }
    return false;
}

static void *take(void *context, size_t bytes)
{
    return trim_arena_take(context, bytes);
}

int trim_glibc_sample_lay(struct trim_free_sample *sample, struct trim_arena_door *door,
                          const struct trim_malloc_info_parser *info)
{
    struct trim_borrow_world world = {.context = door, .take = take};
    trim_glibc_pieces(&world);
    sample->count = 0;
    const struct trim_free_picks *picks = &info->picks;
    size_t next = 0;
    while (next < picks->count) {
        uint64_t heap_number = picks->items[next].heap_number;
        uint64_t sizes[TRIM_FREE_PICKS_MAX];
        size_t count = 0;
        while (next < picks->count && picks->items[next].heap_number == heap_number) {
            sizes[count++] = picks->items[next++].chunk_bytes;
        }
        uint64_t arena = 0;
        if (find_arena(info, heap_number, &arena) &&
            trim_arena_enter(door, arena, count * TRIM_SAMPLE_PIECE_BYTES)) {
            trim_free_sample_add(sample, &world, arena, sizes, count);
            trim_arena_leave(door);
        }
    }
    return sample->count != 0 ? 0 : -1;
}
