/*
 * How long memory is left alone that has come free, learned for each reason from how long memory of
 * about that size has lain before.
 *
 * This is the rent-or-buy problem. Who waits until the rent is what releasing and taking it again
 * costs never pays more than twice the least. Who knows how long it will lie pays less: releasing
 * at once is best where it has lain long before, never where it always comes back sooner.
 *
 * Events have trust to begin with: after a full GC or the end of a reload memory is released at
 * once. After a burst of page faults it waits for half of what it costs, and without any event for
 * all of it. All of this changes with what the releases bring.
 *
 * Pure.
 */
#ifndef TRIMAGENT_PATIENCE_H
#define TRIMAGENT_PATIENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "reason.h"

#ifdef __cplusplus
extern "C" {
#endif

/* So many times are remembered for a reason. */
#define TRIM_PATIENCE_TIMES 8

struct trim_patience {
    struct {
        double lain_ns[TRIM_PATIENCE_TIMES]; /* A ring; the newest is at (taken - 1) % TIMES. */
        double bytes[TRIM_PATIENCE_TIMES];   /* How much has lain so long. */
        uint64_t taken;
        uint32_t doubt; /* How often the watch was deceived lately. */

    } reasons[TRIM_REASON_COUNT];
};

/* So many bytes of this reason have lain free for so long, and are in use again, or may lie longer
 * yet. Returns the number of this time. */
uint64_t trim_patience_learn(struct trim_patience *patience, enum trim_reason reason, double bytes,
                             double lain_ns);

/* The same is now known better of the time of this number, which may have been forgotten. */
void trim_patience_correct(struct trim_patience *patience, enum trim_reason reason, uint64_t number,
                           double lain_ns);

/* Whether what was released for this reason was in use though it had been watched. */
void trim_patience_judge(struct trim_patience *patience, enum trim_reason reason, bool deceived);

/*
 * The part of its costs that the rent of so many bytes must reach before they are released: 0
 * releases at once, 1 waits for break_even_ns. Times of memory of about that size count most.
 */
double trim_patience_share(const struct trim_patience *patience, enum trim_reason reason,
                           double bytes, double break_even_ns);

/* In doubt memory is released: where that costs no more than so many times the least. What is free
 * also keeps the peak low, which no price tells. */
#define TRIM_PATIENCE_DOUBT 1.4

/* How long so much memory of this reason may be expected to lie. */
double trim_patience_mean_ns(const struct trim_patience *patience, enum trim_reason reason,
                             double bytes);

#ifdef __cplusplus
}
#endif

#endif
