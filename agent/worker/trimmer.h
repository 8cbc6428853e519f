/*
 * The worker's hands: takes estimates, carries out trims, measures what came of them, and reports
 * it.
 *
 * Worker only. Everything is counted in the cycle's totals.
 */
#ifndef TRIMAGENT_TRIMMER_H
#define TRIMAGENT_TRIMMER_H

#include "cycle.h"

/*
 * Estimates what a trim would release; enough_bytes as in struct trim_allocator. Returns 0, or -1
 * where the allocator cannot tell.
 */
int trim_trimmer_estimate(struct trim_cycle *cycle, uint64_t enough_bytes,
                          struct trim_estimate *estimate);

/*
 * Carries out a decision to trim, logs the report and tells the policy the outcome. estimate is the
 * one that led to the decision; on demand a new one is taken. Returns false, with nothing reported,
 * where the process is ending.
 */
bool trim_trimmer_carry_out(struct trim_cycle *cycle, const struct trim_decision *decision,
                            const struct trim_estimate *estimate);

#endif
