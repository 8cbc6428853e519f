#include "surroundings.h"

#include <string.h>

#include "clock.h"
#include "limit_fields.h"
#include "limit_text.h"
#include "notes.h"
#include "pressure_text.h"
#include "pressure_watch.h"
#include "quantity.h"

/* Throttling counts as present where it has grown between two readings of which the former is no
 * older than this; readings come with estimates. */
#define THROTTLED_WITHIN_NS (2 * TRIM_NS_PER_S)

/* Lasting pressure is told of each two seconds, on a machine that has other worries. */
#define DEAF_NS (10 * TRIM_NS_PER_S)

/* Memory that is short again within this time is not told of again. */
#define URGENT_AGAIN_NS (60 * TRIM_NS_PER_S)

/* The whole system's trigger may tell of others' pressure; where our own cgroup's averages can be
 * read they know. */
static bool is_our_own(struct trim_surroundings *surroundings)
{
    const struct trim_pressure *pressure = &surroundings->pressure;
    struct trim_pressure_averages averages;
    if (pressure->trigger != TRIM_PRESSURE_SYSTEM || pressure->averages != TRIM_PRESSURE_CGROUP ||
        trim_pressure_read(&surroundings->pressure, &averages) != 0) {
        return true;
    }
    /* The total is exact, while the averages are brought up to date each two seconds only. */
    bool ours = averages.total_us > surroundings->stalled_us;
    surroundings->stalled_us = averages.total_us;
    return ours;
}

/* Has the trigger watched, if there is one. Without a thread for it the averages are read. */
static void watch_pressure(struct trim_surroundings *surroundings, uint64_t delay_ns)
{
    struct trim_pressure *pressure = &surroundings->pressure;
    int error = pressure->kept.fd < 0 ? 0 : trim_pressure_watch(&pressure->kept, delay_ns);
    if (error != 0) {
        trim_pressure_close(pressure);
        pressure->system_error = error;
    }
}

static void open_pressure(struct trim_surroundings *surroundings)
{
    trim_pressure_open(&surroundings->pressure, surroundings->root);
    watch_pressure(surroundings, 0);
    trim_note_pressure(&surroundings->pressure);
    (void)is_our_own(surroundings); /* What was before does not count. */
    if (surroundings->pressure.kept.fd < 0 && !surroundings->checked) {
        trim_note_pressure_unread();
    }
}

void trim_surroundings_configure(struct trim_surroundings *surroundings,
                                 const struct trim_options *options)
{
    bool before = surroundings->pressure_on;
    bool wanted =
        surroundings->can_trim && (options->on & (UINT64_C(1) << TRIM_REASON_PRESSURE)) != 0;
    surroundings->checked = options->check_ns != 0;
    surroundings->pressure_on = before || wanted;
    if (surroundings->found && wanted && !before) {
        open_pressure(surroundings);
    }
}

void trim_surroundings_init(struct trim_surroundings *surroundings, const char *root,
                            const struct trim_options *options, bool can_trim)
{
    memset(surroundings, 0, sizeof *surroundings);
    surroundings->root = root;
    surroundings->pressure.kept.fd = -1;
    surroundings->can_trim = can_trim;
    trim_surroundings_configure(surroundings, options);
}

static void find(struct trim_surroundings *surroundings)
{
    surroundings->found = true;
    trim_memory_limit_open(&surroundings->limit, surroundings->root);
    trim_note_limit(&surroundings->limit);
    trim_cpu_throttle_open(&surroundings->throttle, surroundings->root);
    if (surroundings->pressure_on) {
        open_pressure(surroundings);
    }
}

/* Reads the limit anew; the first time everything is found. */
static void refresh(struct trim_surroundings *surroundings)
{
    if (!surroundings->found) {
        find(surroundings);
    } else if (trim_memory_limit_refresh(&surroundings->limit)) {
        trim_note_limit(&surroundings->limit);
    }
}

