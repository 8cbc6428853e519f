#include "trimagent/borrow.h"

#include <string.h>

#include "trimagent/quantity.h"

/* Classes are this part of the size apart: what a larger step splits off the chunks stays. */
#define CLASS_PART 64

/* Within a class requests rise by this part of its size. */
#define FINE_PART 512

/* A piece counts as dropped before where less than this part of it is resident. */
#define DRY_PART 8

/* A batch holds no more than this part of the arena's free bytes, and a single piece, which may be
 * a chunk that is most of them, no more than this many eighths. */
#define HOLD_PART 8
#define PIECE_EIGHTHS 5

/* Smaller batches would be handed back after every piece. */
#define HOLD_LEAST_BYTES (16 * TRIM_MIB)

/* A batch is held no longer, and dropped in steps of so much, so that the time is seen to pass. */
#define HOLD_MAX_NS (50 * TRIM_NS_PER_MS)
#define DROP_STEP_BYTES (8 * TRIM_MIB)

/* Chunks with fewer whole pages are left to malloc_trim. */
#define LEAST_PAGES 4

/* The arena may have grown by this part while pieces are held: the application needs them. */
#define GROWTH_PART 100

/* Beside the size that malloc returns there is the chunk's own word. */
#define CHUNK_WORD 8
/* Room that a request leaves at the end of a top for those that come between. */
#define TOP_SLACK_BYTES (4 * TRIM_KIB)

/* Above the sizes that a tcache keeps, and different each time, so that none fits exactly. */
#define SORT_BYTES 1072
#define SORT_STEPS 32

/* The piece that was taken before, in the first bytes of a piece: they are on a page that its
 * header keeps anyway. */
struct piece {
    struct piece *before;
};

/* One run. */
struct run {
    const struct trim_borrow_world *world;
    const struct trim_borrow_arena *arena;
    struct trim_borrow_result *result;
    struct piece *held;
    uint64_t held_bytes;
    uint64_t held_since_ns;
    uint64_t hold_max_bytes;
    uint64_t grown_bytes; /* That the arena has grown by, looked at with each batch. */
    uint64_t sorts;
    bool ended;
};

static void note_call(struct run *run, uint64_t began_ns)
{
    uint64_t took_ns = run->world->now_ns() - began_ns;
    run->result->calls++;
    run->result->longest_call_ns = trim_max(run->result->longest_call_ns, took_ns);
}

static void *take(struct run *run, uint64_t bytes)
{
    uint64_t began_ns = run->world->now_ns();
    void *piece = run->world->take(bytes);
    note_call(run, began_ns);
    return piece;
}

static void give(struct run *run, void *piece)
{
    uint64_t began_ns = run->world->now_ns();
    run->world->give(piece);
    note_call(run, began_ns);
}

/*
 * free puts a chunk among the unsorted ones, and the next large malloc sorts all of these under the
 * lock, hundreds at a time if nobody has asked between. So each is sorted by a small request of the
 * agent's own right away.
 */
static void sort_last(struct run *run)
{
    void *piece = take(run, SORT_BYTES + run->sorts++ % SORT_STEPS * 16);
    if (piece != NULL) {
        give(run, piece);
    }
}

static void give_last_back(struct run *run)
{
    struct piece *piece = run->held;
    run->held = piece->before;
    run->held_bytes -= run->world->usable(piece);
    give(run, piece);
    sort_last(run);
}

static void give_all_back(struct run *run)
{
    if (run->held == NULL) {
        return;
    }
    /* Before, because a chunk that goes back to the top may let that shrink. */
    run->grown_bytes = run->world->grown(run->arena);
    while (run->held != NULL) {
        give_last_back(run);
    }
    uint64_t held_ns = run->world->now_ns() - run->held_since_ns;
    run->result->held_max_ns = trim_max(run->result->held_max_ns, held_ns);
}

/* Whether all shall end: nothing more is taken then. */
static bool ends(struct run *run)
{
    const struct trim_borrow_arena *arena = run->arena;
    if (run->world->cancelled() || run->world->now_ns() >= arena->deadline_ns ||
        run->grown_bytes > arena->system_bytes / GROWTH_PART) {
        run->ended = true;
        run->result->gave_way = true;
    }
    return run->ended;
}

static bool held_too_long(const struct run *run)
{
    return run->held_bytes != 0 && run->world->now_ns() - run->held_since_ns >= HOLD_MAX_NS;
}

/* Drops the whole pages of [start, end); returns how much of them was resident. */
static uint64_t drop(struct run *run, uint64_t start, uint64_t end)
{
    uint64_t dropped = 0;
    while (start < end && !held_too_long(run) && !run->world->cancelled()) {
        uint64_t step_end = trim_min(start + DROP_STEP_BYTES, end);
        uint64_t resident = run->world->resident(start, step_end);
        if (resident != 0 && run->world->drop(start, step_end) != 0) {
            run->ended = true;
            break;
        }
        dropped += resident;
        start = step_end;
    }
    return dropped;
}

/* Takes a piece of the size in; returns it, or NULL where the arena has none. */
static struct piece *borrow(struct run *run, uint64_t bytes)
{
    struct piece *piece = take(run, bytes);
    if (piece == NULL) {
        run->ended = true;
        return NULL;
    }
    uint64_t start = (uint64_t)(uintptr_t)piece;
    uint64_t usable = run->world->usable(piece);
    if (!run->world->inside(run->arena->arena, start, start + usable)) {
        run->result->grown_bytes += usable;
        run->ended =
            run->ended || run->result->grown_bytes > run->arena->system_bytes / GROWTH_PART;
        give(run, piece);
        return NULL;
    }
    if (run->held == NULL) {
        run->held_since_ns = run->world->now_ns();
    }
    piece->before = run->held;
    run->held = piece;
    run->held_bytes += usable;
    run->result->held_max_bytes = trim_max(run->result->held_max_bytes, run->held_bytes);
    return piece;
}

