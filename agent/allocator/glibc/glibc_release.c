#include "glibc_release.h"

#include <string.h>
#include <unistd.h>

#include "arena_scan.h"
#include "clock.h"
#include "glibc_blocks.h"
#include "glibc_pieces.h"
#include "glibc_rest.h"
#include "quantity.h"
#include "resident_pages.h"

/* No borrowing works longer, in all arenas together, */
#define DEADLINE_NS (10 * TRIM_NS_PER_S)
/* or pauses longer for the sake of threads at work. */
#define PAUSE_MAX_NS (4 * TRIM_NS_PER_S)

/* An arena is measured anew so many times at most because heaps of it have gone. Each time one goes
 * at least. */
#define ROUNDS_MAX 8

static bool is_cancelled(const struct trim_glibc_releaser *releaser)
{
    return trim_cancel_requested(releaser->order->cancel);
}

static bool cancelled(void *context)
{
    return is_cancelled(context);
}

/* malloc, in the arena that was entered. */
static void *take(void *context, size_t bytes)
{
    struct trim_glibc_releaser *releaser = context;
    return trim_arena_take(&releaser->door, bytes);
}

static bool enter(struct trim_glibc_releaser *releaser, const struct trim_borrow_arena *arena)
{
    uint64_t top_bytes = arena->top_start != 0 ? arena->end - arena->top_start : 0;
    /* Its first block has malloc merge what is in fastbins, and sort what nobody has sorted. */
    uint64_t began_ns = trim_clock_now_ns();
    bool entered =
        !is_cancelled(releaser) &&
        trim_arena_enter(&releaser->door, arena->arena, trim_max(arena->largest_bytes, top_bytes));
    uint64_t *longest_ns = &releaser->release->borrow.longest_call_ns;
    *longest_ns = trim_max(*longest_ns, trim_clock_now_ns() - began_ns);
    return entered;
}

static void rest(void *context, uint64_t ns)
{
    const struct trim_glibc_releaser *releaser = context;
    trim_glibc_hold_off_end(&releaser->hold_off);
    trim_clock_sleep_ns(ns);
    trim_glibc_hold_off_begin(&releaser->hold_off);
}

/* Borrows from the arena that was entered. */
static void borrow_from(struct trim_glibc_releaser *releaser, size_t place,
                        const struct trim_borrow_world *world)
{
    struct trim_borrow_arena *arena = &releaser->plan.arenas[place];
    struct trim_release *release = releaser->release;
    struct trim_borrow_result result;
    arena->deadline_ns = releaser->deadline_ns + release->borrow.paused_ns;
    arena->pace = &releaser->pace;
    trim_glibc_hold_off_begin(&releaser->hold_off);
    trim_borrow_run(world, arena, &result);
    trim_glibc_hold_off_end(&releaser->hold_off);
    uint64_t left =
        trim_excess(arena->wanted_bytes, result.dropped_bytes - result.top_dropped_bytes);
    /* Where more may have been wanted than there was, that tells nothing unless it gave way. */
    releaser->left_bytes[place] = releaser->plan.generous && !result.gave_way ? 0 : left;
    if (arena->arena == TRIM_MAIN_ARENA) {
        /* malloc_trim comes to that top too, and the estimate has it among the rest. */
        result.top_dropped_bytes = 0;
    }
    trim_borrow_add(&release->borrow, &result);
}

static void make_plan(struct trim_glibc_releaser *releaser)
{
    const struct trim_malloc_info_parser *info = releaser->order->info;
    trim_borrow_make_plan(
        &releaser->plan, trim_arena_scan_map(), info->arenas, info->arena_count,
        (uint64_t)sysconf(_SC_PAGESIZE), trim_glibc_resident,
        trim_excess(releaser->order->expected_bytes, releaser->release->borrow.dropped_bytes));
    for (size_t i = 0; i < releaser->plan.count; i++) {
        releaser->left_bytes[i] = releaser->plan.arenas[i].wanted_bytes;
    }
}

/* Makes the plan of the arenas as they are now. */
static bool plan_anew(struct trim_glibc_releaser *releaser)
{
    bool measured = releaser->order->measure(releaser->order->context) == 0;
    if (measured) {
        make_plan(releaser);
    }
    return measured;
}

static bool is_worth(const struct trim_glibc_releaser *releaser)
{
    return trim_borrow_is_worth(&releaser->plan, &releaser->lock, releaser->order->mode);
}

/* Merges what is in fastbins, for which entering is enough, and measures again, for then there are
 * other chunks. Where that fails the plan of before is what there is. */
static void merge_chunks(struct trim_glibc_releaser *releaser)
{
    for (size_t i = 0; i < releaser->plan.count; i++) {
        if (enter(releaser, &releaser->plan.arenas[i])) {
            trim_arena_leave(&releaser->door);
        }
    }
    (void)plan_anew(releaser);
}

/* How long malloc_trim would take for what borrowing took so long for: 1.0 to 1.6 times as long was
 * seen. */
