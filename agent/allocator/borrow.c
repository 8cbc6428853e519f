#include "trimagent/borrow.h"

#include <string.h>

#include "borrow_hold.h"
#include "trimagent/quantity.h"

/*
 * A dry piece, one that was dropped before, is either the first of the larger ones, which ends the
 * class, or lies among chunks that were not. So the request rises by this part of its size, and
 * twice as much each time. Where many chunks were dry from the start, the first few of them are
 * passed over.
 */
#define FINE_PART 512
#define DRY_PASSED 3
#define MIXED_PART 4

/* A single piece, which may be a chunk that is most of the arena's free bytes, is no more than so
 * many eighths of them. */
#define PIECE_EIGHTHS 5
#define PIECE_LEAST_BYTES (4 * TRIM_MIB)

/* Chunks with fewer whole pages are left to malloc_trim. */
#define LEAST_PAGES 4

/* Beside the size that malloc returns there is the chunk's own word. */
#define CHUNK_WORD UINT64_C(8)
/* Room that a request leaves at the end of a top for those that come between. */
#define TOP_SLACK_BYTES (4 * TRIM_KIB)

/* One run. */
struct run {
    struct trim_borrow_hold hold;
    uint64_t dry_passed; /* At most in a row. */
    uint64_t larger;     /* Chunks that were dropped so far and are whole again. */
};

/* What the top's first piece shall be: more than any bin has, so that the top serves it, and little
 * enough for it to be there whatever the application has taken of the top since. */
static uint64_t top_probe_bytes(const struct run *run, uint64_t whole)
{
    const struct trim_borrow_arena *arena = run->hold.arena;
    uint64_t least = LEAST_PAGES * run->hold.world->page_bytes;
    uint64_t bytes = trim_max(arena->largest_bytes + 2 * CHUNK_WORD, least);
    bytes = trim_max(bytes, arena->system_bytes / TRIM_BORROW_GROWTH_PART);
    return trim_min(bytes, whole);
}

/*
 * The top is served only where no chunk of a bin is as large: those come first. How large it is now
 * is known once a piece of it is held, and only then the whole is asked for: with the size that was
 * measured before, which the application has taken a part of, the heap would grow each time.
 */
static void take_top(struct run *run)
{
    const struct trim_borrow_arena *arena = run->hold.arena;
    uint64_t least = LEAST_PAGES * run->hold.world->page_bytes;
    uint64_t whole = trim_excess(arena->end - arena->top_start, TOP_SLACK_BYTES);
    uint64_t bytes = top_probe_bytes(run, whole);
    bool found = false;
    while (bytes >= least && !trim_hold_ends(&run->hold)) {
        bool dry = false;
        const struct trim_piece *piece = trim_hold_take(&run->hold, bytes);
        if (piece == NULL) {
            break;
        }
        uint64_t usable = run->hold.world->usable(piece);
        uint64_t behind = run->hold.world->top_behind(arena, piece);
        if (!found && behind > least + TOP_SLACK_BYTES) {
            /* Back for the whole to be served in one piece. */
            found = true;
            bytes = usable + behind - TOP_SLACK_BYTES;
            trim_hold_give_last(&run->hold);
            continue;
        }
        uint64_t dropped = trim_hold_drop(&run->hold, piece, &dry);
        /* Known by its end: it may start long before, because chunks that malloc merged with the
         * top only when it was asked for so much are part of it. */
        bool top = behind != 0 || (uint64_t)(uintptr_t)piece + usable > arena->top_start;
        run->hold.result->top_dropped_bytes += top ? dropped : 0;
        if (found || top) {
            break;
        }
    }
    trim_hold_give_all(&run->hold);
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
    bool last = low > run->hold.arena->largest_bytes / 8 * 7;
    uint64_t sure = last ? sure_count(run->hold.arena, low) : 0;
    uint64_t passed_max = last ? 0 : run->dry_passed;
    uint64_t passed = 0;
    uint64_t taken = 0;
    uint64_t wet = 0;
    uint64_t passed_over = 0;
    uint64_t step = low / FINE_PART;
    while (low <= high && !trim_hold_ends(&run->hold)) {
        bool dry = false;
        const struct trim_piece *piece = trim_hold_take(&run->hold, low);
        if (piece == NULL) {
            break;
        }
        (void)trim_hold_drop(&run->hold, piece, &dry);
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
            trim_hold_give_last(&run->hold);
            passed = 0;
            low += step;
            step *= 2;
        }
    }
    trim_hold_give_all(&run->hold);
    run->larger += wet;
}

static void take_classes(struct run *run)
{
    const struct trim_borrow_arena *arena = run->hold.arena;
    uint64_t least = LEAST_PAGES * run->hold.world->page_bytes;
    uint64_t most = trim_max(arena->free_bytes / 8 * PIECE_EIGHTHS, PIECE_LEAST_BYTES);
    uint64_t high = trim_min(trim_excess(arena->largest_bytes, CHUNK_WORD), most);
    /* The largest chunk comes first and alone: asked for twice, its size would find nothing the
     * second time. */
    if (high >= least && !trim_hold_ends(&run->hold)) {
        bool dry = false;
        const struct trim_piece *piece = trim_hold_take(&run->hold, high);
        if (piece != NULL) {
            (void)trim_hold_drop(&run->hold, piece, &dry);
        }
        trim_hold_give_all(&run->hold);
    }
    while (high > least && !run->hold.ended) {
        uint64_t low = trim_max(high - high / TRIM_BORROW_CLASS_PART - 1, least);
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
    struct run run = {.dry_passed = mixed ? DRY_PASSED : 0};
    memset(result, 0, sizeof *result);
    trim_hold_init(&run.hold, world, arena, result);
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
