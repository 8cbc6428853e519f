/*
 * What a step of the policy takes in, all but estimates: signals, and the measurements that cost
 * little. Each is handed to those that learn from it. Pure like the policy.
 */
#ifndef TRIMAGENT_POLICY_TAKE_H
#define TRIMAGENT_POLICY_TAKE_H

#include "policy.h"

/* Whether the limit is looked at: never where nobody asked. */
bool trim_take_is_room_wanted(const struct trim_policy *policy);

/* Events become expectations of what they may have freed. */
void trim_take_signals(struct trim_policy *policy, const struct trim_observation *now);

/* RSS, faults and CPU time: signs of what happens, and of what releases have earned. */
void trim_take_process(struct trim_policy *policy, const struct trim_observation *now);

/* How full the memory is; plans when that is looked at again. */
void trim_take_room(struct trim_policy *policy, const struct trim_observation *now);

/* What of the sample of what is watched has come back, or that it has been laid. */
void trim_take_sample(struct trim_policy *policy, const struct trim_observation *now);

/* What of the last release is resident again. */
void trim_take_refault(struct trim_policy *policy, const struct trim_observation *now);

#endif
