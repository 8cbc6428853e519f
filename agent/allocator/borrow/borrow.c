#include "borrow.h"

#include <string.h>

#include "borrow_class.h"
#include "borrow_drop.h"
#include "borrow_hold.h"
#include "quantity.h"

/* A single piece is no larger than what a heap of a non-main arena can hold, or than so many
 * eighths of the arena's free bytes: a chunk of the main arena may be most of them. */
#define PIECE_BYTES (64 * TRIM_MIB)
#define PIECE_EIGHTHS 5

/* Classes of sizes are this part of the size apart: what a larger step splits off the chunks
 * stays. */
#define CLASS_PART 64
/* So the largest chunk of a class is no more than this part larger than what is asked for. */
#define REST_PART (CLASS_PART - 2)

/* A drop that came to the end of its time, on a busy machine, is gone on with so many times in a
 * row. */
#define CUTS_MAX 8

/* Chunks with fewer whole pages are left to malloc_trim. */
#define LEAST_PAGES 2

/* Room that a request leaves at the end of a top for those that come between. */
#define TOP_SLACK_BYTES (4 * TRIM_KIB)

/* What the top's first piece shall be: as much as the largest chunk of a bin, which cannot serve it
 * beside its own header, so that the top does, and little enough for it to be there whatever the
 * application has taken of the top since. */
static uint64_t top_probe_bytes(const struct trim_borrow_hold *hold, uint64_t whole)
{
    const struct trim_borrow_arena *arena = hold->arena;
    uint64_t least = LEAST_PAGES * hold->world->page_bytes;
    uint64_t bytes = trim_max(arena->largest_bytes, least);
    bytes = trim_max(bytes, arena->system_bytes / TRIM_BORROW_GROWTH_PART);
    return trim_min(bytes, whole);
}

/*
 * The top is served only where no chunk of a bin is as large: those come first. How large it is now
 * is known once a piece of it is held, and only then the whole is asked for: with the size that was
 * measured before, which the application has taken a part of, the heap would grow each time.
 */
static void take_top(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_arena *arena = hold->arena;
    uint64_t least = LEAST_PAGES * hold->world->page_bytes;
    uint64_t whole = trim_excess(arena->end - arena->top_start, TOP_SLACK_BYTES);
    uint64_t bytes = top_probe_bytes(hold, whole);
    bool found = false;
    while (bytes >= least && !trim_hold_ends(hold)) {
        bool dry = false;
        const struct trim_piece *piece = trim_hold_take(hold, bytes);
        if (piece == NULL) {
            break;
        }
        uint64_t usable = hold->world->usable(piece);
        uint64_t behind = hold->world->top_behind(arena, piece);
        if (!found && behind > least + TOP_SLACK_BYTES) {
            /* Back for the whole to be served in one piece. */
            found = true;
            bytes = usable + behind - TOP_SLACK_BYTES;
            trim_hold_give_last(hold);
            continue;
        }
        uint64_t dropped = trim_hold_drop(hold, piece, &dry);
        /* Known by its end: it may start long before, because chunks that malloc merged with the
         * top only when it was asked for so much are part of it. */
        bool top = behind != 0 || (uint64_t)(uintptr_t)piece + usable > arena->top_start;
        hold->result->top_dropped_bytes += top ? dropped : 0;
        if (found || top) {
            break;
        }
    }
    trim_hold_give_all(hold);
}

/* Bytes of the free rest of the piece's chunk where whole pages end in it and it is no more than
 * the step to the next class; otherwise 0. Smaller pieces leave less than a page in the mean. */
static uint64_t wet_rest(const struct trim_borrow_hold *hold, const struct trim_piece *piece)
{
    uint64_t page = hold->world->page_bytes;
    uint64_t usable = hold->world->usable(piece);
    uint64_t step = usable / REST_PART;
    uint64_t rest = step >= page ? hold->world->free_behind(hold->arena, piece) : 0;
    uint64_t end = (uint64_t)(uintptr_t)piece + usable;
    return rest <= step && (end + rest) / page > end / page ? rest : 0;
}

