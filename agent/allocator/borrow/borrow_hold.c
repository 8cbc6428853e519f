#include "borrow_hold.h"

#include <string.h>

#include "borrow_drop.h"
#include "borrow_pace.h"
#include "quantity.h"

/* After this part of the arena's free bytes, unless that is little, is looked whether the
 * application needs memory. */
#define BATCH_PART 64
#define BATCH_LEAST_BYTES (16 * TRIM_MIB)

/* What is asked for to have chunks sorted: above the sizes that a tcache keeps, and different each
 * time, so that none fits exactly. */
#define SORT_BYTES 1112
#define SORT_STEPS 32
/* So many are sorted at once, in some 5 us. */
#define SORT_EACH 64

static void note_call(struct trim_borrow_hold *hold, uint64_t began_ns)
{
    uint64_t took_ns = hold->world->now_ns() - began_ns;
    hold->result->calls++;
    trim_pace_call(hold->arena->pace, took_ns);
    hold->result->longest_call_ns = trim_max(hold->result->longest_call_ns, took_ns);
}

static void *take(struct trim_borrow_hold *hold, uint64_t bytes)
{
    uint64_t began_ns = hold->world->now_ns();
    void *piece = hold->world->take(hold->world->context, bytes);
    note_call(hold, began_ns);
    return piece;
}

static void give(struct trim_borrow_hold *hold, void *piece)
{
    uint64_t began_ns = hold->world->now_ns();
    hold->world->give(piece);
    note_call(hold, began_ns);
}

/* Nothing more is taken; what is left shall be tried again another time. */
static void give_way(struct trim_borrow_hold *hold)
{
    hold->ended = true;
    hold->result->gave_way = true;
}

bool trim_hold_ends(struct trim_borrow_hold *hold)
{
    uint64_t now_ns = trim_excess(hold->world->now_ns(), hold->result->paused_ns);
    if (hold->world->cancelled(hold->world->context) || now_ns >= hold->arena->deadline_ns) {
        give_way(hold);
    }
    return hold->ended;
}

/* Whether malloc has unmapped heaps of the arena that have become empty. That is a release like any
 * other, but what was known of the arena does not hold any more. */
static bool heaps_are_gone(struct trim_borrow_hold *hold)
{
    hold->result->heaps_gone = hold->world->heaps_gone(hold->arena);
    hold->ended = hold->ended || hold->result->heaps_gone != 0;
    return hold->result->heaps_gone != 0;
}

/* The application's own demand: what is borrowed is missing to it. */
static void look_at_growth(struct trim_borrow_hold *hold)
{
    if (heaps_are_gone(hold)) {
        return;
    }
    uint64_t grown = hold->world->grown(hold->arena);
    hold->shared = hold->shared || grown > hold->grown;
    hold->grown = grown;
    if (grown > hold->arena->system_bytes / TRIM_BORROW_GROWTH_PART) {
        give_way(hold);
    }
}

/*
 * free puts a chunk among the unsorted ones, and the next large malloc sorts all of these under the
 * lock, hundreds at a time if nobody has asked between. So a few at a time are sorted by a small
 * request of the agent's own.
 */
static void sort_last(struct trim_borrow_hold *hold)
{
    if (++hold->unsorted < SORT_EACH) {
        return;
    }
    hold->unsorted = 0;
    void *piece = take(hold, SORT_BYTES + hold->sorts++ % SORT_STEPS * 16);
    if (piece != NULL) {
        give(hold, piece);
    }
}

static void look_at_others(const struct trim_borrow_hold *hold, uint64_t now_ns)
{
    const struct trim_borrow_world *world = hold->world;
    struct trim_borrow_pace *pace = hold->arena->pace;
    if (trim_pace_look_is_due(pace, now_ns)) {
        trim_pace_look(pace, now_ns, world->own_cpu_ns(), world->others_cpu_ns());
    }
}

void trim_hold_pause(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_world *world = hold->world;
    struct trim_borrow_pace *pace = hold->arena->pace;
    uint64_t began_ns = world->now_ns();
    look_at_others(hold, began_ns);
    uint64_t wanted_ns = trim_pace_wanted_ns(pace, began_ns, world->own_cpu_ns());
    if (wanted_ns == 0 || trim_hold_ends(hold) || !trim_pace_others_work(pace)) {
        return;
    }
    world->pause(world->context, wanted_ns);
    /* A busy machine makes it longer, a system that forbids it makes it nothing. */
    uint64_t paused_ns = world->now_ns() - began_ns;
    pace->paused_ns += paused_ns;
    hold->result->paused_ns += paused_ns;
}

