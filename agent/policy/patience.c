#include "patience.h"

#include <math.h>
#include <stddef.h>

#include "trimagent/quantity.h"

/* Each time counts so much of the one after it. */
#define OLDER_PART 0.75
/* Fewer times than this prove nothing. */
#define TIMES_LEAST 2
/* The wait is doubled at most so often. */
#define DOUBT_MAX 6
/* Nothing is known of how long memory lies: a minute. */
#define UNKNOWN_NS (60.0 * (double)TRIM_NS_PER_S)

void trim_patience_learn(struct trim_patience *patience, enum trim_reason reason, double lain_ns)
{
    uint64_t at = patience->reasons[reason].taken++ % TRIM_PATIENCE_TIMES;
    patience->reasons[reason].lain_ns[at] = lain_ns;
}

void trim_patience_judge(struct trim_patience *patience, enum trim_reason reason, bool paid)
{
    uint32_t *doubt = &patience->reasons[reason].doubt;
    if (paid) {
        *doubt /= 2;
    } else if (*doubt < DOUBT_MAX) {
        ++*doubt;
    }
}

static uint64_t known(const struct trim_patience *patience, enum trim_reason reason)
{
    return trim_min(patience->reasons[reason].taken, TRIM_PATIENCE_TIMES);
}

static double lain_ns(const struct trim_patience *patience, enum trim_reason reason, uint64_t back)
{
    uint64_t taken = patience->reasons[reason].taken;
    return patience->reasons[reason].lain_ns[(taken - 1 - back) % TRIM_PATIENCE_TIMES];
}

/* What waiting for a share of the costs would have cost with the times that are known, in units of
 * those costs. */
static double cost_of(const struct trim_patience *patience, enum trim_reason reason, double share,
                      double break_even_ns)
{
    double cost = 0;
    double weight = 1;
    for (uint64_t back = 0; back < known(patience, reason); back++) {
        double lain = lain_ns(patience, reason, back) / break_even_ns;
        cost += weight * (lain <= share ? lain : share + 1);
        weight *= OLDER_PART;
    }
    return cost;
}

static bool is_trusted(enum trim_reason reason)
{
    return reason == TRIM_REASON_FULL_GC || reason == TRIM_REASON_RELOAD ||
           reason == TRIM_REASON_PRESSURE;
}

double trim_patience_share(const struct trim_patience *patience, enum trim_reason reason,
                           double break_even_ns)
{
    static const double shares[] = {1, 0.5, 0.25, 2, 0};
    double best = is_trusted(reason) ? 0 : 1;
    if (known(patience, reason) >= TIMES_LEAST) {
        double least = cost_of(patience, reason, best, break_even_ns);
        for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
            double cost = cost_of(patience, reason, shares[i], break_even_ns);
            if (cost < least) {
                best = shares[i];
                least = cost;
            }
        }
    }
    return best * (double)(UINT64_C(1) << patience->reasons[reason].doubt);
}

double trim_patience_mean_ns(const struct trim_patience *patience, enum trim_reason reason)
{
    double sum = 0;
    double weights = 0;
    double weight = 1;
    for (uint64_t back = 0; back < known(patience, reason); back++) {
        sum += weight * lain_ns(patience, reason, back);
        weights += weight;
        weight *= OLDER_PART;
    }
    return weights > 0 ? sum / weights : UNKNOWN_NS;
}
