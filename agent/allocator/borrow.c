#include "trimagent/borrow.h"

#include <string.h>

#include "trimagent/quantity.h"

/* Classes are this part of the size apart: what a larger step splits off the chunks stays. */
#define CLASS_PART 64

/*
 * A dry piece, one that was dropped before, is either the first of the larger ones, which ends the
 * class, or lies among chunks that were not. So the request rises by this part of its size, and
 * twice as much each time. Where many chunks were dry from the start, the first few of them are
 * passed over.
 */
#define FINE_PART 512
#define DRY_PASSED 3
#define MIXED_PART 4

/* A piece counts as dry where less than this part of it is resident. */
#define DRY_PART 8

/* A batch holds no more than this part of the arena's free bytes, and a single piece, which may be
 * a chunk that is most of them, no more than so many eighths. */
#define HOLD_PART 8
#define HOLD_LEAST_BYTES (16 * TRIM_MIB)
#define PIECE_EIGHTHS 5
#define PIECE_LEAST_BYTES (4 * TRIM_MIB)

/* Nothing is held longer, and pieces are dropped in steps of so much, so that the time is seen to
 * pass. */
#define HOLD_MAX_NS (50 * TRIM_NS_PER_MS)
#define DROP_STEP_BYTES (8 * TRIM_MIB)

/* Chunks with fewer whole pages are left to malloc_trim. */
#define LEAST_PAGES 4

/* The arena may have grown by this part while it is borrowed from: the application needs memory. */
#define GROWTH_PART 100

/* Beside the size that malloc returns there is the chunk's own word. */
#define CHUNK_WORD 8
/* Room that a request leaves at the end of a top for those that come between. */
#define TOP_SLACK_BYTES (4 * TRIM_KIB)

/* Above the sizes that a tcache keeps: what is kept of a piece at least, and what is asked for to
 * have chunks sorted, different each time, so that none fits exactly. */
#define KEPT_LEAST_BYTES 1080
#define KEPT_ROUNDING_BYTES 32
#define SORT_BYTES 1112
#define SORT_STEPS 32

/* A piece, or what is kept of it, and the one before. In its first bytes: on a page that its header
 * keeps anyway. */
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
    struct piece *kept; /* Beginnings of pieces. */
    uint64_t kept_bytes;
    uint64_t held_since_ns;
    uint64_t hold_max_bytes;
    uint64_t sorts;
    uint64_t dry_passed; /* At most in a row. */
    uint64_t larger;     /* Chunks that were dropped so far and are whole again. */
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

/* Whether all shall end: nothing more is taken then. */
static bool ends(struct run *run)
{
    if (run->world->cancelled() || run->world->now_ns() >= run->arena->deadline_ns) {
        run->ended = true;
        run->result->gave_way = true;
    }
    return run->ended;
}

