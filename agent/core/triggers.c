#include "trimagent/triggers.h"

#include <string.h>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

/*
 * The gap before the first look that follows up a pause or a burst; it doubles from look to look. A
 * model is often disposed of right after its successor was loaded, so the first looks are close
 * together.
 */
#define FOLLOW_FIRST_NS (100 * TRIM_NS_PER_MS)

/* The time between considerations for lasting pressure. */
#define PRESSURE_GAP_NS (60 * TRIM_NS_PER_S)

bool trim_triggers_on(const struct trim_options *options, enum trim_reason reason)
{
    return (options->on & (UINT64_C(1) << reason)) != 0;
}

static bool is_on(const struct trim_triggers *triggers, enum trim_reason reason)
{
    return (triggers->on & (UINT64_C(1) << reason)) != 0;
}

/* Plans the look after this gap, unless the interval of checks is no longer than that, or off. */
static void plan_follow_up(struct trim_triggers *triggers, uint64_t now_ns, uint64_t gap_ns)
{
    bool wanted = gap_ns < triggers->check_ns;
    triggers->follow_gap_ns = gap_ns;
    triggers->follow_due_ns = wanted ? now_ns + gap_ns : TRIM_NEVER;
}

static void plan_check(struct trim_triggers *triggers, uint64_t now_ns)
{
    bool checked = is_on(triggers, TRIM_REASON_WATERMARK) && triggers->check_ns != 0;
    triggers->check_due_ns = checked ? now_ns + triggers->check_ns : TRIM_NEVER;
}

void trim_triggers_init(struct trim_triggers *triggers, const struct trim_options *options,
                        uint64_t now_ns, uint64_t class_changes)
{
    memset(triggers, 0, sizeof *triggers);
    triggers->on = options->on;
    triggers->settle_ns = options->settle_ns;
    triggers->max_wait_ns = options->max_wait_ns;
    triggers->check_ns = options->check_ns;
    const struct trim_burst_config burst = {
        .classes = options->burst_classes,
        .window_ns = options->burst_window_ns,
        .settle_ns = options->settle_ns,
        .max_wait_ns = options->max_wait_ns,
    };
    trim_burst_init(&triggers->burst, &burst, now_ns, class_changes);
    plan_check(triggers, now_ns);
    triggers->follow_due_ns = TRIM_NEVER;
}

void trim_triggers_observe(struct trim_triggers *triggers, uint64_t now_ns, uint64_t old_pauses,
                           uint64_t last_old_ns, uint64_t class_changes)
{
    bool collected = old_pauses != triggers->seen_old_pauses;
    triggers->seen_old_pauses = old_pauses;
    if (collected && is_on(triggers, TRIM_REASON_FULL_GC)) {
        triggers->gc_first_ns = triggers->gc_pending ? triggers->gc_first_ns : last_old_ns;
        triggers->gc_last_ns = last_old_ns;
        triggers->gc_pending = true;
    }
    if (is_on(triggers, TRIM_REASON_RELOAD) &&
        trim_burst_observe(&triggers->burst, now_ns, class_changes) == TRIM_BURST_ENDED) {
        triggers->reload_pending = true;
    }
}

void trim_triggers_pressure(struct trim_triggers *triggers, uint64_t now_ns, uint64_t pressures,
                            uint64_t usage_bytes, uint64_t grown_bytes)
{
    if (usage_bytes < triggers->pressed_usage_bytes) {
        triggers->pressed_usage_bytes = usage_bytes;
    }
    if (pressures == triggers->seen_pressures || !is_on(triggers, TRIM_REASON_PRESSURE)) {
        return;
    }
    triggers->seen_pressures = pressures;
    bool grown = usage_bytes > triggers->pressed_usage_bytes &&
                 usage_bytes - triggers->pressed_usage_bytes >= grown_bytes;
    if (triggers->pressed && now_ns - triggers->pressed_at_ns < PRESSURE_GAP_NS && !grown) {
        return;
    }
    triggers->pressure_pending = true;
    triggers->pressed = true;
    triggers->pressed_at_ns = now_ns;
    triggers->pressed_usage_bytes = usage_bytes;
}

