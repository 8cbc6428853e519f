#include "vm_counters.h"

#include <stddef.h>
#include <string.h>

void trim_vm_counters_read_gc(const struct trim_vm_counters *counters,
                              struct trim_gc_counts *counts)
{
    memset(counts, 0, sizeof *counts);
    if (counters->source == TRIM_GC_SOURCE_PERF) {
        for (int i = 0; i < TRIM_COLLECTOR_COUNT; i++) {
            if (counters->invocations[i] != NULL) {
                counts->present[i] = true;
                counts->invocations[i] = (uint64_t)*counters->invocations[i];
            }
        }
    } else if (counters->source == TRIM_GC_SOURCE_COLLECTED_HEAP) {
        /* The first word counts all collections; a full one moves both, so the young ones are the
         * difference. */
        uint32_t all = counters->collections[0];
        uint32_t full = counters->collections[1];
        counts->present[TRIM_COLLECTOR_YOUNG] = true;
        counts->present[TRIM_COLLECTOR_FULL] = true;
        counts->invocations[TRIM_COLLECTOR_YOUNG] = all - full;
        counts->invocations[TRIM_COLLECTOR_FULL] = full;
    }
}

static uint64_t read_known(const volatile int64_t *counter)
{
    return counter != NULL ? (uint64_t)*counter : 0;
}

bool trim_vm_counters_loaded(const struct trim_vm_counters *counters, uint64_t *loaded)
{
    if (counters->loaded_classes == NULL) {
        return false;
    }
    *loaded = read_known(counters->loaded_classes) + read_known(counters->shared_loaded_classes);
    return true;
}

uint64_t trim_vm_counters_unloaded(const struct trim_vm_counters *counters)
{
    return read_known(counters->unloaded_classes) + read_known(counters->shared_unloaded_classes);
}
