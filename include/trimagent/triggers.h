/*
 * What makes a trim worth considering, and when the moment for it has come: old pauses that have
 * settled, bursts of class loading that have ended, and the watermark's interval.
 *
 * Pauses and bursts are followed up: an old model is often disposed of only seconds after its
 * successor's classes were loaded, so further looks follow after 0.1, 0.2, 0.4 ... seconds, until
 * the interval of checks takes over. With check=off there are none.
 *
 * Pure. Nothing is due while a burst is under way, because memory is moving then; and an old pause
 * that is still settling makes the others wait, so that one trim serves them all.
 */
#ifndef TRIMAGENT_TRIGGERS_H
#define TRIMAGENT_TRIGGERS_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/burst.h"
#include "trimagent/options.h"
#include "trimagent/reason.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_triggers {
    uint64_t on; /* Set of 1 << enum trim_reason. */
    uint64_t settle_ns;
    uint64_t max_wait_ns;
    uint64_t check_ns;
    struct trim_burst burst;
    uint64_t seen_old_pauses;
    bool gc_pending;
    uint64_t gc_first_ns; /* End of the first old pause that is pending, */
    uint64_t gc_last_ns;  /* and of the last one. */
    bool reload_pending;
    uint64_t seen_pressures;
    bool pressure_pending;
    bool pressed; /* There was pressure before: */
    uint64_t pressed_at_ns;
    uint64_t pressed_usage_bytes;
    uint64_t check_due_ns;          /* TRIM_NEVER: no watermark. */
    enum trim_reason follow_reason; /* What is being followed up. */
    uint64_t follow_since_ns;       /* When the pause or the burst was taken. */
    uint64_t follow_gap_ns;
    uint64_t follow_due_ns; /* TRIM_NEVER: nothing is. */
};

/* Whether the option names the reason. */
bool trim_triggers_on(const struct trim_options *options, enum trim_reason reason);

/* Starts at now_ns, with class_changes loads and unloads before it. */
void trim_triggers_init(struct trim_triggers *triggers, const struct trim_options *options,
                        uint64_t now_ns, uint64_t class_changes);

/* Takes in the signals: old pauses so far, when the last of them ended, and class loads and unloads
 * so far. */
void trim_triggers_observe(struct trim_triggers *triggers, uint64_t now_ns, uint64_t old_pauses,
                           uint64_t last_old_ns, uint64_t class_changes);

/*
 * Takes in how often the kernel has told of memory pressure. Pressure lasts and is told of each two
 * seconds, so it is worth one consideration a minute, unless usage has grown by grown_bytes since
 * the last.
 */
void trim_triggers_pressure(struct trim_triggers *triggers, uint64_t now_ns, uint64_t pressures,
                            uint64_t usage_bytes, uint64_t grown_bytes);

/* Brings the next check forward, at most to gap_ns from now; no effect where checks are off. */
void trim_triggers_hurry(struct trim_triggers *triggers, uint64_t now_ns, uint64_t gap_ns);

/* When something is due, which may have passed already; TRIM_NEVER: nothing but a new signal can
 * make it so. */
uint64_t trim_triggers_due_ns(const struct trim_triggers *triggers, uint64_t now_ns);

/* When the triggers must be observed again whatever happens: the end of a burst is seen only by
 * looking. */
uint64_t trim_triggers_look_ns(const struct trim_triggers *triggers);

/* How many further class loads are worth a wake-up; UINT64_MAX: none. */
uint64_t trim_triggers_arm(const struct trim_triggers *triggers);

/* Whether an old pause, a burst or pressure waits for its moment; the watermark and follow-ups do
 * not count.
 */
bool trim_triggers_event_waits(const struct trim_triggers *triggers);

/* The foremost reason of those that are due at now_ns; the watermark's where none is. */
enum trim_reason trim_triggers_foremost(const struct trim_triggers *triggers, uint64_t now_ns);

/* Takes off all that is due at now_ns. The watermark's interval begins anew, since any
 * consideration is a check. */
void trim_triggers_take(struct trim_triggers *triggers, uint64_t now_ns);

/* What is followed up is still going on: its looks begin anew with the smallest gap. Returns false,
 * and changes nothing, where nothing is followed up or max-wait has passed since the event. */
bool trim_triggers_follow_soon(struct trim_triggers *triggers, uint64_t now_ns);

/* A trim has ended at end_ns: follow-ups go on with no smaller a gap than the cooldown. */
void trim_triggers_trimmed(struct trim_triggers *triggers, uint64_t end_ns, uint64_t cooldown_ns);

#ifdef __cplusplus
}
#endif

#endif
