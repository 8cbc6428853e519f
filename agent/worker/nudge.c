#include "nudge.h"

#include "quantity.h"
#include "report_ring.h"
#include "signals.h"

/* Both load hundreds of classes. */
#define CLASSES 100

uint64_t trim_nudge(const struct trim_vm_counters *counters, uint64_t arm_class_loads)
{
    if (!trim_report_ring_wants_nudges()) {
        return arm_class_loads;
    }
    struct trim_signals signals;
    trim_signals_read(counters, &signals);
    trim_report_ring_nudge();
    return trim_min(arm_class_loads, signals.class_events + CLASSES);
}
