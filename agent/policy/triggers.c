#include "triggers.h"

#include <string.h>

#include "quantity.h"

/* The time between events of lasting pressure. */
#define PRESSURE_GAP_NS (60 * TRIM_NS_PER_S)

void trim_triggers_init(struct trim_triggers *triggers, const struct trim_triggers_config *config,
                        uint64_t now_ns, uint64_t class_changes)
{
    memset(triggers, 0, sizeof *triggers);
    triggers->config = *config;
    trim_burst_init(&triggers->burst, &config->burst, now_ns, class_changes);
}

bool trim_triggers_on(const struct trim_triggers *triggers, enum trim_reason reason)
{
    return (triggers->config.on & (UINT64_C(1) << reason)) != 0;
}

void trim_triggers_configure(struct trim_triggers *triggers,
                             const struct trim_triggers_config *config)
{
    uint64_t changed = triggers->config.on ^ config->on;
    triggers->anew = triggers->anew || (changed & (UINT64_C(1) << TRIM_REASON_RELOAD)) != 0;
    triggers->config = *config;
    triggers->burst.config = config->burst;
}

static bool is_pressed_anew(struct trim_triggers *triggers, uint64_t now_ns,
                            const struct trim_signal_counts *counts, uint64_t grown_bytes)
{
    triggers->pressed_usage_bytes = trim_min(triggers->pressed_usage_bytes, counts->usage_bytes);
    if (counts->pressures == triggers->seen_pressures) {
        return false;
    }
    triggers->seen_pressures = counts->pressures;
    uint64_t grown = trim_excess(counts->usage_bytes, triggers->pressed_usage_bytes);
    bool lately = triggers->pressed && now_ns - triggers->pressed_at_ns < PRESSURE_GAP_NS;
    if (lately && (grown == 0 || grown < grown_bytes)) {
        return false;
    }
    triggers->pressed = true;
    triggers->pressed_at_ns = now_ns;
    triggers->pressed_usage_bytes = counts->usage_bytes;
    return true;
}

uint64_t trim_triggers_take(struct trim_triggers *triggers, uint64_t now_ns,
                            const struct trim_signal_counts *counts, uint64_t grown_bytes)
{
    uint64_t events = 0;
    if (triggers->anew) {
        triggers->anew = false;
        trim_burst_init(&triggers->burst, &triggers->config.burst, now_ns, counts->class_changes);
    }
    if (counts->old_pauses != triggers->seen_old_pauses) {
        triggers->seen_old_pauses = counts->old_pauses;
        events |= UINT64_C(1) << TRIM_REASON_FULL_GC;
    }
    if (trim_triggers_on(triggers, TRIM_REASON_RELOAD) &&
        trim_burst_observe(&triggers->burst, now_ns, counts->class_changes) == TRIM_BURST_ENDED) {
        events |= UINT64_C(1) << TRIM_REASON_RELOAD;
    }
    if (is_pressed_anew(triggers, now_ns, counts, grown_bytes)) {
        events |= UINT64_C(1) << TRIM_REASON_PRESSURE;
    }
    return events & triggers->config.on;
}

uint64_t trim_triggers_look_ns(const struct trim_triggers *triggers)
{
    return trim_burst_next_ns(&triggers->burst);
}

uint64_t trim_triggers_arm(const struct trim_triggers *triggers)
{
    bool wanted = trim_triggers_on(triggers, TRIM_REASON_RELOAD);
    return wanted ? trim_burst_arm(&triggers->burst) : UINT64_MAX;
}
