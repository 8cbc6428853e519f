#include "sleep.h"

#include "clock.h"
#include "cpu_alarm.h"
#include "log.h"
#include "notes.h"
#include "quantity.h"
#include "wake.h"

/* Without an alarm for the process's CPU time it is looked at by the clock, no more often. */
#define NO_ALARM_GAP_NS TRIM_NS_PER_S

/*
 * When to wake without an alarm for the process's CPU time: it may have been used up by then, but
 * not sooner, by one thread. Nobody is looked at more often than that.
 */
static uint64_t wake_without_alarm_ns(uint64_t wake_cpu_ns, uint64_t now_ns)
{
    uint64_t left_ns = trim_excess(wake_cpu_ns, trim_clock_process_cpu_ns());
    return now_ns + trim_max(left_ns, NO_ALARM_GAP_NS);
}

/* Says once what the system refuses. */
static void tell_refusals(void)
{
    static bool told_wake;
    static bool told_alarm;
    if (trim_wake_refusal() != 0 && !told_wake) {
        told_wake = true;
        trim_note_no_wake(trim_wake_refusal());
    }
    if (trim_cpu_alarm_refusal() != 0 && !told_alarm) {
        told_alarm = true;
        trim_note_no_alarm(trim_cpu_alarm_refusal());
    }
}

bool trim_sleep_until(const struct trim_cycle_wait *wait, struct trim_surroundings *surroundings)
{
    tell_refusals();
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t deadline_ns = trim_min(wait->wake_ns, trim_log_release_due(now_ns));
    if (trim_cpu_alarm_set(wait->wake_cpu_ns) != 0 && wait->wake_cpu_ns != UINT64_MAX) {
        deadline_ns = trim_min(deadline_ns, wake_without_alarm_ns(wait->wake_cpu_ns, now_ns));
    }
    bool endless = deadline_ns == TRIM_NEVER;
    int error = trim_wake_wait(endless ? TRIM_NEVER : trim_excess(deadline_ns, now_ns));
    if (error != 0) {
        /* Going on would be a loop at full speed. */
        trim_note_no_sleep(error);
        return false;
    }
    trim_surroundings_listen(surroundings);
    return true;
}
