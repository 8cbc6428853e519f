/* What the policy learns from how a trim went. */
#include "trimagent/policy.h"

void trim_policy_trimmed(struct trim_policy *policy, const struct trim_outcome *outcome)
{
    policy->stage = TRIM_STAGE_IDLE;
    policy->deferred = false;
    if (outcome->seen_after) {
        trim_movement_trimmed(&policy->movement, outcome->rss_bytes, outcome->minor_faults,
                              policy->triggers.seen_old_pauses, outcome->left_bytes);
    } else {
        trim_movement_forget(&policy->movement);
    }
    trim_cooldown_start(&policy->cooldown, outcome->end_ns, outcome->took_ns);
    trim_triggers_trimmed(&policy->triggers, outcome->end_ns, policy->cooldown.length_ns);
    trim_triggers_hurry(&policy->triggers, outcome->end_ns, trim_room_check_ns(&policy->room));
    trim_ration_spend(&policy->ration, outcome->end_ns, outcome->cost_ns);
    /* What an operator asked for is not held against the policy, and a dry run has released nothing
     * to judge. */
    if (outcome->dry || !outcome->measured || policy->reason == TRIM_REASON_DEMAND) {
        return;
    }
    if (trim_cooldown_judge(&policy->cooldown, policy->expected_bytes, outcome->released_bytes,
                            trim_room_urgent(&policy->room))) {
        trim_ration_refund(&policy->ration, policy->looks_cost_ns + outcome->cost_ns);
        /* The look that follows finds chunks that nobody has touched for long, and is the dearest:
         * it would use up what the next model's trim needs. */
        policy->next_look_paid = true;
    }
}
