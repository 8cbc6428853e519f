#include "trend.h"

#include <string.h>

#include "quantity.h"

#define PAIRS (TRIM_TREND_FLOORS * (TRIM_TREND_FLOORS - 1) / 2)
#define NS_PER_HOUR (3600.0 * (double)TRIM_NS_PER_S)

/* Less is no growth worth a word, and nor is less than this part of what was in use. */
#define GROWN_LEAST_BYTES (8.0 * (double)TRIM_MIB)
#define GROWN_PART 16

/* Each floor rises by this part of the slope at least, */
#define STEP_PART 0.25
/* and the second half by this part of the first. A cache that fills by a fixed part of what is
 * missing falls below that in 0.45 of its time constant. */
#define LATE_PART 0.8

/* Growth is over when so many floors together have not risen, or half of it is gone. */
#define OVER_FLOORS 4

static const struct trim_floor *floor_at(const struct trim_trend_window *window, uint64_t number)
{
    return &window->floors[number % TRIM_TREND_FLOORS];
}

/* The floor that stands so many before the last. */
static const struct trim_floor *last_but(const struct trim_trend_window *window, uint64_t back)
{
    return floor_at(window, window->count - 1 - back);
}

static uint64_t oldest_of(const struct trim_trend_window *window)
{
    return trim_excess(window->count, TRIM_TREND_FLOORS);
}

static double slope(const struct trim_floor *from, const struct trim_floor *to)
{
    return ((double)to->bytes - (double)from->bytes) / (double)(to->end_ns - from->end_ns);
}

/* Inserts a slope into a sorted list. */
static void insert(double *sorted, int count, double value)
{
    int at = count;
    for (; at > 0 && sorted[at - 1] > value; at--) {
        sorted[at] = sorted[at - 1];
    }
    sorted[at] = value;
}

/* The median slope of a full window in bytes per nanosecond, and the least. */
static double median_slope(const struct trim_trend_window *window, double *least)
{
    double sorted[PAIRS] = {0};
    int count = 0;
    uint64_t first = oldest_of(window);
    for (uint64_t i = first; i < window->count; i++) {
        for (uint64_t j = i + 1; j < window->count; j++) {
            insert(sorted, count++, slope(floor_at(window, i), floor_at(window, j)));
        }
    }
    *least = sorted[0];
    return (sorted[PAIRS / 2 - 1] + sorted[PAIRS / 2]) / 2;
}

static void describe(struct trim_trend *trend, const struct trim_trend_window *window)
{
    struct trim_growth *growth = &trend->growth;
    uint64_t first = oldest_of(window);
    const struct trim_floor *from = floor_at(window, first);
    const struct trim_floor *to = last_but(window, 0);
    growth->window_ns = to->end_ns - from->end_ns;
    growth->floors = window->count - first;
    growth->from_bytes = from->bytes;
    growth->to_bytes = to->bytes;
    growth->old_pauses = to->old_pauses - from->old_pauses;
    growth->reloads = to->reloads - from->reloads;
    growth->hourly_bytes = 0;
}

/* Judges a full window. */
static bool grows(const struct trim_trend_window *window, double *hourly_bytes)
{
    double least = 0;
    double median = median_slope(window, &least);
    const struct trim_floor *first = last_but(window, TRIM_TREND_FLOORS - 1);
    const struct trim_floor *last = last_but(window, 0);
    double early = slope(first, last_but(window, TRIM_TREND_FLOORS / 2));
    double late = slope(last_but(window, TRIM_TREND_FLOORS / 2 - 1), last);
    double grown = median * (double)(last->end_ns - first->end_ns);
    *hourly_bytes = median * NS_PER_HOUR;
    return grown >= GROWN_LEAST_BYTES && grown >= (double)first->bytes / GROWN_PART &&
           least >= median * STEP_PART && late >= early * LATE_PART;
}