/* The application's own demand: what is borrowed is missing to it. */
static void look_at_growth(struct run *run)
{
    if (run->world->grown(run->arena) > run->arena->system_bytes / GROWTH_PART) {
        run->ended = true;
        run->result->gave_way = true;
    }
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

static void note_held_for(struct run *run)
{
    uint64_t held_ns = run->world->now_ns() - run->held_since_ns;
    run->result->held_max_ns = trim_max(run->result->held_max_ns, held_ns);
}

/* Gives all of a list back. */
static void give_list(struct run *run, struct piece **list)
{
    while (*list != NULL) {
        struct piece *piece = *list;
        *list = piece->before;
        give(run, piece);
        sort_last(run);
    }
}

/* Gives everything back: the chunks are whole again. */
static void give_all(struct run *run)
{
    if (run->held != NULL) {
        give_list(run, &run->held);
        note_held_for(run);
    }
    give_list(run, &run->kept);
    run->held_bytes = 0;
    run->kept_bytes = 0;
    look_at_growth(run);
}

/*
 * Gives what is held back in such a way that the same request does not find it again: the
 * beginnings are kept until the class is done, and the rests are too small for it.
 */
static void give_rests(struct run *run)
{
    while (run->held != NULL) {
        struct piece *piece = run->held;
        run->held = piece->before;
        /* More than the class is wide, so that the rest of its largest chunk serves none of it. */
        uint64_t bytes = run->world->usable(piece) / (CLASS_PART - 1) + KEPT_ROUNDING_BYTES;
        bytes = trim_max(bytes, KEPT_LEAST_BYTES);
        uint64_t began_ns = run->world->now_ns();
        struct piece *beginning = run->world->shrink(piece, bytes);
        note_call(run, began_ns);
        beginning = beginning != NULL ? beginning : piece;
        beginning->before = run->kept;
        run->kept = beginning;
        run->kept_bytes += bytes;
        sort_last(run);
    }
    note_held_for(run);
    run->held_bytes = 0;
    look_at_growth(run);
}

/* Drops the whole pages of [start, end) for as long as they may be held; returns how much of them
 * was resident. */
static uint64_t drop(struct run *run, uint64_t start, uint64_t end)
{
    uint64_t dropped = 0;
    while (start < end && !run->ended && run->world->now_ns() - run->held_since_ns < HOLD_MAX_NS &&
           !run->world->cancelled()) {
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

/* Drops a piece; returns how much. */
static uint64_t drop_piece(struct run *run, const struct piece *piece, bool *dry)
{
    uint64_t page = run->world->page_bytes;
    uint64_t address = (uint64_t)(uintptr_t)piece;
    uint64_t start = (address + sizeof *piece + page - 1) / page * page;
    uint64_t end = (address + run->world->usable(piece)) / page * page;
    uint64_t dropped = start < end ? drop(run, start, end) : 0;
    run->result->dropped_bytes += dropped;
    /* malloc itself has written to one of the pages: the chunk's header is there. */
    *dry = dropped <= page || dropped < (end - start) / DRY_PART;
    run->result->pieces += *dry ? 0 : 1;
    return dropped;
}

/* Takes a piece of this size in and holds it. Returns NULL where the arena has none. */
static struct piece *borrow(struct run *run, uint64_t bytes)
{
    bool full = run->held_bytes + bytes > run->hold_max_bytes ||
                run->world->now_ns() - run->held_since_ns >= HOLD_MAX_NS;
    if (run->held != NULL && full) {
        give_rests(run);
    }
    if (run->held == NULL) {
        run->held_since_ns = run->world->now_ns();
    }
    struct piece *piece = take(run, bytes);
    if (piece == NULL) {
        run->ended = true;
        return NULL;
    }
    uint64_t start = (uint64_t)(uintptr_t)piece;
    uint64_t usable = run->world->usable(piece);
    if (!run->world->inside(run->arena->arena, start, start + usable)) {
        give(run, piece);
        run->result->grown_bytes = trim_max(run->result->grown_bytes, usable);
        run->ended = run->ended || usable > run->arena->system_bytes / GROWTH_PART;
        return NULL;
    }
    piece->before = run->held;
    run->held = piece;
    run->held_bytes += usable;
    uint64_t held_bytes = run->held_bytes + run->kept_bytes;
    run->result->held_max_bytes = trim_max(run->result->held_max_bytes, held_bytes);
    return piece;
}

/* Gives the last piece back at once. */
static void give_last(struct run *run)
{
    struct piece *piece = run->held;
    run->held = piece->before;
    run->held_bytes -= run->world->usable(piece);
    give(run, piece);
    sort_last(run);
}

/* What the top's first piece shall be: more than any bin has, so that the top serves it, and little
 * enough for it to be there whatever the application has taken of the top since. */
static uint64_t top_probe_bytes(const struct run *run, uint64_t whole)
{
    const struct trim_borrow_arena *arena = run->arena;
    uint64_t least = LEAST_PAGES * run->world->page_bytes;
    uint64_t bytes = trim_max(arena->largest_bytes + 2 * CHUNK_WORD, least);
    bytes = trim_max(bytes, arena->system_bytes / GROWTH_PART);
    return trim_min(bytes, whole);
}

/*
 * The top is served only where no chunk of a bin is as large: those come first. How large it is now
 * is known once a piece of it is held, and only then the rest is asked for: with the size that was
 * measured before, which the application has taken a part of, the heap would grow each time.
 */
static void take_top(struct run *run)
{
    const struct trim_borrow_arena *arena = run->arena;
    uint64_t least = LEAST_PAGES * run->world->page_bytes;
    uint64_t whole = trim_excess(arena->end - arena->top_start, TOP_SLACK_BYTES);
    uint64_t bytes = top_probe_bytes(run, whole);
    bool found = false;
    while (bytes >= least && !ends(run)) {
        bool dry = false;
        const struct piece *piece = borrow(run, bytes);
        if (piece == NULL) {
            break;
        }
        uint64_t dropped = drop_piece(run, piece, &dry);
        uint64_t behind = run->world->top_behind(arena, piece);
        /* Where little of the top is left behind it, it is known by its end. It may start long
         * before, because chunks that malloc merged with the top only when it was asked for so much
         * are part of it. */
        bool last = found || behind <= least + TOP_SLACK_BYTES;
        found = found || behind != 0 ||
                (uint64_t)(uintptr_t)piece + run->world->usable(piece) > arena->top_start;
        run->result->top_dropped_bytes += found ? dropped : 0;
        if (found && last) {
            break;
        }
        bytes = found ? trim_excess(behind, TOP_SLACK_BYTES) : bytes;
    }
    give_all(run);
}

/*
 * How many chunks of at least this size the bin of the largest surely has: with fewer, all of them
 * together could not have so many bytes.
 */
static uint64_t sure_count(const struct trim_borrow_arena *arena, uint64_t low)
{
    uint64_t small = arena->largest_count * low;
    if (arena->largest_total <= small || arena->largest_bytes <= low) {
        return 0;
    }
    return (arena->largest_total - small) / (arena->largest_bytes - low);
}

/*
 * Drops all chunks that serve requests from low to high. They come in rising order; when the larger
 * ones come, which were dropped with the classes before, this one is done.
 */
static void take_class(struct run *run, uint64_t low, uint64_t high)
{
    /* Among the largest a dry piece may be all that is left for a request to land in, without which
     * the heap would grow: there it is passed over only while there are surely others. */
    bool last = low > run->arena->largest_bytes / 8 * 7;
    uint64_t sure = last ? sure_count(run->arena, low) : 0;
    uint64_t passed_max = last ? 0 : run->dry_passed;
    uint64_t passed = 0;
    uint64_t taken = 0;
    uint64_t wet = 0;
    uint64_t passed_over = 0;
    uint64_t step = low / FINE_PART;
    while (low <= high && !ends(run)) {
        bool dry = false;
        const struct piece *piece = borrow(run, low);
        if (piece == NULL) {
            break;
        }
        (void)drop_piece(run, piece, &dry);
        taken++;
        wet += dry ? 0 : 1;
        if (!dry || taken + 1 < sure) {
            passed = 0;
            step = low / FINE_PART;
        } else if (passed < passed_max && passed_over + 1 < run->larger) {
            /* It may be one of the larger chunks, or of the top: one must be left for the next
             * request to land in. */
            passed++;
            passed_over++;
        } else {
            give_last(run);
            passed = 0;
            low += step;
            step *= 2;
        }
    }
    give_all(run);
    run->larger += wet;
}

static void take_classes(struct run *run)
{
    const struct trim_borrow_arena *arena = run->arena;
    uint64_t least = LEAST_PAGES * run->world->page_bytes;
    uint64_t most = trim_max(arena->free_bytes / 8 * PIECE_EIGHTHS, PIECE_LEAST_BYTES);
    uint64_t high = trim_min(trim_excess(arena->largest_bytes, CHUNK_WORD), most);
    /* The largest chunk comes first and alone: asked for twice, its size would find nothing the
     * second time. */
    if (high >= least && !ends(run)) {
        bool dry = false;
        const struct piece *piece = borrow(run, high);
        if (piece != NULL) {
            (void)drop_piece(run, piece, &dry);
        }
        give_all(run);
    }
    while (high > least && !run->ended) {
        uint64_t low = trim_max(high - high / CLASS_PART - 1, least);
        if ((arena->sizes & trim_size_classes(low, high + CHUNK_WORD)) != 0) {
            take_class(run, low, high - 1);
        }
        high = low;
    }
}

void trim_borrow_run(const struct trim_borrow_world *world, const struct trim_borrow_arena *arena,
                     struct trim_borrow_result *result)
{
    bool mixed = arena->free_bytes - trim_min(arena->wanted_bytes, arena->free_bytes) >
                 arena->free_bytes / MIXED_PART;
    struct run run = {
        .world = world,
        .arena = arena,
        .result = result,
        .hold_max_bytes = trim_max(arena->free_bytes / HOLD_PART, HOLD_LEAST_BYTES),
        .dry_passed = mixed ? DRY_PASSED : 0,
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