void trim_hold_give_all(struct trim_borrow_hold *hold)
{
    trim_hold_drop_all(hold);
    uint64_t since_ns = hold->held != NULL ? hold->held_since_ns : hold->world->now_ns();
    while (hold->held != NULL) {
        struct trim_piece *piece = hold->held;
        hold->held = piece->before;
        give(hold, piece);
        sort_last(hold);
    }
    uint64_t held_ns = hold->world->now_ns() - since_ns;
    hold->result->held_max_ns = trim_max(hold->result->held_max_ns, held_ns);
    hold->held_bytes = hold->batch_bytes = 0;
    hold->shared = false;
    look_at_growth(hold);
}

/*
 * What is held stays held, so that the same request does not find it again: of a piece that is made
 * smaller the rest's header makes a page resident again. Where threads are at work the caller gives
 * it back soon; where the arena grows much meanwhile borrowing ends.
 */
static void begin_batch(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_world *world = hold->world;
    trim_hold_drop_all(hold);
    look_at_growth(hold);
    look_at_others(hold, world->now_ns());
    hold->shared = hold->shared || trim_pace_others_are_awake(hold->arena->pace);
    /* Other chunks go back before a pause. */
    if (hold->in_group) {
        trim_hold_pause(hold);
    }
    hold->batch_bytes = 0;
    hold->batch_since_ns = world->now_ns();
}

const struct trim_piece *trim_hold_take(struct trim_borrow_hold *hold, uint64_t bytes)
{
    uint64_t now_ns = hold->world->now_ns();
    if (hold->held == NULL) {
        hold->held_since_ns = hold->batch_since_ns = now_ns;
    } else if (hold->batch_bytes + bytes > hold->batch_max_bytes ||
               now_ns - hold->batch_since_ns >= TRIM_BATCH_MAX_NS) {
        begin_batch(hold);
        if (hold->ended) {
            return NULL;
        }
    }
    struct trim_piece *piece = take(hold, bytes);
    if (piece == NULL) {
        hold->ended = true;
        return NULL;
    }
    uint64_t start = (uint64_t)(uintptr_t)piece;
    uint64_t usable = hold->world->usable(piece);
    if (!hold->world->inside(hold->arena->arena, start, start + usable)) {
        hold->stranger = hold->world->top_behind(hold->arena, piece) == 0;
        give(hold, piece);
        hold->result->grown_bytes = trim_max(hold->result->grown_bytes, usable);
        if (!heaps_are_gone(hold) && usable > hold->arena->system_bytes / TRIM_BORROW_GROWTH_PART) {
            give_way(hold);
        }
        return NULL;
    }
    piece->before = hold->held;
    hold->held = piece;
    hold->held_bytes += usable;
    hold->batch_bytes += usable;
    hold->result->held_max_bytes = trim_max(hold->result->held_max_bytes, hold->held_bytes);
    return piece;
}

void trim_hold_give_last(struct trim_borrow_hold *hold)
{
    struct trim_piece *piece = hold->held;
    trim_hold_drop_last(hold);
    hold->held = piece->before;
    hold->held_bytes -= hold->world->usable(piece);
    hold->batch_bytes -= hold->world->usable(piece);
    give(hold, piece);
    sort_last(hold);
}

void trim_hold_init(struct trim_borrow_hold *hold, const struct trim_borrow_world *world,
                    const struct trim_borrow_arena *arena, struct trim_borrow_result *result)
{
    memset(hold, 0, sizeof *hold);
    hold->world = world;
    hold->arena = arena;
    hold->result = result;
    hold->grown = world->grown(arena);
    hold->batch_max_bytes = trim_max(arena->free_bytes / BATCH_PART, BATCH_LEAST_BYTES);
    uint64_t now_ns = world->now_ns();
    trim_pace_enter(arena->pace, now_ns, world->own_cpu_ns());
    look_at_others(hold, now_ns);
}

void trim_hold_leave(const struct trim_borrow_hold *hold)
{
    const struct trim_borrow_world *world = hold->world;
    trim_pace_leave(hold->arena->pace, world->now_ns(), world->own_cpu_ns());
}