void trim_surroundings_listen(struct trim_surroundings *surroundings)
{
    short revents = trim_pressure_watch_heard();
    if (revents == 0) {
        return;
    }
    switch (trim_pressure_polled(&surroundings->pressure, revents)) {
    case TRIM_PRESSURE_QUIET:
        watch_pressure(surroundings, 0);
        break;
    case TRIM_PRESSURE_RISEN:
        watch_pressure(surroundings, DEAF_NS);
        surroundings->pressures += is_our_own(surroundings) ? 1 : 0;
        /* Whether usage has grown decides whether it is worth another consideration. */
        refresh(surroundings);
        break;
    case TRIM_PRESSURE_LOST:
        watch_pressure(surroundings, 0);
        trim_note_pressure(&surroundings->pressure);
        break;
    }
}

/* Without a trigger pressure is found at the checks. */
static void read_averages(struct trim_surroundings *surroundings)
{
    struct trim_pressure_averages averages;
    if (surroundings->pressure_on && surroundings->pressure.kept.fd < 0 &&
        trim_pressure_read(&surroundings->pressure, &averages) == 0 &&
        trim_pressure_is_high(&averages)) {
        surroundings->pressures++;
    }
}

void trim_surroundings_look(struct trim_surroundings *surroundings,
                            struct trim_observation *observation)
{
    refresh(surroundings);
    read_averages(surroundings);
    const struct trim_memory_limit *limit = &surroundings->limit;
    observation->limit_bytes = limit->limit_bytes;
    /* A host that others fill is no reason to trim each second: nobody has limited this process. */
    observation->fill_known = limit->fill_known && limit->fill_level != 0;
    observation->fill_permille = limit->fill_permille;
}

uint64_t trim_surroundings_limit_bytes(struct trim_surroundings *surroundings)
{
    refresh(surroundings);
    return surroundings->limit.limit_bytes;
}

bool trim_surroundings_throttled(struct trim_surroundings *surroundings)
{
    uint64_t now_ns = trim_clock_now_ns();
    if (!surroundings->found) {
        find(surroundings);
    }
    struct trim_cpu_throttle *throttle = &surroundings->throttle;
    return trim_cpu_throttle_read(throttle, now_ns) == 0 &&
           trim_throttle_now(&throttle->judge, THROTTLED_WITHIN_NS) == TRIM_THROTTLING_NOW;
}

void trim_surroundings_tell(struct trim_surroundings *surroundings, const struct trim_price *price,
                            const struct trim_decision *decision, uint64_t now_ns)
{
    if (!trim_price_urgent(price, now_ns)) {
        if (surroundings->told_urgent && surroundings->urgent_ended_ns == 0) {
            surroundings->urgent_ended_ns = now_ns;
        }
        return;
    }
    if (surroundings->urgent_ended_ns != 0 &&
        now_ns - surroundings->urgent_ended_ns >= URGENT_AGAIN_NS) {
        surroundings->told_urgent = false;
        surroundings->told_futile = false;
    }
    surroundings->urgent_ended_ns = 0;
    if (!surroundings->told_urgent) {
        surroundings->told_urgent = true;
        trim_note_short(&surroundings->limit, trim_price_least_bytes(price, now_ns));
    }
    if (!surroundings->told_futile && decision->skip == TRIM_SKIP_BELOW_THRESHOLD) {
        surroundings->told_futile = true;
        trim_note_futile(&surroundings->limit, decision->expected_bytes, decision->bound_only);
    }
}

void trim_surroundings_add_status(struct trim_text *text, struct trim_fields *fields,
                                  struct trim_surroundings *surroundings)
{
    refresh(surroundings);
    (void)trim_cpu_throttle_read(&surroundings->throttle, trim_clock_now_ns());
    trim_text_add(text, "\n  ");
    trim_memory_limit_add(text, &surroundings->limit);
    trim_text_add(text, "\n  ");
    trim_memory_limit_add_fill(text, &surroundings->limit);
    trim_text_add(text, "\n  ");
    trim_cpu_throttle_add(text, &surroundings->throttle);
    trim_memory_limit_add_fields(fields, &surroundings->limit);
    trim_memory_fill_add_fields(fields, &surroundings->limit);
    trim_cpu_throttle_add_fields(fields, &surroundings->throttle);
    if (surroundings->pressure_on) {
        trim_text_add(text, "\n  ");
        trim_pressure_add(text, &surroundings->pressure);
        trim_pressure_add_fields(fields, &surroundings->pressure);
    }
}
