#include "sleep.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "trimagent/clock.h"
#include "trimagent/cpu_alarm.h"
#include "trimagent/error_text.h"
#include "trimagent/log.h"
#include "trimagent/quantity.h"
#include "trimagent/signals.h"

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

bool trim_sleep_until(const struct trim_cycle_wait *wait, struct trim_surroundings *surroundings)
{
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t deadline_ns = wait->wake_ns;
    if (trim_cpu_alarm_set(wait->wake_cpu_ns) != 0 && wait->wake_cpu_ns != UINT64_MAX) {
        deadline_ns = trim_min(deadline_ns, wake_without_alarm_ns(wait->wake_cpu_ns, now_ns));
    }
    struct pollfd events[] = {{.fd = trim_signals_fd(), .events = POLLIN},
                              {.fd = trim_surroundings_fd(surroundings, now_ns), .events = POLLPRI},
                              {.fd = trim_cpu_alarm_fd(), .events = POLLIN}};
    uint64_t heard_ns = trim_surroundings_wake_ns(surroundings, now_ns);
    deadline_ns = trim_min(deadline_ns, heard_ns);
    struct timespec left;
    const struct timespec *timeout = NULL;
    if (deadline_ns != TRIM_NEVER) {
        uint64_t left_ns = trim_excess(deadline_ns, now_ns);
        left.tv_sec = (time_t)(left_ns / TRIM_NS_PER_S);
        left.tv_nsec = (long)(left_ns % TRIM_NS_PER_S);
        timeout = &left;
    }
    int ready = ppoll(events, sizeof events / sizeof events[0], timeout, NULL);
    if (ready < 0 && errno != EINTR) {
        /* Going on would be a loop at full speed. */
        char why[TRIM_ERROR_TEXT_MAX];
        trim_log(TRIM_LOG_WARNING, "cannot wait for events (%s): the agent stays inert",
                 trim_error_text(why, errno));
        return false;
    }
    if (ready > 0 && events[1].revents != 0) {
        trim_surroundings_polled(surroundings, events[1].revents, trim_clock_now_ns());
    }
    if (ready > 0 && events[2].revents != 0) {
        trim_cpu_alarm_clear();
    }
    trim_signals_clear_wake();
    return true;
}
