/*
 * What JVM threads tell the worker: counters, and when to look at them.
 *
 * The functions marked "callback" run inside JVMTI callbacks, some of them on the VM thread with
 * the world stopped. They consist of atomic operations and at most one wake-up (wake.h). They never
 * allocate, lock, log or call into the JVM.
 *
 * There is one set of signals in a process, since JVMTI callbacks carry no user data.
 */
#ifndef TRIMAGENT_SIGNALS_H
#define TRIMAGENT_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>

#include "gc_classifier.h"
#include "jvm_counts.h"
#include "vm_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Callback: a GC pause begins. Pauses may nest. */
void trim_signals_pause_start(void);

/*
 * Callback: a GC pause ends. Returns true where it was the outermost one, which is the only one
 * that counts: the caller then classifies it and calls trim_signals_pause_end.
 */
bool trim_signals_pause_finish(void);

/* Callback: reports the outermost pause that ended at now_ns. Wakes the worker after an old one
 * only. */
void trim_signals_pause_end(enum trim_pause pause, uint64_t now_ns);

/* Callback: the event of one class. Wakes the worker when their count reaches the armed one. */
void trim_signals_class_load(void);

/* Worker: arms the wake-up at a count of these events; UINT64_MAX disarms it. */
void trim_signals_arm_class_loads(uint64_t count);

/* Callback: whether the worker waits for class loads now, as it does once a start is over. */
bool trim_signals_class_loads_armed(void);

/* Any thread: reads what was told, and the number of class loads from the VM's own counters where
 * they have it. */
void trim_signals_read(const struct trim_vm_counters *counters, struct trim_signals *signals);

#ifdef __cplusplus
}
#endif

#endif
