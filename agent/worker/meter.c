#include "meter.h"

#include "clock.h"
#include "log.h"
#include "process_memory.h"
#include "quantity.h"
#include "signals.h"

struct trim_cycle_wait trim_meter(struct trim_cycle *cycle, const struct trim_cycle_wait *wait)
{
    struct trim_cycle_wait until = *wait;
    struct trim_metering *metering = &cycle->metering;
    uint64_t now_ns = trim_clock_now_ns();
    if (trim_metering_due(metering, now_ns)) {
        struct trim_snapshot snapshot = {
            /* Only the worker changes them, so it may read them without the lock. */
            .totals = &cycle->totals,
            .allocator = cycle->config->allocator_description,
            .worker_cpu_ns = trim_clock_thread_cpu_ns(),
            .lost_log_lines = trim_log_lost(),
            .limit_bytes = trim_surroundings_limit_bytes(&cycle->surroundings),
        };
        trim_signals_read(cycle->config->counters, &snapshot.signals);
        snapshot.resident_known =
            trim_process_rss(cycle->config->proc, &snapshot.resident_bytes) == 0;
        trim_metering_write(metering, &snapshot, now_ns);
    }
    if (metering->on) {
        until.wake_ns = trim_min(until.wake_ns, metering->wake_ns);
    }
    return until;
}
