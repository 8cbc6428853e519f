#include "watch.h"

#include <math.h>
#include <string.h>

#include "trimagent/quantity.h"

/* The first look comes after one tick of the kernel's CPU clock; the gaps grow by a tenth. */
#define GAP_CPU_NS (4.0 * (double)TRIM_NS_PER_MS)
#define GAP_GROWTH 1.1
#define GAP_CPU_MOST_NS (1.0 * (double)TRIM_NS_PER_S)

/* Looks on the way cost no more than this part of what the release does. */
#define SPENT_PART 0.75

/* Looks by CPU time are no closer together than this part of what evenly spread ones would be. */
#define REST_PART 4

/* What has not paid after so many times the time that it would take lying still comes and goes. */
#define VAIN_TIMES 4

/* Less than this, of what was there, moves in any busy process. */
#define STILL_PART 64
/* What one look finds in use was used by many more than are looked at, and is taken so many times.
 */
#define USED_TIMES 16.0

/* Most looks by the clock, and the gaps between them: 4 to 11 eighths of the even one, in an order
 * that repeats after eight, since even gaps would meet what goes by a clock at the same moment. */
#define LOOKS_MAX 200
#define GAP_PARTS 8
#define GAP_LEAST_PARTS 4
#define GAP_STRIDE 5

static void plan_next(struct trim_watch *watch, uint64_t cpu_ns)
{
    watch->next_cpu_ns = cpu_ns + (uint64_t)watch->gap_cpu_ns;
    watch->gap_cpu_ns = fmin(watch->gap_cpu_ns * GAP_GROWTH, GAP_CPU_MOST_NS);
}

void trim_watch_begin(struct trim_watch *watch, uint64_t now_ns, uint64_t cpu_ns,
                      enum trim_reason reason, uint64_t bytes)
{
    memset(watch, 0, sizeof *watch);
    watch->on = true;
    watch->reason = reason;

    watch->began_ns = now_ns;
    watch->last_ns = now_ns;
    watch->last_bytes = bytes;
    watch->gap_cpu_ns = GAP_CPU_NS;
    plan_next(watch, cpu_ns);
}

void trim_watch_look(struct trim_watch *watch, const struct trim_price *price, uint64_t now_ns,
                     uint64_t cpu_ns, uint64_t bytes)
{
    double before = (double)watch->last_bytes;
    double still = fmin(before, (double)bytes);
    double gone = before - still > before / STILL_PART ? (before - still) / before : 0;
    watch->looks++;
    watch->paid_ns *= fmax(1 - gone * USED_TIMES, 0);

    watch->paid_ns += trim_price_rent_ns(price, now_ns, still, (double)(now_ns - watch->last_ns));
    watch->spent_ns += price->look_ns;
    watch->last_ns = now_ns;
    watch->last_bytes = bytes;
    plan_next(watch, cpu_ns);
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
}

static double wanted_ns(const struct trim_watch *watch, const struct trim_price *price)
{
    return trim_price_round_trip_ns(price, (double)watch->last_bytes) * watch->share;
}

bool trim_watch_has_paid(const struct trim_watch *watch, const struct trim_price *price)
{
    return watch->paid_ns >= wanted_ns(watch, price);
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

/* The gap to the next look by the clock, so that they are spread over the time that is needed. */
static double gap_ns(const struct trim_watch *watch, const struct trim_price *price,
                     double needed_ns)
{
    double looks = fmin(budget_ns(watch, price) / price->look_ns, LOOKS_MAX);
    double parts = GAP_LEAST_PARTS + (watch->looks + 1) * GAP_STRIDE % GAP_PARTS;
    return needed_ns / fmax(looks, 1) * parts / GAP_PARTS;
}

uint64_t trim_watch_due_ns(const struct trim_watch *watch, const struct trim_price *price,
                           uint64_t now_ns)
{
    double wanted = wanted_ns(watch, price);
    double rate = rent_rate(watch, price, now_ns);
    double left_ns = fmax(wanted - watch->paid_ns, 0) / rate;
    double next_ns = gap_ns(watch, price, wanted / rate);
    double ns = watch->spent_ns < budget_ns(watch, price) ? fmin(left_ns, next_ns) : left_ns;
    return ns < 1e18 ? watch->last_ns + (uint64_t)ceil(ns) : TRIM_NEVER;
}

uint64_t trim_watch_rested_ns(const struct trim_watch *watch, const struct trim_price *price,
                              uint64_t now_ns)
{
    double needed_ns = wanted_ns(watch, price) / rent_rate(watch, price, now_ns);
    double looks = fmax(budget_ns(watch, price) / price->look_ns, 1);
    return watch->last_ns + (uint64_t)fmin(needed_ns / looks / REST_PART, 1e9);
}

uint64_t trim_watch_due_cpu_ns(const struct trim_watch *watch, const struct trim_price *price)
{
    bool affordable = watch->spent_ns + price->look_ns <= budget_ns(watch, price);
    return affordable ? watch->next_cpu_ns : UINT64_MAX;
}