/* The whole pages of a piece behind its first bytes. */
static void inner_pages(const struct run *run, const struct piece *piece, uint64_t *start,
                        uint64_t *end)
{
    uint64_t page = run->world->page_bytes;
    uint64_t address = (uint64_t)(uintptr_t)piece;
    *start = (address + sizeof *piece + page - 1) / page * page;
    *end = (address + run->world->usable(piece)) / page * page;
}

/* Drops a piece; returns whether there was something to drop. */
static bool drop_piece(struct run *run, const struct piece *piece)
{
    uint64_t start = 0;
    uint64_t end = 0;
    inner_pages(run, piece, &start, &end);
    uint64_t dropped = start < end ? drop(run, start, end) : 0;
    run->result->dropped_bytes += dropped;
    if (run->arena->top_start != 0 && start < run->arena->end && end > run->arena->top_start) {
        run->result->top_dropped_bytes += dropped;
    }
    bool wet = dropped > 0 && dropped >= (end - start) / DRY_PART;
    run->result->pieces += wet ? 1 : 0;
    return wet;
}

/*
 * The top is served only where no chunk of a bin is as large. So what comes before it is held until
 * it has come.
 */
static void take_top(struct run *run)
{
    const struct trim_borrow_arena *arena = run->arena;
    uint64_t bytes = trim_excess(arena->end - arena->top_start, TOP_SLACK_BYTES);
    if (bytes < LEAST_PAGES * run->world->page_bytes) {
        return;
    }
    while (!ends(run) && !held_too_long(run) &&
           (run->held == NULL || run->held_bytes + bytes <= run->hold_max_bytes)) {
        const struct piece *piece = borrow(run, bytes);
        if (piece == NULL) {
            break;
        }
        (void)drop_piece(run, piece);
        /* By its end: it starts where the top does, which is before the top's first whole page. */
        if ((uint64_t)(uintptr_t)piece + run->world->usable(piece) > arena->top_start) {
            break;
        }
    }
    give_all_back(run);
}

/*
 * Drops all chunks that serve requests from low to high, and hands them back. They come in rising
 * order, so where a batch has to end early, and where chunks turn out to have been dropped before,
 * the request rises too.
 */
static void take_class(struct run *run, uint64_t low, uint64_t high)
{
    uint64_t least_step = low / FINE_PART;
    uint64_t step = least_step;
    while (low <= high && !ends(run)) {
        if (held_too_long(run) ||
            (run->held != NULL && run->held_bytes + low > run->hold_max_bytes)) {
            give_all_back(run);
            low += least_step;
            continue;
        }
        const struct piece *piece = borrow(run, low);
        if (piece == NULL) {
            break;
        }
        if (drop_piece(run, piece)) {
            step = least_step;
        } else {
            /* Not held, so that a request that finds no other chunk never makes the heap grow. */
            give_last_back(run);
            low += step;
            step *= 2;
        }
    }
    give_all_back(run);
}

static void take_classes(struct run *run)
{
    const struct trim_borrow_arena *arena = run->arena;
    uint64_t least = LEAST_PAGES * run->world->page_bytes;
    uint64_t most = trim_max(arena->free_bytes / 8 * PIECE_EIGHTHS, least);
    uint64_t high = trim_min(trim_excess(arena->largest_bytes, CHUNK_WORD), most);
    /*
     * The largest chunk comes first and alone: asked for twice, its size would find nothing the
     * second time.
     */
    if (high >= least && !ends(run)) {
        const struct piece *piece = borrow(run, high);
        if (piece != NULL) {
            (void)drop_piece(run, piece);
        }
        give_all_back(run);
    }
    while (high > least && !run->ended) {
        uint64_t low = trim_max(high - high / CLASS_PART - 1, least);
        if ((arena->sizes & trim_size_class(low)) != 0 || (arena->sizes & trim_size_class(high)) != 0) {
            take_class(run, low, high - 1);
        }
        high = low;
    }
}

void trim_borrow_run(const struct trim_borrow_world *world, const struct trim_borrow_arena *arena,
                     struct trim_borrow_result *result)
{
    struct run run = {
        .world = world,
        .arena = arena,
        .result = result,
        .hold_max_bytes = trim_max(arena->free_bytes / HOLD_PART, HOLD_LEAST_BYTES),
    };
    memset(result, 0, sizeof *result);
    if (arena->top_start != 0) {
        take_top(&run);
    }
    take_classes(&run);
}

void trim_borrow_add(struct trim_borrow_result *sum, const struct trim_borrow_result *more)
{
    sum->dropped_bytes += more->dropped_bytes;
    sum->top_dropped_bytes += more->top_dropped_bytes;
    sum->pieces += more->pieces;
    sum->calls += more->calls;
    sum->held_max_bytes = trim_max(sum->held_max_bytes, more->held_max_bytes);
    sum->held_max_ns = trim_max(sum->held_max_ns, more->held_max_ns);
    sum->longest_call_ns = trim_max(sum->longest_call_ns, more->longest_call_ns);
    sum->grown_bytes += more->grown_bytes;
    sum->gave_way = sum->gave_way || more->gave_way;
}