static uint64_t by_malloc_trim_ns(uint64_t borrowing_ns)
{
    return borrowing_ns / 5 * 4;
}

/* Borrows from the arenas of the plan. Returns how many of them could be entered. */
static uint64_t borrow_by_plan(struct trim_glibc_releaser *releaser,
                               const struct trim_borrow_world *world)
{
    uint64_t reached = 0;
    for (size_t i = 0; i < releaser->plan.count; i++) {
        if (enter(releaser, &releaser->plan.arenas[i])) {
            borrow_from(releaser, i, world);
            trim_arena_leave(&releaser->door);
            reached++;
        }
    }
    return reached;
}

/*
 * Where malloc unmaps heaps that have become empty, it gives memory back as well, and goes on by
 * itself where it can; but the arena then ends elsewhere, and what was its last free chunk is its
 * top. So it is measured anew.
 */
static void borrow(struct trim_glibc_releaser *releaser)
{
    struct trim_borrow_world world = {
        .context = releaser, .take = take, .pause = rest, .cancelled = cancelled};
    trim_glibc_pieces(&world);
    trim_glibc_hold_off_drops(&releaser->hold_off, &world);
    struct trim_release *release = releaser->release;
    uint64_t began_ns = trim_clock_now_ns();
    releaser->deadline_ns = began_ns + DEADLINE_NS;
    trim_pace_init(&releaser->pace, releaser->order->hurry ? 0 : PAUSE_MAX_NS);
    release->borrowed = true;
    releaser->wanted_bytes = releaser->plan.wet_bytes;
    release->arenas_wanted = releaser->plan.count;
    release->arenas_reached = borrow_by_plan(releaser, &world);
    uint64_t gone = 0;
    for (int round = 0; round < ROUNDS_MAX && release->borrow.heaps_gone > gone; round++) {
        gone = release->borrow.heaps_gone;
        if (is_cancelled(releaser) || !plan_anew(releaser)) {
            break;
        }
        (void)borrow_by_plan(releaser, &world);
    }
    release->refusal = releaser->door.refusal;
    const struct trim_borrow_result *done = &release->borrow;
    if (!done->gave_way) {
        uint64_t took_ns = trim_excess(trim_clock_now_ns() - began_ns, done->paused_ns);
        trim_lock_time_measured(&releaser->lock, trim_lock_work(done->dropped_bytes, done->pieces),
                                by_malloc_trim_ns(took_ns));
    }
}

static void open_door(struct trim_glibc_releaser *releaser, int (*malloc_trim)(size_t pad))
{
    struct trim_arena_world world;
    trim_glibc_arena_world((uint64_t)(uintptr_t)malloc_trim, &world);
    trim_arena_open(&releaser->door, &world, trim_arena_scan_map());
}

const char *trim_glibc_release_refusal(struct trim_glibc_releaser *releaser,
                                       int (*malloc_trim)(size_t pad))
{
    if (!releaser->door.proven && releaser->door.refusal == NULL) {
        open_door(releaser, malloc_trim);
    }
    return releaser->door.refusal;
}

/* Why nothing shall be borrowed, or NULL. */
static const char *refusal(struct trim_glibc_releaser *releaser)
{
    bool blind = false;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t own = (uint64_t)(uintptr_t)releaser / page * page;
    (void)trim_resident_bytes(own, own + page, &blind);
    if (blind) {
        /* What was dropped long ago would be dropped again, and told as released. */
        return "the system refuses mincore";
    }
    if (releaser->order->refusal != NULL) {
        return releaser->order->refusal;
    }
    if (!trim_glibc_hold_off_look(&releaser->hold_off, releaser->order->huge_pages)) {
        return "huge pages cannot be held off";
    }
    open_door(releaser, releaser->order->malloc_trim);
    return releaser->door.refusal;
}

void trim_glibc_release(struct trim_glibc_releaser *releaser, const struct trim_glibc_order *order,
                        struct trim_release *release)
{
    memset(release, 0, sizeof *release);
    releaser->order = order;
    releaser->release = release;
    releaser->plan.count = 0;
    release->refusal = order->mode == TRIM_MODE_TRIM ? NULL : refusal(releaser);
    if (order->mode == TRIM_MODE_TRIM || release->refusal != NULL) {
        trim_glibc_run_malloc_trim(releaser);
        return;
    }
    make_plan(releaser);
    if (is_worth(releaser) && releaser->plan.merges) {
        merge_chunks(releaser);
    }
    if (!is_worth(releaser)) {
        trim_glibc_run_malloc_trim(releaser);
        trim_lock_time_measured(&releaser->lock, releaser->plan.work, release->trim_ns);
        /* It has merged what was in fastbins, perhaps to tops, which it does not reach. */
        if (!releaser->plan.merges || !plan_anew(releaser) || !is_worth(releaser)) {
            return;
        }
        release->trimmed_first = true;
    }
    borrow(releaser);
    trim_glibc_release_rest(releaser);
}
