#include "borrow_pace.h"

#include <string.h>

#include "quantity.h"

/* Calls are many where they are this part of the time without pauses: by the wall clock, since
 * where the work waits long for a CPU they are far enough apart. */
#define CALLS_PART 8

/* Where calls are many pauses are so many times as long as the work's CPU time. */
#define PAUSE_TIMES 2

/* A call that took longer was kept off the CPU, which says nothing of the lock. */
#define CALL_MAX_NS (100 * TRIM_NS_PER_US)

/* The least and the most of one pause. The most is what follows the longest time that pieces are
 * held for, 50 ms. */
#define PAUSE_LEAST_NS (200 * TRIM_NS_PER_US)
#define PAUSE_MAX_NS (200 * TRIM_NS_PER_MS)

/* The kernel brings the CPU time of running threads up to date each 1-10 ms; before two of these
 * have passed nobody knows who works. */
#define WINDOW_NS (20 * TRIM_NS_PER_MS)

/* What others take in CPU time of a window, at least: a half, and a quarter. */
#define WORK_PART 2
#define AWAKE_PART 4

void trim_pace_init(struct trim_borrow_pace *pace, uint64_t pause_max_ns)
{
    memset(pace, 0, sizeof *pace);
    pace->pause_max_ns = pause_max_ns;
}

void trim_pace_enter(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns)
{
    pace->calls_ns = 0;
    pace->began_ns = now_ns;
    pace->paused_began_ns = pace->paused_ns;
    pace->own_began_ns = own_cpu_ns;
}

/* The pauses that the work so far asks for, made or not. */
static uint64_t owed_ns(const struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns)
{
    uint64_t paused_ns = pace->paused_ns - pace->paused_began_ns;
    uint64_t unpaused_ns = trim_excess(trim_excess(now_ns, pace->began_ns), paused_ns);
    bool many_calls = pace->calls_ns >= unpaused_ns / CALLS_PART;
    uint64_t work_ns = trim_excess(own_cpu_ns, pace->own_began_ns);
    return pace->owed_ns + (many_calls ? work_ns * PAUSE_TIMES : 0);
}

/* What is owed no more. */
static uint64_t paid_ns(const struct trim_borrow_pace *pace)
{
    return pace->paused_ns + pace->spared_ns;
}

void trim_pace_leave(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns)
{
    /* Of the next arena's pauses nothing is made already. */
    pace->owed_ns = trim_max(owed_ns(pace, now_ns, own_cpu_ns), paid_ns(pace));
}

void trim_pace_call(struct trim_borrow_pace *pace, uint64_t took_ns)
{
    pace->calls_ns += trim_min(took_ns, CALL_MAX_NS);
}

uint64_t trim_pace_wanted_ns(const struct trim_borrow_pace *pace, uint64_t now_ns,
                             uint64_t own_cpu_ns)
{
    uint64_t wanted_ns = trim_excess(owed_ns(pace, now_ns, own_cpu_ns), paid_ns(pace));
    wanted_ns = trim_min(wanted_ns, PAUSE_MAX_NS);
    wanted_ns = trim_min(wanted_ns, trim_excess(pace->pause_max_ns, pace->paused_ns));
    return wanted_ns < PAUSE_LEAST_NS ? 0 : wanted_ns;
}

static bool others_take(const struct trim_borrow_pace *pace, uint64_t part)
{
    return pace->window_ns != 0 && pace->others_ns * part >= pace->window_ns;
}

bool trim_pace_others_are_awake(const struct trim_borrow_pace *pace)
{
    return others_take(pace, AWAKE_PART);
}

bool trim_pace_others_work(const struct trim_borrow_pace *pace)
{
    return others_take(pace, WORK_PART);
}

bool trim_pace_look_is_due(const struct trim_borrow_pace *pace, uint64_t now_ns)
{
    return trim_excess(now_ns, pace->looked_ns) >= WINDOW_NS;
}

void trim_pace_look(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns,
                    uint64_t others_cpu_ns)
{
    if (!trim_pace_look_is_due(pace, now_ns)) {
        return;
    }
    if (pace->looked_ns != 0) {
        pace->window_ns = now_ns - pace->looked_ns;
        /* Clocks of threads that run are behind, so that it may seem to go backwards. */
        pace->others_ns = trim_excess(others_cpu_ns, pace->others_looked_ns);
    }
    pace->looked_ns = now_ns;
    pace->others_looked_ns = others_cpu_ns;
    if (pace->window_ns != 0 && !trim_pace_others_work(pace)) {
        pace->spared_ns += trim_excess(owed_ns(pace, now_ns, own_cpu_ns), paid_ns(pace));
    }
}
