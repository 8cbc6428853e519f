#include "watch.h"

#include <math.h>
#include <string.h>

#include "quantity.h"

/* Prices move a little with each look, which must not put the release off to yet another one. */
#define PAID_PART 0.95

/* Without a sample, looks on the way cost no more than this part of what the release does. */
#define SPENT_PART 0.75

/* What has not paid after so many times the time that it would take lying still comes and goes. */
#define VAIN_TIMES 4

/* A sample is read so often in the time that memory needs, since of what comes back nobody knows
 * when. */
#define SAMPLE_READS 8

/* A sample of which so much has come back tells little more: another one follows an estimate. */
#define WORN_PERMILLE 500

/* Less than this, of what was there, moves in any busy process. */
#define STILL_PART 64
/* Without a sample, what one look finds in use was used many times between looks, and counts so
 * many times. */
#define USED_TIMES 16.0

/* Only the process's threads can take memory, and for that they need CPU. Without a sample a look
 * comes after each tick of the kernel's CPU clock; the gaps grow by a tenth. */
#define TICK_CPU_NS (4.0 * (double)TRIM_NS_PER_MS)
#define TICK_GROWTH 1.1
#define TICK_CPU_MOST_NS (1.0 * (double)TRIM_NS_PER_S)
/* With many processors a tick is soon used up: these looks are no closer together than this part of
 * what evenly spread ones would be. */
#define REST_PART 4
#define REST_MOST_NS (1.0 * (double)TRIM_NS_PER_S)

/* Most looks by the clock, and the gaps between them: 4 to 11 eighths of the even one, in an order
 * that repeats after eight, since even gaps would meet what goes by a clock at the same moment. */
#define LOOKS_MAX 200
#define GAP_PARTS 8
#define GAP_LEAST_PARTS 4
#define GAP_STRIDE 5

void trim_watch_begin(struct trim_watch *watch, uint64_t now_ns, uint64_t cpu_ns,
                      enum trim_reason reason, uint64_t bytes)
{
    memset(watch, 0, sizeof *watch);
    watch->on = true;
    watch->reason = reason;
    watch->began_ns = now_ns;
    watch->last_ns = now_ns;
    watch->last_cpu_ns = cpu_ns;
    watch->last_bytes = bytes;
}

/* The memory has lain since it was last looked at, but for a part of it. */
static void pay(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                double still_bytes)
{
    watch->paid_ns +=
        trim_price_rent_ns(price, now_ns, still_bytes, (double)(now_ns - watch->last_ns));
    watch->last_ns = now_ns;
}

void trim_watch_look(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                     uint64_t cpu_ns, uint64_t bytes)
{
    double before = (double)watch->last_bytes;
    double still = fmin(before, (double)bytes);
    double gone = before - still > before / STILL_PART ? (before - still) / before : 0;
    bool sampled = watch->sample == TRIM_SAMPLE_LAID || watch->sample == TRIM_SAMPLE_READ;
    watch->looks++;
    watch->paid_ns *= fmax(1 - gone * (sampled ? 1 : USED_TIMES), 0);
    pay(watch, price, now_ns, still);
    watch->spent_ns += price->look_ns;
    watch->last_cpu_ns = cpu_ns;
    watch->last_bytes = bytes;
    if (watch->sample == TRIM_SAMPLE_READ) {
        watch->sample = TRIM_SAMPLE_WANTED;
    }
}

void trim_watch_laid(struct trim_watch *watch, bool laid)
{
    watch->back = 0;
    watch->sample = laid ? TRIM_SAMPLE_LAID : TRIM_SAMPLE_REFUSED;
}

void trim_watch_sampled(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                        uint32_t back_permille)
{
    pay(watch, price, now_ns, (double)watch->last_bytes);
    /* Of all that was paid since it was laid, what has come back has paid nothing. */
    double back = fmin(back_permille / 1000.0, 1);
    watch->paid_ns *= fmax(1 - back, 0) / (1 - watch->back);
    watch->back = fmin(back, 0.999);
    watch->sample = TRIM_SAMPLE_READ;
    if (back_permille < WORN_PERMILLE && !trim_watch_has_paid(watch, price) &&
        !trim_watch_is_vain(watch, price, now_ns)) {
        watch->sample = TRIM_SAMPLE_LAID;
    }
}

