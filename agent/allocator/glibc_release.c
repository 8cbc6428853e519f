#include "glibc_release.h"

#include <string.h>
#include <unistd.h>

#include "borrow_pace.h"
#include "glibc_pieces.h"
#include "trimagent/arena_scan.h"
#include "trimagent/arena_visit.h"
#include "trimagent/borrow_plan.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"
#include "trimagent/resident_pages.h"

/* No borrowing works longer, in all arenas together, */
#define DEADLINE_NS (10 * TRIM_NS_PER_S)
/* or pauses longer for the sake of threads at work. */
#define PAUSE_MAX_NS (4 * TRIM_NS_PER_S)

/* The heap may grow by this part for new arenas, where those bring all others within reach. */
#define GROWTH_PART 100

/* No more are made: each takes 64 MiB of addresses. */
#define NEW_ARENAS_MAX 32

/* Rests below this part of what was wanted are left. */
#define REST_PART 256
/* From this part on they are not left because of a stall. */
#define MUCH_PART 8

/* What one free chunk costs malloc_trim, dropped before or not, in bytes that it could drop in the
 * same time: 5 us were measured with chunks of 45 KiB on average. */
#define CHUNK_COST_BYTES (50 * TRIM_KIB)

static struct trim_borrow_plan plan;

/* The order at hand: the borrowing threads run one at a time, and the worker waits for them. */
static const struct trim_glibc_order *order;
static struct trim_release *release;
static uint64_t left_bytes[TRIM_BORROW_ARENAS_MAX];
static bool reached[TRIM_BORROW_ARENAS_MAX];
static uint64_t deadline_ns;
static struct trim_borrow_pace pace;

static bool cancelled(void)
{
    return trim_cancel_requested(order->cancel);
}

/* The place of an arena in the plan that no thread has come to yet; plan.count: there is none. */
static size_t place_of(uint64_t arena)
{
    size_t place = 0;
    while (place < plan.count && (plan.arenas[place].arena != arena || reached[place])) {
        place++;
    }
    return place;
}

/* Coming to an arena is enough to merge its fastbins. */
static bool come_to(void *context, uint64_t arena)
{
    uint64_t *missing = context;
    size_t place = place_of(arena);
    if (place < plan.count) {
        reached[place] = true;
        --*missing;
    }
    return *missing > 0 && !cancelled();
}

/* The arena that a thread has come to is borrowed from, once. */
static bool borrow_from(void *context, uint64_t arena)
{
    const struct trim_borrow_world *world = context;
    size_t place = place_of(arena);
    if (place < plan.count) {
        struct trim_borrow_arena *own = &plan.arenas[place];
        struct trim_borrow_result result;
        own->deadline_ns = deadline_ns + release->borrow.paused_ns;
        own->pace = &pace;
        trim_borrow_run(world, own, &result);
        left_bytes[place] =
            trim_excess(own->wanted_bytes, result.dropped_bytes - result.top_dropped_bytes);
        if (arena == TRIM_MAIN_ARENA) {
            /* malloc_trim comes to that top too, and the estimate has it among the rest. */
            result.top_dropped_bytes = 0;
        }
        trim_borrow_add(&release->borrow, &result);
        reached[place] = true;
        release->arenas_reached++;
    }
    return release->arenas_reached < plan.count && !cancelled();
}

static void make_plan(void)
{
    trim_borrow_make_plan(&plan, trim_arena_scan_map(), order->info->arenas,
                          order->info->arena_count, (uint64_t)sysconf(_SC_PAGESIZE),
                          trim_glibc_resident);
    for (size_t i = 0; i < plan.count; i++) {
        reached[i] = false;
        left_bytes[i] = plan.arenas[i].wanted_bytes;
    }
}

/* An arena may be visited twice: when it is new or has no threads, and in turn. Busy ones are left
 * out at times. */
static uint64_t threads_for(uint64_t arenas)
{
    return arenas * 2 + 16;
}

/* Sends threads to the arenas of the plan. */
static void visit(bool (*how)(void *context, uint64_t arena), void *context)
{
    const struct trim_arena_visitor visitor = {.context = context, .visit = how};
    struct trim_visit_result visited;
    uint64_t arenas = order->info->arena_count;
    uint64_t missing = trim_excess(order->arena_limit, arenas);
    trim_arena_visit(trim_arena_scan_map(), &visitor, threads_for(arenas + missing),
                     missing * 2 + 2, &visited);
    release->threads_cpu_ns += visited.cpu_ns;
    release->thread_error = visited.error;
}

