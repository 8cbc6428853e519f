#include "patience.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "quantity.h"

/* Each time counts so much of the one after it. */
#define OLDER_PART 0.75

/* The wait is doubled at most so often. */
#define DOUBT_MAX 6
/* Nothing is known of how long memory lies: a minute. */
#define UNKNOWN_NS (60.0 * (double)TRIM_NS_PER_S)

uint64_t trim_patience_learn(struct trim_patience *patience, enum trim_reason reason, double bytes,
                             double lain_ns)
{
    uint64_t number = patience->reasons[reason].taken++;
    uint64_t at = number % TRIM_PATIENCE_TIMES;
    patience->reasons[reason].lain_ns[at] = lain_ns;
    patience->reasons[reason].bytes[at] = bytes;
    return number;
}

void trim_patience_correct(struct trim_patience *patience, enum trim_reason reason, uint64_t number,
                           double lain_ns)
{
    if (patience->reasons[reason].taken - number <= TRIM_PATIENCE_TIMES) {
        patience->reasons[reason].lain_ns[number % TRIM_PATIENCE_TIMES] = lain_ns;
    }
}

void trim_patience_judge(struct trim_patience *patience, enum trim_reason reason, bool deceived)
{
    uint32_t *doubt = &patience->reasons[reason].doubt;
    if (!deceived) {
        *doubt /= 2;
    } else if (*doubt < DOUBT_MAX) {
        ++*doubt;
    }
}

static uint64_t known(const struct trim_patience *patience, enum trim_reason reason)
{
    return trim_min(patience->reasons[reason].taken, TRIM_PATIENCE_TIMES);
}

static uint64_t at_back(const struct trim_patience *patience, enum trim_reason reason,
                        uint64_t back)
{
    return (patience->reasons[reason].taken - 1 - back) % TRIM_PATIENCE_TIMES;
}

/* How much a time says of memory of another size: a sort that comes and goes tells little of the
 * tables beside it. */
static double alike(double some_bytes, double other_bytes)
{
    double part = fmin(some_bytes, other_bytes) / fmax(fmax(some_bytes, other_bytes), 1);
    return part * part;
}

/* What waiting for a share of the costs would have cost with the times that are known, in units of
 * those costs. */
static double cost_of(const struct trim_patience *patience, enum trim_reason reason, double bytes,
                      double share, double break_even_ns)
{
    double cost = 0;
    double weight = 1;
    for (uint64_t back = 0; back < known(patience, reason); back++) {
        uint64_t at = at_back(patience, reason, back);
        double lain = patience->reasons[reason].lain_ns[at] / break_even_ns;
        /* Who does not wait releases even what is taken again at once. */
        bool waits = share > 0 && lain <= share;
        double lain_bytes = patience->reasons[reason].bytes[at];
        cost += weight * alike(lain_bytes, bytes) * lain_bytes * (waits ? lain : share + 1);
        weight *= OLDER_PART;
    }
    return cost;
}

/* What is waited for as long as nothing is known. */
static double unknown_share(enum trim_reason reason)
{
    switch (reason) {
    case TRIM_REASON_WATERMARK:
        return 1;
    case TRIM_REASON_GROWTH:
        return 0.5;
    default:
        return 0;
    }
}

double trim_patience_share(const struct trim_patience *patience, enum trim_reason reason,
                           double bytes, double break_even_ns)
{
    static const double shares[] = {0.5, 0.25, 2};
    if (known(patience, reason) == 0) {
        return unknown_share(reason);
    }
    double best = 1;
    double least = cost_of(patience, reason, bytes, best, break_even_ns);
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        double cost = cost_of(patience, reason, bytes, shares[i], break_even_ns);
        if (cost < least) {
            best = shares[i];
            least = cost;
        }
    }
    bool at_once =
        cost_of(patience, reason, bytes, 0, break_even_ns) <= least * TRIM_PATIENCE_DOUBT;
    return at_once ? 0 : best * (double)(UINT64_C(1) << patience->reasons[reason].doubt);
}

double trim_patience_mean_ns(const struct trim_patience *patience, enum trim_reason reason,
                             double bytes)
{
    double sum = 0;
    double weights = 0;
    double weight = 1;
    for (uint64_t back = 0; back < known(patience, reason); back++) {
        uint64_t at = at_back(patience, reason, back);
        double lain_bytes = patience->reasons[reason].bytes[at];
        double counts = weight * alike(lain_bytes, bytes) * lain_bytes;
        sum += counts * patience->reasons[reason].lain_ns[at];
        weights += counts;
        weight *= OLDER_PART;
    }
    return weights > 0 ? sum / weights : UNKNOWN_NS;
}
