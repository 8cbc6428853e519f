/*
 * The events that tell of freed memory: old pauses, bursts of class loads and unloads that have
 * ended, and the kernel's word of memory pressure.
 *
 * Pure.
 */
#ifndef TRIMAGENT_TRIGGERS_H
#define TRIMAGENT_TRIGGERS_H

#include <stdbool.h>
#include <stdint.h>

#include "burst.h"
#include "reason.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_triggers_config {
    uint64_t on; /* Set of 1 << enum trim_reason. */
    struct trim_burst_config burst;
};

/* The signals of the JVM and of the kernel, counted since the start. */
struct trim_signal_counts {
    uint64_t old_pauses;
    uint64_t class_changes; /* Loads and unloads. */
    uint64_t pressures;
    uint64_t usage_bytes; /* Of the memory limit, when that was last read; 0: unknown. */
};

struct trim_triggers {
    struct trim_triggers_config config;
    struct trim_burst burst;
    uint64_t seen_old_pauses;
    uint64_t seen_pressures;
    bool anew;    /* The burst was not watched before: it begins with the next signals. */
    bool pressed; /* There was pressure before: */
    uint64_t pressed_at_ns;
    uint64_t pressed_usage_bytes;
};

/* Starts at now_ns, with class_changes loads and unloads before it. */
void trim_triggers_init(struct trim_triggers *triggers, const struct trim_triggers_config *config,
                        uint64_t now_ns, uint64_t class_changes);

/* Goes by another configuration. Bursts that were not looked for before are looked for from the
 * next signals on. */
void trim_triggers_configure(struct trim_triggers *triggers,
                             const struct trim_triggers_config *config);

/* Whether the option names the reason. */
bool trim_triggers_on(const struct trim_triggers *triggers, enum trim_reason reason);

/*
 * Takes in the signals. Returns the set of the events that have happened since the last call, as
 * 1 << enum trim_reason. Pressure lasts and is told of each two seconds, so it is one event a
 * minute, unless usage has grown by grown_bytes since.
 */
uint64_t trim_triggers_take(struct trim_triggers *triggers, uint64_t now_ns,
                            const struct trim_signal_counts *counts, uint64_t grown_bytes);

/* When the signals must be taken whatever happens: the end of a burst is seen only by looking. */
uint64_t trim_triggers_look_ns(const struct trim_triggers *triggers);

/* How many further class loads are worth a wake-up; UINT64_MAX: none. */
uint64_t trim_triggers_arm(const struct trim_triggers *triggers);

#ifdef __cplusplus
}
#endif

#endif