/* Whether growth that a window has told of is over. */
static bool is_over(const struct trim_trend *trend, uint32_t which)
{
    const struct trim_trend_window *window = &trend->windows[which];
    const struct trim_growth *growth = &trend->growth;
    uint64_t last = last_but(window, 0)->bytes;
    return last < growth->to_bytes - trim_excess(growth->to_bytes, growth->from_bytes) / 2 ||
           (which == trend->told && last <= last_but(window, OVER_FLOORS)->bytes);
}

static void judge(struct trim_trend *trend, uint32_t which)
{
    const struct trim_trend_window *window = &trend->windows[which];
    struct trim_growth *growth = &trend->growth;
    double hourly_bytes = 0;
    if (window->count < TRIM_TREND_FLOORS) {
        return;
    }
    growth->judged = true;
    if ((!growth->growing || which <= trend->told) && grows(window, &hourly_bytes)) {
        growth->growing = true;
        trend->told = which;
        describe(trend, window);
        growth->hourly_bytes = (uint64_t)hourly_bytes;
    } else if (growth->growing && is_over(trend, which)) {
        growth->growing = false;
    }
}

/* Adds a floor to a window, and to the longer ones where it completes one of theirs. */
static void add(struct trim_trend *trend, struct trim_floor floor)
{
    bool whole = true;
    for (uint32_t which = 0; which < TRIM_TREND_WINDOWS && whole; which++) {
        struct trim_trend_window *window = &trend->windows[which];
        window->floors[window->count++ % TRIM_TREND_FLOORS] = floor;
        judge(trend, which);
        if (which + 1 < TRIM_TREND_WINDOWS) {
            struct trim_trend_window *longer = window + 1;
            uint64_t bytes = longer->parts == 0 ? floor.bytes : longer->open.bytes;
            floor.bytes = trim_min(floor.bytes, bytes);
            longer->open = floor;
            longer->parts = (longer->parts + 1) % TRIM_TREND_FACTOR;
            whole = longer->parts == 0;
        }
    }
}

void trim_trend_configure(struct trim_trend *trend, uint64_t wanted_ns)
{
    if (trend->wanted_ns != wanted_ns) {
        memset(trend, 0, sizeof *trend);
        trend->wanted_ns = wanted_ns;
        trend->growth.wanted_ns = wanted_ns;
    }
}

static void begin_part(struct trim_trend *trend, const struct trim_floor *now)
{
    trend->part = *now;
    trend->part.bytes = UINT64_MAX;
}

/* What has been seen so far, where no window has told of growth. */
static void describe_so_far(struct trim_trend *trend, const struct trim_floor *now)
{
    const struct trim_trend_window *window = &trend->windows[0];
    struct trim_growth *growth = &trend->growth;
    if (window->count > 0) {
        describe(trend, window);
        return;
    }
    growth->window_ns = now->end_ns - trend->first_ns;
    growth->floors = 0;
    growth->from_bytes = trend->start.bytes;
    growth->to_bytes = now->bytes;
    growth->old_pauses = now->old_pauses - trend->start.old_pauses;
    growth->reloads = now->reloads - trend->start.reloads;
}

void trim_trend_take(struct trim_trend *trend, uint64_t now_ns, uint64_t bytes, uint64_t old_pauses,
                     uint64_t reloads)
{
    const struct trim_floor now = {
        .end_ns = now_ns, .bytes = bytes, .old_pauses = old_pauses, .reloads = reloads};
    if (trend->wanted_ns == 0) {
        return;
    }
    if (!trend->begun) {
        trend->begun = true;
        trend->first_ns = now_ns;
        trend->start = now;
        begin_part(trend, &now);
    }
    trend->part.bytes = trim_min(trend->part.bytes, bytes);
    if (now_ns - trend->part.end_ns >= trend->wanted_ns / TRIM_TREND_FLOORS &&
        old_pauses != trend->part.old_pauses) {
        struct trim_floor floor = now;
        floor.bytes = trend->part.bytes;
        add(trend, floor);
        begin_part(trend, &now);
    }
    trend->growth.seen_ns = now_ns - trend->first_ns;
    if (!trend->growth.growing) {
        describe_so_far(trend, &now);
    }
}
