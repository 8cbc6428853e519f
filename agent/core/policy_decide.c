#include "policy_decide.h"

#include "trimagent/clock.h"

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

static void decide_look(const struct trim_policy *policy, enum trim_look look,
                        struct trim_decision *decision)
{
    decision->action = TRIM_LOOK;
    decision->look = look;
    decision->reason = policy->reason;
}

static void decide_wait(const struct trim_policy *policy, uint64_t now_ns, uint64_t wake_ns,
                        struct trim_decision *decision)
{
    uint64_t look_ns = trim_triggers_look_ns(&policy->triggers);
    wake_ns = earlier(wake_ns, earlier(policy->cooldown.recheck_due_ns, look_ns));
    decision->action = TRIM_WAIT;
    decision->wake_ns = later(wake_ns, now_ns + 1);
    decision->arm_classes = trim_triggers_arm(&policy->triggers);
}

static void count_skip(struct trim_policy *policy, enum trim_skip skip,
                       struct trim_decision *decision)
{
    policy->skips[skip]++;
    decision->skip = skip;
}

/* Something has to wait for the cooldown or the ration: counted once, however often it is looked
 * at. */
static void defer(struct trim_policy *policy, enum trim_skip skip, struct trim_decision *decision)
{
    if (!policy->deferred) {
        policy->deferred = true;
        count_skip(policy, skip, decision);
    }
}

/* When the next consideration can begin, as far as can be told now. */
static uint64_t next_start_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    return later(trim_triggers_due_ns(&policy->triggers, now_ns),
                 trim_cooldown_end_ns(&policy->cooldown));
}

/* Counts a pause or a burst that has to wait for the cooldown's end. */
static void note_cooldown(struct trim_policy *policy, uint64_t now_ns,
                          struct trim_decision *decision)
{
    uint64_t due_ns = trim_triggers_due_ns(&policy->triggers, now_ns);
    if (trim_triggers_event_waits(&policy->triggers) &&
        due_ns < trim_cooldown_end_ns(&policy->cooldown)) {
        decision->reason = trim_triggers_foremost(&policy->triggers, due_ns);
        defer(policy, TRIM_SKIP_COOLDOWN, decision);
    }
}

void trim_decide_idle(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    if (policy->cooldown.recheck_due_ns <= now_ns) {
        policy->stage = TRIM_STAGE_RECHECK;
        decide_look(policy, TRIM_LOOK_REFAULT, decision);
        return;
    }
    uint64_t start_ns = next_start_ns(policy, now_ns);
    if (start_ns > now_ns) {
        note_cooldown(policy, now_ns, decision);
        decide_wait(policy, now_ns, start_ns, decision);
        return;
    }
    policy->reason = trim_triggers_foremost(&policy->triggers, now_ns);
    trim_triggers_take(&policy->triggers, now_ns);
    policy->considered++;
    policy->deferred = false;
    policy->looks_cost_ns = 0;
    policy->stage = TRIM_STAGE_PROCESS;
    decide_look(policy, TRIM_LOOK_PROCESS, decision);
}

void trim_decide_skip(struct trim_policy *policy, enum trim_skip skip, uint64_t now_ns,
                      struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_IDLE;
    policy->deferred = false;
    decision->reason = policy->reason;
    count_skip(policy, skip, decision);
    decide_wait(policy, now_ns, next_start_ns(policy, now_ns), decision);
}

/* The first estimate, as soon as the ration allows it. */
void trim_decide_first(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_FIRST;
    uint64_t ready_ns =
        trim_ration_ready_ns(&policy->ration, now_ns, policy->last_estimate_cost_ns);
    if (ready_ns > now_ns) {
        decision->reason = policy->reason;
        defer(policy, TRIM_SKIP_RATION, decision);
        decide_wait(policy, now_ns, ready_ns, decision);
        return;
    }
    decide_look(policy, TRIM_LOOK_ESTIMATE, decision);
}

void trim_decide_further(struct trim_policy *policy, uint64_t now_ns,
                         struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_CONFIRM;
    uint64_t due_ns = policy->confirm.due_ns;
    bool moving = policy->triggers.burst.active;
    if (moving || due_ns > now_ns) {
        decide_wait(policy, now_ns, moving ? TRIM_NEVER : due_ns, decision);
        return;
    }
    /* Not rationed: the first estimate has made it likely that this one pays. */
    policy->stage = TRIM_STAGE_SECOND;
    decide_look(policy, TRIM_LOOK_ESTIMATE, decision);
}

void trim_decide_trim(struct trim_policy *policy, uint64_t now_ns, uint64_t expected_bytes,
                      struct trim_decision *decision)
{
    /* What has come due meanwhile is served by this trim too, and may be the better reason. */
    enum trim_reason due = trim_triggers_foremost(&policy->triggers, now_ns);
    policy->reason = due > policy->reason ? due : policy->reason;
    trim_triggers_take(&policy->triggers, now_ns);
    policy->expected_bytes = expected_bytes;
    decision->action = TRIM_TRIM;
    decision->reason = policy->reason;
    decision->expected_bytes = expected_bytes;
}
