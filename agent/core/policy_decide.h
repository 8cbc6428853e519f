/*
 * The decisions of the policy: each sets the stage that the consideration is in and fills in what
 * the worker is to do. policy.c judges what was observed and calls these; pure like it.
 */
#ifndef TRIMAGENT_POLICY_DECIDE_H
#define TRIMAGENT_POLICY_DECIDE_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/policy.h"

/* Has the room looked at where that is due and the policy only waits; returns whether it did. */
bool trim_decide_room(struct trim_policy *policy, uint64_t now_ns, enum trim_look looked,
                      struct trim_decision *decision);

/* Begins a consideration or a recheck where one is due, and waits otherwise. While it waits for a
 * burst to end it has the process's movement looked at, unless that has just been done. */
void trim_decide_idle(struct trim_policy *policy, uint64_t now_ns, enum trim_look looked,
                      struct trim_decision *decision);

/* Ends the consideration without a trim, and waits for the next. */
void trim_decide_skip(struct trim_policy *policy, enum trim_skip skip, uint64_t now_ns,
                      struct trim_decision *decision);

/* The first estimate, as soon as the ration allows it. */
void trim_decide_first(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision);

/* A further estimate, when it is due and no burst is under way. */
void trim_decide_further(struct trim_policy *policy, uint64_t now_ns,
                         struct trim_decision *decision);

/* A trim, unless the CPU quota holds the process back: then it waits for that. */
void trim_decide_unthrottled(struct trim_policy *policy, uint64_t now_ns, bool throttled,
                             uint64_t expected_bytes, struct trim_decision *decision);

/*
 * While a trim waits for the CPU quota: looks at the throttling when it is time, and where that was
 * looked at and is over, or has lasted for too long, takes a last estimate, since the one before is
 * old by then.
 */
void trim_decide_throttled(struct trim_policy *policy, uint64_t now_ns, bool looked, bool throttled,
                           struct trim_decision *decision);

/* A trim, which serves all that is due now. */
void trim_decide_trim(struct trim_policy *policy, uint64_t now_ns, uint64_t expected_bytes,
                      struct trim_decision *decision);

#endif
