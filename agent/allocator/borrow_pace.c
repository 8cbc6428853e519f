#include "borrow_pace.h"

#include <string.h>

#include "trimagent/quantity.h"

/* Where calls are less than this part of the time at work nobody loses much by them. */
#define CALLS_PART 8

/* Pauses are so many times as long as the work, where calls are more. */
#define PAUSE_TIMES 4

/* A call that took longer was kept off the CPU, which says nothing of the lock. */
#define CALL_MAX_NS (100 * TRIM_NS_PER_US)

/* The least and the most of one pause. The most is what follows the longest time that pieces are
 * held for, 50 ms. */
#define PAUSE_LEAST_NS (200 * TRIM_NS_PER_US)
#define PAUSE_MAX_NS (200 * TRIM_NS_PER_MS)

/* The kernel brings the CPU time of running threads up to date each 1-10 ms; before two of these
 * have passed nobody knows who works. */
#define KNOWN_AFTER_NS (20 * TRIM_NS_PER_MS)

void trim_pace_begin(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t others_cpu_ns,
                     uint64_t pause_max_ns)
{
    memset(pace, 0, sizeof *pace);
    pace->began_ns = now_ns;
    pace->others_began_ns = others_cpu_ns;
    pace->pause_max_ns = pause_max_ns;
}

void trim_pace_call(struct trim_borrow_pace *pace, uint64_t took_ns)
{
    pace->calls_ns += trim_min(took_ns, CALL_MAX_NS);
}

uint64_t trim_pace_wanted_ns(const struct trim_borrow_pace *pace, uint64_t now_ns)
{
    uint64_t active_ns = trim_excess(now_ns - pace->began_ns, pace->paused_ns);
    if (active_ns < KNOWN_AFTER_NS || pace->calls_ns < active_ns / CALLS_PART) {
        return 0;
    }
    uint64_t wanted_ns = trim_excess(active_ns * PAUSE_TIMES, pace->paused_ns);
    wanted_ns = trim_min(wanted_ns, PAUSE_MAX_NS);
    wanted_ns = trim_min(wanted_ns, trim_excess(pace->pause_max_ns, pace->paused_ns));
    return wanted_ns < PAUSE_LEAST_NS ? 0 : wanted_ns;
}

bool trim_pace_others_work(const struct trim_borrow_pace *pace, uint64_t now_ns,
                           uint64_t others_cpu_ns)
{
    return trim_excess(others_cpu_ns, pace->others_began_ns) * 2 >= now_ns - pace->began_ns;
}
