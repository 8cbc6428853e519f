#include "borrow_plan.h"

#include "quantity.h"

/* From this part of the free bytes on chunks in fastbins count. */
#define FAST_PART 128

/* What is found is much less than what is expected where this part of that is missing. */
#define GENEROUS_PARTS 8

/* Whether the arena was taken into the plan already: one that has just begun a heap may have two
 * that seem its newest. */
static bool is_taken(const struct trim_borrow_plan *plan, uint64_t arena)
{
    for (size_t i = 0; i < plan->count; i++) {
        if (plan->arenas[i].arena == arena) {
            return true;
        }
    }
    return false;
}

/* The figures of the arena, of several that it may be those with the least in whole pages. Returns
 * how many there are. */
static size_t find_figures(const struct trim_arena_figures *figures, size_t count, uint64_t arena,
                           uint64_t system_bytes, const struct trim_arena_figures **found)
{
    size_t candidates = 0;
    for (size_t i = 0; i < count; i++) {
        bool main = arena == TRIM_MAIN_ARENA;
        if (main ? figures[i].number == 0
                 : trim_arena_figures_are(&figures[i], arena, system_bytes)) {
            bool less = candidates == 0 || figures[i].inner_bytes < (*found)->inner_bytes;
            *found = less ? &figures[i] : *found;
            candidates++;
        }
    }
    return candidates;
}

/*
 * Chunks in fastbins merge with their neighbours when a thread comes to the arena, so that nobody
 * knows before what chunks there will be. Then all that is resident of the free memory may be in
 * whole pages; half of it is taken for that.
 */
static uint64_t wet_when_merged(const struct trim_arena_figures *figures, uint64_t resident)
{
    uint64_t in_use = trim_excess(figures->system_bytes, figures->free_bytes + figures->top_bytes);
    return trim_excess(resident, in_use) / 2;
}

/* Takes in what malloc_trim would do under one arena's lock. */
static void add_work(struct trim_borrow_plan *plan, uint64_t bytes, uint64_t chunks)
{
    uint64_t work = trim_lock_work(bytes, chunks);
    plan->longest_work = trim_max(plan->longest_work, work);
    plan->work += work;
}

/* Takes in what an arena has that is left out. Chunks that were dropped before cost time as well.
 */
static void add_other(struct trim_borrow_plan *plan, uint64_t bytes, uint64_t chunks)
{
    plan->other_bytes += bytes;
    plan->other_work = trim_max(plan->other_work, trim_lock_work(bytes, chunks));
}

/* What of an arena is taken to be in use and resident. */
static uint64_t used(const struct trim_borrow_plan *plan, uint64_t system_bytes,
                     uint64_t free_bytes)
{
    return plan->generous ? 0 : trim_excess(system_bytes, free_bytes);
}

/* Takes one arena in, whose last used address is end. */
static void add_arena(struct trim_borrow_plan *plan, const struct trim_arena_map *map,
                      uint64_t arena, uint64_t end, const struct trim_arena_figures *figures,
                      uint64_t page_bytes, uint64_t (*resident)(uint64_t start, uint64_t end))
{
    uint64_t top_start = (end - figures->top_bytes + page_bytes - 1) / page_bytes * page_bytes;
    bool locked = trim_arena_map_locked(map, end);
    uint64_t top_resident = top_start < end && !locked ? resident(top_start, end) : 0;
    uint64_t arena_resident = trim_arena_map_resident(map, arena);
    uint64_t in_use = used(plan, figures->system_bytes, figures->inner_bytes + figures->top_bytes);
    uint64_t wet =
        trim_min(trim_excess(arena_resident, in_use + top_resident), figures->inner_bytes);
    bool merges = figures->fast_bytes > figures->free_bytes / FAST_PART;
    if (merges) {
        uint64_t merged = wet_when_merged(figures, trim_excess(arena_resident, top_resident));
        wet = trim_max(wet, merged);
    }
    plan->merges = plan->merges || merges;
    bool main = arena == TRIM_MAIN_ARENA;
    add_work(plan, wet + (main ? top_resident : 0), figures->chunks);
    bool top = top_resident >= TRIM_BORROW_TOP_BYTES;
    plan->tops_bytes += main || !top ? 0 : top_resident;
    plan->wet_bytes += wet;
    if ((wet < TRIM_BORROW_VISIT_BYTES && !top) || plan->count == TRIM_BORROW_ARENAS_MAX) {
        add_other(plan, wet, figures->chunks);
        return;
    }
    plan->arenas[plan->count++] = (struct trim_borrow_arena){
        .arena = arena,
        .system_bytes = figures->system_bytes,
        .free_bytes = merges ? figures->free_bytes : figures->inner_bytes,
        .wanted_bytes = wet,
        .largest_bytes = figures->largest_bytes,
        .chunks = figures->chunks,
        .end = end,
        .top_start = top ? top_start : 0,
    };
}