static uint64_t gc_due_ns(const struct trim_triggers *triggers)
{
    return trim_min(triggers->gc_last_ns + triggers->settle_ns,
                    triggers->gc_first_ns + triggers->max_wait_ns);
}

uint64_t trim_triggers_due_ns(const struct trim_triggers *triggers, uint64_t now_ns)
{
    if (triggers->burst.active) {
        return TRIM_NEVER;
    }
    if (triggers->gc_pending) {
        return gc_due_ns(triggers);
    }
    bool now = triggers->reload_pending || triggers->pressure_pending;
    return now ? now_ns : trim_min(triggers->check_due_ns, triggers->follow_due_ns);
}

uint64_t trim_triggers_look_ns(const struct trim_triggers *triggers)
{
    return trim_burst_next_ns(&triggers->burst);
}

uint64_t trim_triggers_arm(const struct trim_triggers *triggers)
{
    return is_on(triggers, TRIM_REASON_RELOAD) ? trim_burst_arm(&triggers->burst) : UINT64_MAX;
}

bool trim_triggers_event_waits(const struct trim_triggers *triggers)
{
    return triggers->gc_pending || triggers->reload_pending || triggers->pressure_pending;
}

static bool gc_is_due(const struct trim_triggers *triggers, uint64_t now_ns)
{
    return triggers->gc_pending && gc_due_ns(triggers) <= now_ns;
}

enum trim_reason trim_triggers_foremost(const struct trim_triggers *triggers, uint64_t now_ns)
{
    if (gc_is_due(triggers, now_ns)) {
        return TRIM_REASON_FULL_GC;
    }
    if (triggers->reload_pending) {
        return TRIM_REASON_RELOAD;
    }
    if (triggers->pressure_pending) {
        return TRIM_REASON_PRESSURE;
    }
    return triggers->follow_due_ns <= now_ns ? triggers->follow_reason : TRIM_REASON_WATERMARK;
}

void trim_triggers_take(struct trim_triggers *triggers, uint64_t now_ns)
{
    if (gc_is_due(triggers, now_ns) || triggers->reload_pending) {
        triggers->follow_reason = trim_triggers_foremost(triggers, now_ns);
        triggers->follow_since_ns = now_ns;
        plan_follow_up(triggers, now_ns, FOLLOW_FIRST_NS);
    } else if (triggers->follow_due_ns <= now_ns) {
        plan_follow_up(triggers, now_ns, triggers->follow_gap_ns * 2);
    }
    triggers->gc_pending = triggers->gc_pending && !gc_is_due(triggers, now_ns);
    triggers->reload_pending = false;
    triggers->pressure_pending = false;
    plan_check(triggers, now_ns);
}

void trim_triggers_hurry(struct trim_triggers *triggers, uint64_t now_ns, uint64_t gap_ns)
{
    if (triggers->check_due_ns != TRIM_NEVER && gap_ns != TRIM_NEVER) {
        triggers->check_due_ns = trim_min(triggers->check_due_ns, now_ns + gap_ns);
    }
}

bool trim_triggers_follow_soon(struct trim_triggers *triggers, uint64_t now_ns)
{
    if (triggers->follow_due_ns == TRIM_NEVER ||
        now_ns - triggers->follow_since_ns >= triggers->max_wait_ns) {
        return false;
    }
    plan_follow_up(triggers, now_ns, FOLLOW_FIRST_NS);
    return true;
}

void trim_triggers_trimmed(struct trim_triggers *triggers, uint64_t end_ns, uint64_t cooldown_ns)
{
    if (triggers->follow_due_ns != TRIM_NEVER && triggers->follow_gap_ns < cooldown_ns) {
        plan_follow_up(triggers, end_ns, cooldown_ns);
    }
}
