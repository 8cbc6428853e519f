#include "glibc_rest.h"

#include "clock.h"
#include "quantity.h"

/* Rests below this part of what was wanted are left. */
#define REST_PART 256
/* From this part on they are not left because of a stall. */
#define MUCH_PART 8

/* What is left, and the most of malloc_trim's work for it under one lock. A generous plan has what
 * is in use among it, so no more is left than was expected. */
static void sum_up_rest(const struct trim_glibc_releaser *releaser, uint64_t *rest_bytes,
                        uint64_t *longest_work)
{
    const struct trim_borrow_plan *plan = &releaser->plan;
    *rest_bytes = plan->other_bytes;
    *longest_work = plan->other_work;
    for (size_t i = 0; i < plan->count; i++) {
        uint64_t left = releaser->left_bytes[i];
        *rest_bytes += left;
        *longest_work = trim_max(*longest_work, trim_lock_work(left, plan->arenas[i].chunks));
    }
    if (plan->generous) {
        uint64_t dropped = releaser->release->borrow.dropped_bytes;
        *rest_bytes = trim_min(*rest_bytes, trim_excess(releaser->order->expected_bytes, dropped));
    }
}

void trim_glibc_run_malloc_trim(const struct trim_glibc_releaser *releaser)
{
    uint64_t began_ns = trim_clock_now_ns();
    /* The result is 1 also where nothing was released, so it tells nothing. */
    (void)releaser->order->malloc_trim(0);
    releaser->release->trimmed = true;
    releaser->release->trim_ns = trim_clock_now_ns() - began_ns;
}

void trim_glibc_release_rest(const struct trim_glibc_releaser *releaser)
{
    struct trim_release *release = releaser->release;
    uint64_t wanted = releaser->wanted_bytes;
    uint64_t rest = 0;
    uint64_t longest = 0;
    sum_up_rest(releaser, &rest, &longest);
    bool much = rest > wanted / MUCH_PART && releaser->order->mode == TRIM_MODE_AUTO &&
                !release->borrow.gave_way;
    bool short_hold = trim_lock_time_ns(&releaser->lock, longest) <= TRIM_BORROW_FROM_NS;
    bool worth = rest > wanted / REST_PART && !release->trimmed_first;
    if (worth && (short_hold || much) && !trim_cancel_requested(releaser->order->cancel)) {
        trim_glibc_run_malloc_trim(releaser);
    } else {
        release->left_bytes = rest;
    }
}