/* Merges what is in fastbins and measures again, for then there are other chunks. */
static void merge_fastbins(void)
{
    uint64_t missing = plan.count;
    visit(come_to, &missing);
    if (order->measure() == 0) {
        make_plan();
    } else {
        /* The plan of before is what there is. */
        memset(reached, 0, sizeof reached);
    }
}

/*
 * Below the limit a thread that finds no arena without threads makes a new one. So those that are
 * missing are made, if the heap hardly grows by them.
 */
bool trim_glibc_reaches(uint64_t system_bytes, uint64_t arenas, uint64_t arena_limit,
                        uint64_t new_arena_bytes)
{
    uint64_t affordable = system_bytes / GROWTH_PART / new_arena_bytes;
    uint64_t missing = trim_excess(arena_limit, arenas);
    return missing <= trim_min(affordable, NEW_ARENAS_MAX) &&
           threads_for(arenas + missing) <= TRIM_VISIT_THREADS_MAX;
}

static void borrow(void)
{
    struct trim_borrow_world world = {.cancelled = cancelled};
    trim_glibc_pieces(&world);
    if (plan.merges) {
        merge_fastbins();
    }
    deadline_ns = trim_clock_now_ns() + DEADLINE_NS;
    trim_pace_init(&pace, order->hurry ? 0 : PAUSE_MAX_NS);
    release->borrowed = true;
    release->arenas_wanted = plan.count;
    if (plan.count != 0) {
        visit(borrow_from, &world);
    }
}

/* What is left, and the most of it that malloc_trim would drop under one lock. */
static void sum_up_rest(uint64_t *rest_bytes, uint64_t *longest_bytes)
{
    *rest_bytes = plan.other_bytes;
    *longest_bytes = plan.other_bytes;
    for (size_t i = 0; i < plan.count; i++) {
        *rest_bytes += left_bytes[i];
        uint64_t cost = left_bytes[i] + plan.arenas[i].chunks * CHUNK_COST_BYTES;
        *longest_bytes = trim_max(*longest_bytes, cost);
    }
}

static void run_malloc_trim(void)
{
    uint64_t began_ns = trim_clock_now_ns();
    /* The result is 1 also where nothing was released, so it tells nothing. */
    (void)order->malloc_trim(0);
    release->trimmed = true;
    release->trim_ns = trim_clock_now_ns() - began_ns;
}

/*
 * What borrowing has left goes by malloc_trim where that is worth it and holds no lock for long, or
 * where it is a good part of what was wanted, because arenas could not be reached or their chunks
 * did not come as pieces: memory that is needed comes before a stall, unless the user has said
 * otherwise, or the application needs its memory just now.
 */
static void trim_rest(void)
{
    uint64_t rest = 0;
    uint64_t longest = 0;
    sum_up_rest(&rest, &longest);
    bool much = rest > plan.wet_bytes / MUCH_PART && order->mode == TRIM_MODE_AUTO &&
                !release->borrow.gave_way;
    bool short_hold = longest <= TRIM_SHORT_HOLD_BYTES;
    if (rest > plan.wet_bytes / REST_PART && (short_hold || much) && !cancelled()) {
        run_malloc_trim();
    } else {
        release->left_bytes = rest;
    }
}

/* Why nothing shall be borrowed, or NULL. */
static const char *refusal(void)
{
    bool blind = false;
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t own = (uint64_t)(uintptr_t)&plan / page * page;
    (void)trim_resident_bytes(own, own + page, &blind);
    /* Without an end to the pages that seem resident, classes would be asked for until the heap
     * grows. */
    return blind ? "the system refuses mincore" : order->refusal;
}

void trim_glibc_release(const struct trim_glibc_order *ordered, struct trim_release *released)
{
    order = ordered;
    release = released;
    memset(release, 0, sizeof *release);
    plan.count = 0;
    if (order->mode == TRIM_MODE_TRIM) {
        run_malloc_trim();
        return;
    }
    release->refusal = refusal();
    if (release->refusal != NULL) {
        run_malloc_trim();
        return;
    }
    make_plan();
    bool reachable = trim_glibc_reaches(order->info->info.system_bytes, order->info->arena_count,
                                        order->arena_limit, order->new_arena_bytes);
    if (!reachable || !trim_borrow_is_worth(&plan, order->mode)) {
        release->arenas_wanted = reachable ? 0 : plan.count;
        run_malloc_trim();
        return;
    }
    borrow();
    trim_rest();
}
