#include "borrow_hold.h"

#include <string.h>

#include "borrow_drop.h"
#include "borrow_pace.h"
#include "quantity.h"

/* A batch holds no more than this part of the arena's free bytes, unless that is little. */
#define HOLD_PART 8
#define HOLD_LEAST_BYTES (16 * TRIM_MIB)

/* Above the sizes that a tcache keeps: what is kept of a piece at least, and what is asked for to
 * have chunks sorted, different each time, so that none fits exactly. */
#define KEPT_LEAST_BYTES 1080
#define KEPT_ROUNDING_BYTES 32
#define SORT_BYTES 1112
#define SORT_STEPS 32

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
    if (!heaps_are_gone(hold) &&
        hold->world->grown(hold->arena) > hold->arena->system_bytes / TRIM_BORROW_GROWTH_PART) {
        give_way(hold);
    }
}

/*
 * free puts a chunk among the unsorted ones, and the next large malloc sorts all of these under the
 * lock, hundreds at a time if nobody has asked between. So each is sorted by a small request of the
 * agent's own right away.
 */
static void sort_last(struct trim_borrow_hold *hold)
{
    void *piece = take(hold, SORT_BYTES + hold->sorts++ % SORT_STEPS * 16);
    if (piece != NULL) {
        give(hold, piece);
    }
}

void trim_hold_pause(struct trim_borrow_hold *hold)
{
    const struct trim_borrow_world *world = hold->world;
    struct trim_borrow_pace *pace = hold->arena->pace;
    uint64_t now_ns = world->now_ns();
    uint64_t wanted_ns = trim_pace_wanted_ns(pace, now_ns, world->own_cpu_ns());
    if (wanted_ns == 0 || trim_hold_ends(hold) ||
        !trim_pace_others_work(pace, now_ns, world->others_cpu_ns())) {
        return;
    }
    uint64_t began_ns = world->now_ns();
    world->pause(world->context, wanted_ns);
    /* A busy machine makes it longer, a system that forbids it makes it nothing. */
    uint64_t paused_ns = world->now_ns() - began_ns;
    pace->paused_ns += paused_ns;
    hold->result->paused_ns += paused_ns;
}

static void note_held_for(struct trim_borrow_hold *hold)
{
    uint64_t held_ns = hold->world->now_ns() - hold->held_since_ns;
    hold->result->held_max_ns = trim_max(hold->result->held_max_ns, held_ns);
}

/* Gives all of a list back. */
static void give_list(struct trim_borrow_hold *hold, struct trim_piece **list)
{
    while (*list != NULL) {
        struct trim_piece *piece = *list;
        *list = piece->before;
        give(hold, piece);
        sort_last(hold);
    }
}

void trim_hold_give_all(struct trim_borrow_hold *hold)
{
    trim_hold_drop_all(hold);
    if (hold->held != NULL) {
        give_list(hold, &hold->held);
        note_held_for(hold);
    }
    give_list(hold, &hold->kept);
    hold->held_bytes = 0;
    hold->kept_bytes = 0;
    look_at_growth(hold);
}

/*
 * Gives what is held back in such a way that the same request does not find it again: the
 * beginnings are kept until the class is done, and the rests are too small for it.
 */
static void give_rests(struct trim_borrow_hold *hold)
{
    trim_hold_drop_all(hold);
    while (hold->held != NULL) {
        struct trim_piece *piece = hold->held;
        hold->held = piece->before;
        /* More than the class is wide, so that the rest of its largest chunk serves none of it. */
        uint64_t bytes =
            hold->world->usable(piece) / (TRIM_BORROW_CLASS_PART - 1) + KEPT_ROUNDING_BYTES;
        bytes = trim_max(bytes, KEPT_LEAST_BYTES);
        uint64_t began_ns = hold->world->now_ns();
        struct trim_piece *beginning = hold->world->shrink(piece, bytes);
        note_call(hold, began_ns);
        if (beginning == NULL) {
            /* Kept as a whole, pieces would soon be more than may be held. */
            hold->ended = true;
            give(hold, piece);
        } else {
            beginning->before = hold->kept;
            hold->kept = beginning;
            hold->kept_bytes += hold->world->usable(beginning);
        }
        sort_last(hold);
    }
    note_held_for(hold);
    hold->held_bytes = 0;
    look_at_growth(hold);
    trim_hold_pause(hold);
}

const struct trim_piece *trim_hold_take(struct trim_borrow_hold *hold, uint64_t bytes)
{
    bool full = hold->held_bytes + hold->kept_bytes + bytes > hold->hold_max_bytes ||
                hold->world->now_ns() - hold->held_since_ns >= TRIM_HOLD_MAX_NS;
    if (hold->held != NULL && full) {
        give_rests(hold);
    }
    if (hold->held == NULL) {
        hold->held_since_ns = hold->world->now_ns();
    }
    struct trim_piece *piece = take(hold, bytes);
    if (piece == NULL) {
        hold->ended = true;
        return NULL;
    }
    uint64_t start = (uint64_t)(uintptr_t)piece;
    uint64_t usable = hold->world->usable(piece);
    if (!hold->world->inside(hold->arena->arena, start, start + usable)) {
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
    uint64_t held_bytes = hold->held_bytes + hold->kept_bytes;
    hold->result->held_max_bytes = trim_max(hold->result->held_max_bytes, held_bytes);
    return piece;
}

void trim_hold_give_last(struct trim_borrow_hold *hold)
{
    struct trim_piece *piece = hold->held;
    trim_hold_drop_last(hold);
    hold->held = piece->before;
    hold->held_bytes -= hold->world->usable(piece);
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
    hold->hold_max_bytes = trim_max(arena->free_bytes / HOLD_PART, HOLD_LEAST_BYTES);
    trim_pace_enter(arena->pace, world->now_ns(), world->own_cpu_ns(), world->others_cpu_ns());
}

void trim_hold_leave(const struct trim_borrow_hold *hold)
{
    const struct trim_borrow_world *world = hold->world;
    trim_pace_leave(hold->arena->pace, world->now_ns(), world->own_cpu_ns(),
                    world->others_cpu_ns());
}
