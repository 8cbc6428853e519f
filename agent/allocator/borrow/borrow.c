#include "borrow.h"

#include <string.h>

#include "borrow_drop.h"
#include "borrow_hold.h"
#include "quantity.h"

/* A single piece is no larger than what a heap of a non-main arena can hold, or than so many
 * eighths of the arena's free bytes: a chunk of the main arena may be most of them. */
#define PIECE_BYTES (64 * TRIM_MIB)
#define PIECE_EIGHTHS 5

/* A drop that came to the end of its time, on a busy machine, is gone on with so many times in a
 * row. */
#define CUTS_MAX 8

/* Chunks with fewer whole pages are left to malloc_trim. */
#define LEAST_PAGES 2

/* Chunks differ by this in size at least. */
#define CHUNK_STEP (2 * TRIM_CHUNK_WORD)

/* What is served from beyond the arena as it was measured, because that has grown since and has a
 * free chunk there, is passed over by a request that is larger by this part; so many times. */
#define STRANGER_PART 32
#define STRANGERS_MAX 16

/* Room that a request leaves at the end of a top for those that come between. */
#define TOP_SLACK_BYTES (4 * TRIM_KIB)

static uint64_t piece_max_bytes(const struct trim_borrow_arena *arena)
{
    return trim_max(arena->free_bytes / 8 * PIECE_EIGHTHS, PIECE_BYTES);
}

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
        uint64_t dropped = trim_hold_drop(hold, piece);
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

/* The chunk that was taken last. */
struct chunk {
    uint64_t usable; /* Bytes of a piece that is all of it. */
    bool equals;     /* Others of its size come next. */
};

/* Whether whole pages end in the free rest of the piece's chunk. */
static bool has_pages(const struct trim_borrow_hold *hold, const struct trim_piece *piece,
                      uint64_t rest)
{
    uint64_t page = hold->world->page_bytes;
    uint64_t end = (uint64_t)(uintptr_t)piece + hold->world->usable(piece);
    return (end + rest) / page > end / page;
}

/* Takes the smallest chunk that is no smaller than the last one as one piece, or as much of it as a
 * piece may have. What is split off it stays where it has no page. */
static const struct trim_piece *take_chunk(struct trim_borrow_hold *hold, struct chunk *chunk)
{
    uint64_t bytes = chunk->usable;
    bool is_whole = chunk->equals;
    const struct trim_piece *piece = trim_hold_take(hold, bytes);
    if (piece == NULL) {
        return NULL;
    }
    uint64_t rest = is_whole ? 0 : hold->world->free_behind(hold->arena, piece);
    chunk->usable = trim_max(hold->world->usable(piece) + rest, bytes);
    chunk->equals = hold->world->has_equals(piece);
    if (rest == 0 || !(chunk->equals || has_pages(hold, piece, rest))) {
        return piece;
    }
    chunk->usable = trim_min(chunk->usable, piece_max_bytes(hold->arena));
    trim_hold_give_last(hold);
    piece = trim_hold_take(hold, chunk->usable);
    /* Another thread may have had some of it meanwhile. */
    return piece != NULL || hold->ended ? piece : trim_hold_take(hold, bytes);
}

/* Drops all of the next chunk; where others have the CPU, in several attempts. Returns whether
 * there was one. */
static bool drop_chunk(struct trim_borrow_hold *hold, struct chunk *chunk)
{
    const struct trim_piece *piece = trim_hold_ends(hold) ? NULL : take_chunk(hold, chunk);
    for (int cuts = 0; piece != NULL; cuts++) {
        (void)trim_hold_drop(hold, piece);
        if (!hold->cut || cuts == CUTS_MAX || trim_hold_ends(hold)) {
            return true;
        }
        uint64_t usable = hold->world->usable(piece);
        trim_hold_give_last(hold);
        piece = trim_hold_take(hold, usable);
    }
    return false;
}

/*
 * Drops the arena's chunks from the smallest to the largest. What is held is not served again, so
 * that each request finds the next one at once, and malloc need not look for it among those that
 * are done: chunks of 512 KiB and more stand in one list. Where the application may need memory,
 * only chunks of one size are held together; what has gone back is never asked for again, because
 * it would be served at once and tell nothing of its equals.
 */
static void drop_chunks(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_arena *arena = hold->arena;
    uint64_t largest =
        trim_min(trim_excess(arena->largest_bytes, TRIM_CHUNK_WORD), piece_max_bytes(arena));
    struct chunk chunk = {.usable = LEAST_PAGES * hold->world->page_bytes};
    bool more = chunk.usable <= largest;
    for (int strangers = 0; more;) {
        bool done = drop_chunk(hold, &chunk);
        /* Beyond the largest the heap would grow. Of several that have become larger since they
         * were measured the first one ends it. */
        more = done && (chunk.usable < largest || chunk.equals);
        if (!done && !hold->ended && hold->stranger && strangers++ < STRANGERS_MAX) {
            chunk.equals = false;
            chunk.usable += chunk.usable / STRANGER_PART / CHUNK_STEP * CHUNK_STEP + CHUNK_STEP;
            more = chunk.usable <= largest;
        } else if (hold->shared && !chunk.equals) {
            trim_hold_give_all(hold);
            trim_hold_pause(hold);
            chunk.usable += CHUNK_STEP;
        }
        hold->in_group = chunk.equals;
    }
    trim_hold_give_all(hold);
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
    drop_chunks(&hold);
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
