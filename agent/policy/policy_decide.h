/*
 * What to do next, from all that is known: the second half of a step of the policy. policy.c takes
 * in what was observed and judges it. Pure like it.
 */
#ifndef TRIMAGENT_POLICY_DECIDE_H
#define TRIMAGENT_POLICY_DECIDE_H

#include "policy.h"

/* Asks for the next measurement, or waits for the moment of one. */
void trim_decide_next(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision);

/* Counts a look that has led to no trim, or was not taken, and tells of it. */
void trim_decide_skip(struct trim_policy *policy, enum trim_skip skip,
                      struct trim_decision *decision);

/* Something was released: a process at rest is worth reading after less of its work. */
void trim_decide_rest_paid(struct trim_policy *policy);

#endif
