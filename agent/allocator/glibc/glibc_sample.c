#include "glibc_sample.h"

#include "arena_scan.h"
#include "glibc_pieces.h"
#include "quantity.h"

/* What malloc_info has told of one of its heaps. */
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
static bool find_arena(const struct trim_arena_figures *figures, uint64_t *arena)
{
    const struct trim_arena_map *map = trim_arena_scan_map();
    *arena = TRIM_MAIN_ARENA;
    if (figures->number == 0) {
        return map->main_end != 0;
    }
    for (size_t i = 0; i < map->heap_count; i++) {
        *arena = map->heaps[i].header.arena;
        if (trim_arena_figures_are(figures, *arena, trim_arena_map_bytes(map, *arena))) {
            return true;
        }
    }
    return false;
}

static void *take(void *context, size_t bytes)
{
    return trim_arena_take(context, bytes);
}

/* The picks of one arena. */
struct arena_picks {
    uint64_t arena;
    uint64_t sizes[TRIM_FREE_PICKS_MAX];
    size_t count;
    uint64_t wet_bytes; /* Resident in whole pages of its free chunks; 0: it is not to be found. */
};

static uint64_t wet_bytes(const struct trim_arena_figures *figures, uint64_t arena)
{
    uint64_t resident = trim_arena_map_resident(trim_arena_scan_map(), arena);
    uint64_t used = trim_excess(figures->system_bytes, figures->inner_bytes + figures->top_bytes);
    return trim_min(trim_excess(resident, used), figures->inner_bytes);
}

/* Takes the next arena's from *next on. Returns false at the end. */
static bool take_picks(const struct trim_malloc_info_parser *info, size_t *next,
                       struct arena_picks *of)
{
    const struct trim_free_picks *picks = &info->picks;
    if (*next == picks->count) {
        return false;
    }
    uint64_t heap_number = picks->items[*next].heap_number;
    of->count = 0;
    of->arena = TRIM_MAIN_ARENA;
    while (*next < picks->count && picks->items[*next].heap_number == heap_number) {
        of->sizes[of->count++] = picks->items[(*next)++].chunk_bytes;
    }
    const struct trim_arena_figures *figures = figures_of(info, heap_number);
    bool found = figures != NULL && find_arena(figures, &of->arena);
    of->wet_bytes = found ? wet_bytes(figures, of->arena) : 0;
    return true;
}

int trim_glibc_sample_lay(struct trim_free_sample *sample, struct trim_arena_door *door,
                          const struct trim_malloc_info_parser *info)
{
    struct trim_borrow_world world = {.context = door, .take = take};
    trim_glibc_pieces(&world);
    sample->count = 0;
    struct arena_picks picks;
    uint64_t all_bytes = 0;
    for (size_t next = 0; take_picks(info, &next, &picks);) {
        all_bytes += picks.wet_bytes;
    }
    /* Each arena has as many spots as its part of what is wet, and those that others lack. */
    uint64_t passed_bytes = 0;
    bool inside = true;
    for (size_t next = 0; inside && take_picks(info, &next, &picks);) {
        passed_bytes += picks.wet_bytes;
        uint64_t due = passed_bytes * TRIM_SAMPLE_SPOTS_MAX / trim_max(all_bytes, 1);
        const struct trim_sample_order order = {
            .arena = picks.arena,
            .spots = trim_excess(due, sample->count),
            .chunk_bytes = picks.sizes,
            .count = picks.count,
            .each_bytes = info->picks.distance,
        };
        if (picks.wet_bytes != 0 && order.spots != 0 &&
            trim_arena_enter(door, picks.arena, TRIM_SAMPLE_HELD_BYTES)) {
            inside = trim_free_sample_add(sample, &world, &order);
            trim_arena_leave(door);
        }
    }
    return sample->count >= TRIM_SAMPLE_SPOTS_LEAST ? 0 : -1;
}