void trim_watch_released(struct trim_watch *watch, uint64_t now_ns, uint64_t released_bytes)
{
    if (!watch->on) {
        return;
    }
    uint64_t left_bytes = trim_excess(watch->last_bytes, released_bytes);
    watch->on = left_bytes != 0;
    watch->paid_ns *= (double)left_bytes / (double)watch->last_bytes;
    watch->last_bytes = left_bytes;
    watch->last_ns = now_ns;
    /* Its pages are gone with all the others now, and tell nothing of what is left. */
    if (watch->sample != TRIM_SAMPLE_REFUSED) {
        watch->sample = TRIM_SAMPLE_WANTED;
    }
}

static double wanted_ns(const struct trim_watch *watch, const struct trim_price *price)
{
    return trim_price_round_trip_ns(price, (double)watch->last_bytes) * watch->share;
}

bool trim_watch_has_paid(const struct trim_watch *watch, const struct trim_price *price)
{
    bool told = watch->sample != TRIM_SAMPLE_LAID;
    return told && watch->paid_ns >= wanted_ns(watch, price) * PAID_PART;
}

/* What the memory pays in a nanosecond. */
static double rent_rate(const struct trim_watch *watch, const struct trim_price *price,
                        uint64_t now_ns)
{
    return trim_price_rent_ns(price, now_ns, (double)watch->last_bytes, 1.0);
}

bool trim_watch_is_vain(const struct trim_watch *watch, const struct trim_price *price,
                        uint64_t now_ns)
{
    double needed_ns = wanted_ns(watch, price) / rent_rate(watch, price, now_ns);
    return (double)(now_ns - watch->began_ns) > needed_ns * VAIN_TIMES;
}

double trim_watch_lain_ns(const struct trim_watch *watch, const struct trim_price *price,
                          uint64_t now_ns)
{
    return watch->paid_ns / rent_rate(watch, price, now_ns);
}

static double budget_ns(const struct trim_watch *watch, const struct trim_price *price)
{
    return trim_price_round_trip_ns(price, (double)watch->last_bytes) * SPENT_PART;
}

uint64_t trim_watch_due_cpu_ns(const struct trim_watch *watch, const struct trim_price *price)
{
    bool looks = watch->on && watch->sample == TRIM_SAMPLE_REFUSED;
    if (!looks || watch->spent_ns + price->look_ns > budget_ns(watch, price)) {
        return UINT64_MAX;
    }
    double gap_ns = fmin(TICK_CPU_NS * pow(TICK_GROWTH, watch->looks), TICK_CPU_MOST_NS);
    return watch->last_cpu_ns + (uint64_t)gap_ns;
}

/* The time from the last look to the next where there is no sample. */
static double look_gap_ns(const struct trim_watch *watch, const struct trim_price *price,
                          double needed_ns, uint64_t cpu_ns)
{
    if (watch->spent_ns >= budget_ns(watch, price)) {
        return needed_ns;
    }
    double looks = fmin(budget_ns(watch, price) / price->look_ns, LOOKS_MAX);
    double even_ns = needed_ns / fmax(looks, 1);
    if (cpu_ns >= trim_watch_due_cpu_ns(watch, price)) {
        return fmin(even_ns / REST_PART, REST_MOST_NS);
    }
    return even_ns * (GAP_LEAST_PARTS + (watch->looks + 1) * GAP_STRIDE % GAP_PARTS) / GAP_PARTS;
}

uint64_t trim_watch_due_ns(const struct trim_watch *watch, const struct trim_price *price,
                           uint64_t now_ns, uint64_t cpu_ns)
{
    double wanted = wanted_ns(watch, price);
    double rate = rent_rate(watch, price, now_ns);
    double ns = fmax(wanted - watch->paid_ns, 0) / rate;
    if (watch->sample == TRIM_SAMPLE_READ) {
        ns = 0;
    } else if (watch->sample == TRIM_SAMPLE_LAID) {
        ns = fmin(ns, wanted / rate / SAMPLE_READS);
    } else if (watch->sample == TRIM_SAMPLE_REFUSED) {
        ns = fmin(ns, look_gap_ns(watch, price, wanted / rate, cpu_ns));
    }
    return ns < 1e18 ? watch->last_ns + (uint64_t)ceil(ns) : TRIM_NEVER;
}
