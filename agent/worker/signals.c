#include "signals.h"

#include <stdatomic.h>

#include "wake.h"

/*
 * The one set of signals. Everything is atomic: JVM threads write, the worker reads. Relaxed order
 * is enough for the counters, since each is a fact of its own; the wake-up orders them.
 */
static _Atomic int32_t depth;
static _Atomic uint64_t young_pauses;
static _Atomic uint64_t old_pauses;
static _Atomic uint64_t empty_pauses;
static _Atomic uint64_t last_old_ns;
static _Atomic uint64_t class_events;
static _Atomic uint64_t armed_class_events = UINT64_MAX;

void trim_signals_pause_start(void)
{
    (void)atomic_fetch_add_explicit(&depth, 1, memory_order_relaxed);
}

bool trim_signals_pause_finish(void)
{
    int32_t before = atomic_load_explicit(&depth, memory_order_relaxed);
    /* An agent that is attached within a pause sees a finish without its start. */
    if (before <= 0) {
        return true;
    }
    return atomic_fetch_sub_explicit(&depth, 1, memory_order_relaxed) == 1;
}

void trim_signals_pause_end(enum trim_pause pause, uint64_t now_ns)
{
    switch (pause) {
    case TRIM_PAUSE_YOUNG:
        (void)atomic_fetch_add_explicit(&young_pauses, 1, memory_order_relaxed);
        return;
    case TRIM_PAUSE_NOTHING:
        (void)atomic_fetch_add_explicit(&empty_pauses, 1, memory_order_relaxed);
        return;
    case TRIM_PAUSE_OLD:
    case TRIM_PAUSE_UNKNOWN:
        break;
    }
    atomic_store_explicit(&last_old_ns, now_ns, memory_order_relaxed);
    /* Released, so that who sees this count sees the time as well. */
    (void)atomic_fetch_add_explicit(&old_pauses, 1, memory_order_release);
    trim_wake();
}

void trim_signals_class_load(void)
{
    uint64_t count = atomic_fetch_add_explicit(&class_events, 1, memory_order_relaxed) + 1;
    if (count >= atomic_load_explicit(&armed_class_events, memory_order_relaxed)) {
        atomic_store_explicit(&armed_class_events, UINT64_MAX, memory_order_relaxed);
        trim_wake();
    }
}

void trim_signals_arm_class_loads(uint64_t count)
{
    atomic_store_explicit(&armed_class_events, count, memory_order_relaxed);
    /*
     * Classes may have been loaded between the look that led to count and this moment. The fence
     * keeps this look behind the arming; the callback has none, for its cost, so that on some
     * machines the wake-up may come one class late.
     */
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&class_events, memory_order_relaxed) >= count) {
        atomic_store_explicit(&armed_class_events, UINT64_MAX, memory_order_relaxed);
        trim_wake();
    }
}

bool trim_signals_class_loads_armed(void)
{
    return atomic_load_explicit(&armed_class_events, memory_order_relaxed) != UINT64_MAX;
}

void trim_signals_read(const struct trim_vm_counters *counters, struct trim_signals *signals)
{
    signals->old_pauses = atomic_load_explicit(&old_pauses, memory_order_acquire);
    signals->young_pauses = atomic_load_explicit(&young_pauses, memory_order_relaxed);
    signals->empty_pauses = atomic_load_explicit(&empty_pauses, memory_order_relaxed);
    signals->last_old_ns = atomic_load_explicit(&last_old_ns, memory_order_relaxed);
    signals->class_events = atomic_load_explicit(&class_events, memory_order_relaxed);
    if (!trim_vm_counters_loaded(counters, &signals->class_loads)) {
        signals->class_loads = signals->class_events;
    }
}