/* Takes a chunk of this size or of a little more as one piece: a request for the least size of its
 * class would leave the rest of it. */
static const struct trim_piece *take_chunk(struct trim_borrow_hold *hold, uint64_t bytes)
{
    const struct trim_piece *piece = trim_hold_take(hold, bytes);
    uint64_t rest = piece != NULL ? wet_rest(hold, piece) : 0;
    if (rest != 0) {
        uint64_t whole = hold->world->usable(piece) + rest;
        trim_hold_give_last(hold);
        piece = trim_hold_take(hold, whole);
    }
    return piece;
}

/* Takes a piece and drops all of it; where others have the CPU, in several attempts. */
static const struct trim_piece *take_dropped(struct trim_borrow_hold *hold, uint64_t bytes,
                                             bool *dry)
{
    for (int cuts = 0; !trim_hold_ends(hold); cuts++) {
        const struct trim_piece *piece = take_chunk(hold, bytes);
        if (piece == NULL) {
            break;
        }
        (void)trim_hold_drop(hold, piece, dry);
        if (!hold->cut || cuts == CUTS_MAX) {
            return piece;
        }
        trim_hold_give_last(hold);
    }
    return NULL;
}

/* Drops all chunks of sizes from low to high. */
static void take_class(struct trim_borrow_hold *hold, uint64_t low, uint64_t high)
{
    struct trim_class sizes;
    trim_class_begin(&sizes, hold->arena, low, high);
    enum trim_class_end end = TRIM_CLASS_GOES_ON;
    bool dry = false;
    const struct trim_piece *piece = NULL;
    while (end == TRIM_CLASS_GOES_ON && (piece = take_dropped(hold, low, &dry)) != NULL) {
        end = trim_class_note(&sizes, dry, dry ? hold->world->free_behind(hold->arena, piece) : 0);
        if (end == TRIM_CLASS_DRY || end == TRIM_CLASS_LARGER) {
            trim_hold_give_last(hold);
        }
    }
    trim_hold_give_all(hold);
}

static void take_classes(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_arena *arena = hold->arena;
    uint64_t least = LEAST_PAGES * hold->world->page_bytes;
    uint64_t most = trim_max(arena->free_bytes / 8 * PIECE_EIGHTHS, PIECE_BYTES);
    uint64_t high = trim_min(trim_excess(arena->largest_bytes, TRIM_CHUNK_WORD), most);
    /* The largest chunk comes first and alone: asked for twice, its size would find nothing the
     * second time. */
    if (high >= least && !trim_hold_ends(hold)) {
        bool dry = false;
        (void)take_dropped(hold, high, &dry);
        trim_hold_give_all(hold);
    }
    while (high > least && !hold->ended) {
        uint64_t low = trim_max(high - high / CLASS_PART, least);
        if ((arena->sizes & trim_size_classes(low, high + TRIM_CHUNK_WORD)) != 0) {
            trim_hold_pause(hold);
            take_class(hold, low, high - 1);
        }
        high = low;
    }
}

void trim_borrow_run(const struct trim_borrow_world *world, const struct trim_borrow_arena *arena,
                     struct trim_borrow_result *result)
{
    struct trim_borrow_hold hold;
    memset(result, 0, sizeof *result);
    trim_hold_init(&hold, world, arena, result);
    /* A large top on a busy machine takes more than one piece may be held for. */
    bool again = arena->top_start != 0;
    for (int times = 0; again && times < CUTS_MAX; times++) {
        take_top(&hold);
        again = hold.cut && !hold.ended;
    }
    take_classes(&hold);
    trim_hold_leave(&hold);
    /* Of the top may have been counted what could not be dropped after all. */
    result->top_dropped_bytes = trim_min(result->top_dropped_bytes, result->dropped_bytes);
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
    sum->heaps_gone += more->heaps_gone;
    sum->paused_ns += more->paused_ns;
    sum->gave_way = sum->gave_way || more->gave_way;
}
