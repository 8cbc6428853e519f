/*
 * The VM's own counters, read in process: no file, no JNI, about 50 ns a read.
 *
 * The addresses are found once, by agent/jvm/vm_structs.c and agent/jvm/perf_memory.c; reading them
 * is safe in JVMTI callbacks, because the VM never unmaps them before the process ends.
 */
#ifndef TRIMAGENT_VM_COUNTERS_H
#define TRIMAGENT_VM_COUNTERS_H

#include <stdbool.h>
#include <stdint.h>

#include "gc_classifier.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where the counts of collections come from. */
enum trim_gc_source {
    TRIM_GC_SOURCE_NONE = 0,      /* Unknown VM: every pause is treated as old. */
    TRIM_GC_SOURCE_PERF,          /* Performance counters. */
    TRIM_GC_SOURCE_COLLECTED_HEAP /* CollectedHeap's counts, where -XX:-UsePerfData leaves no
                                     others. */
};

#define TRIM_GC_POLICY_NAME_MAX 64

struct trim_vm_counters {
    enum trim_gc_source source;
    char gc_policy[TRIM_GC_POLICY_NAME_MAX]; /* The VM's name of its collector, or empty. */
    const volatile int64_t
        *invocations[TRIM_COLLECTOR_COUNT]; /* With SOURCE_PERF; NULL: none such. */
    const volatile uint32_t
        *collections; /* With SOURCE_COLLECTED_HEAP: all, and in the next word the full ones. */
    const volatile int64_t *loaded_classes;        /* NULL where unknown, as the next three. */
    const volatile int64_t *shared_loaded_classes; /* Those of the archive of class data. */
    const volatile int64_t *unloaded_classes;
    const volatile int64_t *shared_unloaded_classes;
};

/* Reads the counts of collections. Any thread, callbacks included. Without a source nothing is
 * present. */
void trim_vm_counters_read_gc(const struct trim_vm_counters *counters,
                              struct trim_gc_counts *counts);

/* Reads how many classes were loaded so far. Returns false where that is unknown. Any thread. */
bool trim_vm_counters_loaded(const struct trim_vm_counters *counters, uint64_t *loaded);

/* The number of classes unloaded so far; 0 where unknown. Any thread. */
uint64_t trim_vm_counters_unloaded(const struct trim_vm_counters *counters);

#ifdef __cplusplus
}
#endif

#endif