/* Leaves an arena to malloc_trim, since it cannot be told from others of its size: what is asked
 * for by the figures of another one cuts its chunks up. Their least is what it has at least. */
static void leave_arena(struct trim_borrow_plan *plan, const struct trim_arena_map *map,
                        uint64_t arena, const struct trim_arena_figures *least)
{
    uint64_t in_use = used(plan, least->system_bytes, least->inner_bytes);
    uint64_t wet = trim_excess(trim_arena_map_resident(map, arena), in_use);
    wet = trim_min(wet, least->inner_bytes);
    add_work(plan, wet, least->chunks);
    plan->wet_bytes += wet;
    add_other(plan, wet, least->chunks);
}

static void make_plan(struct trim_borrow_plan *plan, const struct trim_arena_map *map,
                      const struct trim_arena_figures *figures, size_t count, uint64_t page_bytes,
                      uint64_t (*resident)(uint64_t start, uint64_t end))
{
    plan->count = 0;
    plan->merges = false;
    plan->longest_work = plan->work = plan->other_work = 0;
    plan->tops_bytes = plan->wet_bytes = plan->other_bytes = 0;
    const struct trim_arena_figures *own = NULL;
    if (map->main_end != 0 && find_figures(figures, count, TRIM_MAIN_ARENA, 0, &own) != 0) {
        add_arena(plan, map, TRIM_MAIN_ARENA, map->main_end, own, page_bytes, resident);
    }
    for (size_t i = 0; i < map->heap_count && !map->more; i++) {
        const struct trim_arena_heap *heap = &map->heaps[i];
        if (!trim_arena_map_newest(map, heap) || is_taken(plan, heap->header.arena)) {
            continue;
        }
        uint64_t arena = heap->header.arena;
        uint64_t system_bytes = trim_arena_map_bytes(map, arena);
        size_t candidates = find_figures(figures, count, arena, system_bytes, &own);
        if (candidates > 1) {
            leave_arena(plan, map, arena, own);
        } else if (candidates == 1) {
            add_arena(plan, map, arena, heap->address + heap->header.size, own, page_bytes,
                      resident);
        }
    }
}

void trim_borrow_make_plan(struct trim_borrow_plan *plan, const struct trim_arena_map *map,
                           const struct trim_arena_figures *figures, size_t count,
                           uint64_t page_bytes, uint64_t (*resident)(uint64_t start, uint64_t end),
                           uint64_t expected_bytes)
{
    plan->generous = false;
    make_plan(plan, map, figures, count, page_bytes, resident);
    if (plan->wet_bytes + plan->tops_bytes <
        expected_bytes / GENEROUS_PARTS * (GENEROUS_PARTS - 1)) {
        plan->generous = true;
        make_plan(plan, map, figures, count, page_bytes, resident);
    }
}

bool trim_borrow_is_worth(const struct trim_borrow_plan *plan, const struct trim_lock_time *lock,
                          enum trim_mode mode)
{
    if (mode == TRIM_MODE_TRIM || plan->count == 0) {
        return false;
    }
    return mode == TRIM_MODE_BORROW ||
           trim_lock_time_ns(lock, plan->longest_work) > TRIM_BORROW_FROM_NS ||
           plan->tops_bytes > TRIM_BORROW_TOPS_BYTES || plan->tops_bytes > plan->wet_bytes;
}
