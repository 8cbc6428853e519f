#include "trimagent/policy.h"

#include <string.h>

#include "trimagent/clock.h"

/*
 * A watermark check that finds the process unchanged costs no estimate, but memory can be freed
 * without a fault and without a change of RSS. So one check in this many estimates all the same.
 */
#define UNCHANGED_IN_A_ROW_MAX 9

/* The process counts as unchanged while RSS and faults have moved by less than this part of the
 * threshold. */
#define UNCHANGED_PART 8

/* The smallest page: what a minor fault brings in at least. */
#define FAULT_BYTES 4096

/* A trim is useless where it released less than this part of what was expected. */
#define USELESS_PART 4

static uint64_t earlier(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns < b_ns ? a_ns : b_ns;
}

static uint64_t later(uint64_t a_ns, uint64_t b_ns)
{
    return a_ns > b_ns ? a_ns : b_ns;
}

static bool is_on(const struct trim_policy *policy, enum trim_reason reason)
{
    return (policy->options.on & (UINT64_C(1) << reason)) != 0;
}

const char *trim_verdict_name(enum trim_verdict verdict)
{
    static const char *const names[] = {"none", "open", "good", "useless", "regretted"};
    return (size_t)verdict < sizeof names / sizeof names[0] ? names[verdict] : "unknown";
}

static void plan_check(struct trim_policy *policy, uint64_t now_ns)
{
    bool checked = is_on(policy, TRIM_REASON_WATERMARK) && policy->options.check_ns != 0;
    policy->check_due_ns = checked ? now_ns + policy->options.check_ns : TRIM_NEVER;
}

void trim_policy_init(struct trim_policy *policy, const struct trim_options *options,
                      uint64_t now_ns, uint64_t class_changes)
{
    memset(policy, 0, sizeof *policy);
    policy->options = *options;
    policy->cooldown_ns = options->cooldown_ns;
    policy->recheck_due_ns = TRIM_NEVER;
    const struct trim_burst_config burst = {
        .classes = options->burst_classes,
        .window_ns = options->burst_window_ns,
        .settle_ns = options->settle_ns,
        .max_wait_ns = options->max_wait_ns,
    };
    trim_burst_init(&policy->burst, &burst, now_ns, class_changes);
    trim_ration_init(&policy->ration, now_ns);
    plan_check(policy, now_ns);
}

/* Triggers: what has happened that makes a trim worth considering, and when its moment has come. */

static void take_in_signals(struct trim_policy *policy, const struct trim_observation *observation)
{
    if (observation->old_pauses != policy->seen_old_pauses) {
        policy->seen_old_pauses = observation->old_pauses;
        if (is_on(policy, TRIM_REASON_FULL_GC)) {
            policy->gc_first_ns =
                policy->gc_pending ? policy->gc_first_ns : observation->last_old_ns;
            policy->gc_last_ns = observation->last_old_ns;
            policy->gc_pending = true;
        }
    }
    if (is_on(policy, TRIM_REASON_RELOAD) &&
        trim_burst_observe(&policy->burst, observation->now_ns, observation->class_changes) ==
            TRIM_BURST_ENDED) {
        policy->reload_pending = true;
    }
}

static uint64_t gc_due_ns(const struct trim_policy *policy)
{
    return earlier(policy->gc_last_ns + policy->options.settle_ns,
                   policy->gc_first_ns + policy->options.max_wait_ns);
}

/* The end of the cooldown, or 0 before the first trim. */
static uint64_t cooldown_end_ns(const struct trim_policy *policy)
{
    return policy->trimmed_before ? policy->last_trim_ns + policy->cooldown_ns : 0;
}

/*
 * When the next trigger is due, the cooldown aside. While a burst is under way nothing is: memory
 * is moving, and the burst's own end wakes the policy. An old pause that is still settling makes
 * the others wait as well, so that one trim serves them all.
 */
static uint64_t trigger_due_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    if (policy->burst.active) {
        return TRIM_NEVER;
    }
    if (policy->gc_pending) {
        return gc_due_ns(policy);
    }
    return policy->reload_pending ? now_ns : policy->check_due_ns;
}

/* Takes the triggers that are due off the list and tells the foremost reason among them. */
static enum trim_reason take_due_triggers(struct trim_policy *policy, uint64_t now_ns)
{
    enum trim_reason reason = TRIM_REASON_WATERMARK;
    if (policy->reload_pending) {
        policy->reload_pending = false;
        reason = TRIM_REASON_RELOAD;
    }
    if (policy->gc_pending && gc_due_ns(policy) <= now_ns) {
        policy->gc_pending = false;
        reason = TRIM_REASON_FULL_GC;
    }
    plan_check(policy, now_ns);
    return reason;
}

/* Decisions. */

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
    wake_ns = earlier(wake_ns, earlier(policy->recheck_due_ns, trim_burst_next_ns(&policy->burst)));
    decision->action = TRIM_WAIT;
    decision->wake_ns = later(wake_ns, now_ns + 1);
    decision->arm_classes =
        is_on(policy, TRIM_REASON_RELOAD) ? trim_burst_arm(&policy->burst) : UINT64_MAX;
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

static void decide_idle(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    if (policy->recheck_due_ns <= now_ns) {
        policy->stage = TRIM_STAGE_RECHECK;
        decide_look(policy, TRIM_LOOK_RESIDENT, decision);
        return;
    }
    uint64_t due_ns = trigger_due_ns(policy, now_ns);
    uint64_t start_ns = later(due_ns, cooldown_end_ns(policy));
    if (due_ns > now_ns || start_ns > now_ns) {
        if (due_ns <= now_ns) {
            defer(policy, TRIM_SKIP_COOLDOWN, decision);
        }
        decide_wait(policy, now_ns, start_ns, decision);
        return;
    }
    policy->reason = take_due_triggers(policy, now_ns);
    policy->considered++;
    policy->deferred = false;
    policy->looks_cost_ns = 0;
    policy->stage = TRIM_STAGE_PROCESS;
    decide_look(policy, TRIM_LOOK_PROCESS, decision);
}

static void end_consideration(struct trim_policy *policy, enum trim_skip skip,
                              const struct trim_observation *now, struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_IDLE;
    policy->deferred = false;
    decision->reason = policy->reason;
    count_skip(policy, skip, decision);
    decide_wait(policy, now->now_ns,
                later(trigger_due_ns(policy, now->now_ns), cooldown_end_ns(policy)), decision);
}

/* The first estimate, as soon as the ration allows it. */
static void decide_first(struct trim_policy *policy, uint64_t now_ns,
                         struct trim_decision *decision)
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

static void decide_second(struct trim_policy *policy, uint64_t now_ns,
                          struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_CONFIRM;
    if (policy->burst.active || policy->confirm_due_ns > now_ns) {
        decide_wait(policy, now_ns, policy->burst.active ? TRIM_NEVER : policy->confirm_due_ns,
                    decision);
        return;
    }
    /* Not rationed: the first estimate has made it likely that this one pays. */
    policy->stage = TRIM_STAGE_SECOND;
    decide_look(policy, TRIM_LOOK_ESTIMATE, decision);
}

static void decide_trim(struct trim_policy *policy, uint64_t now_ns, uint64_t expected_bytes,
                        struct trim_decision *decision)
{
    /* What has come due meanwhile is served by this trim too. */
    (void)take_due_triggers(policy, now_ns);
    policy->expected_bytes = expected_bytes;
    decision->action = TRIM_TRIM;
    decision->reason = policy->reason;
    decision->expected_bytes = expected_bytes;
}

/* What measurements lead to. */

static uint64_t distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

static uint64_t signals_sum(const struct trim_observation *observation)
{
    return observation->old_pauses + observation->class_changes;
}

static bool is_unchanged(const struct trim_policy *policy, const struct trim_observation *now)
{
    uint64_t small = policy->options.threshold_bytes / UNCHANGED_PART;
    return policy->has_base && policy->base_signals == signals_sum(now) &&
           distance(policy->base_rss_bytes, now->rss_bytes) < small &&
           (now->minor_faults - policy->base_minor_faults) < small / FAULT_BYTES;
}

static void judge_process(struct trim_policy *policy, const struct trim_observation *now,
                          struct trim_decision *decision)
{
    if (now->failed) {
        /* Without /proc this look saves nothing, but the allocator's own figures may still serve.
         */
        policy->has_base = false;
        decide_first(policy, now->now_ns, decision);
        return;
    }
    if (now->rss_bytes < policy->options.threshold_bytes) {
        decision->expected_bytes = now->rss_bytes;
        end_consideration(policy, TRIM_SKIP_BELOW_THRESHOLD, now, decision);
        return;
    }
    if (policy->reason == TRIM_REASON_WATERMARK && is_unchanged(policy, now) &&
        policy->unchanged_in_a_row < UNCHANGED_IN_A_ROW_MAX) {
        policy->unchanged_in_a_row++;
        end_consideration(policy, TRIM_SKIP_UNCHANGED, now, decision);
        return;
    }
    policy->has_base = true;
    policy->unchanged_in_a_row = 0;
    policy->base_rss_bytes = now->rss_bytes;
    policy->base_minor_faults = now->minor_faults;
    policy->base_signals = signals_sum(now);
    decide_first(policy, now->now_ns, decision);
}

static void judge_estimate(struct trim_policy *policy, const struct trim_observation *now,
                           struct trim_decision *decision)
{
    if (now->failed) {
        end_consideration(policy, TRIM_SKIP_NO_ESTIMATE, now, decision);
        return;
    }
    policy->last_estimate_cost_ns = now->cost_ns;
    policy->looks_cost_ns += now->cost_ns;
    trim_ration_spend(&policy->ration, now->now_ns, now->cost_ns);

    bool first = policy->stage == TRIM_STAGE_FIRST;
    if (now->expected_bytes < policy->options.threshold_bytes) {
        decision->expected_bytes = now->expected_bytes;
        end_consideration(policy, first ? TRIM_SKIP_BELOW_THRESHOLD : TRIM_SKIP_REUSED, now,
                          decision);
    } else if (first && policy->options.confirm_ns > 0) {
        policy->expected_bytes = now->expected_bytes;
        policy->confirm_due_ns = now->now_ns + policy->options.confirm_ns;
        decide_second(policy, now->now_ns, decision);
    } else {
        decide_trim(policy, now->now_ns, now->expected_bytes, decision);
    }
}

static void lengthen_cooldown(struct trim_policy *policy)
{
    uint64_t max_ns = policy->options.max_cooldown_ns;
    policy->cooldown_ns = policy->cooldown_ns < max_ns / 2 ? policy->cooldown_ns * 2 : max_ns;
}

static void judge_recheck(struct trim_policy *policy, const struct trim_observation *now,
                          struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_IDLE;
    policy->recheck_due_ns = TRIM_NEVER;
    if (now->failed) {
        policy->verdict = TRIM_VERDICT_NONE;
    } else if (now->resident_bytes >= policy->resident_after_bytes + policy->released_bytes / 2) {
        policy->verdict = TRIM_VERDICT_REGRETTED;
        policy->regretted++;
        lengthen_cooldown(policy);
    } else {
        policy->verdict = TRIM_VERDICT_GOOD;
        policy->cooldown_ns = later(policy->options.cooldown_ns, policy->cooldown_ns / 2);
    }
    decide_idle(policy, now->now_ns, decision);
}

void trim_policy_step(struct trim_policy *policy, const struct trim_observation *observation,
                      struct trim_decision *decision)
{
    uint64_t now_ns = observation->now_ns;
    memset(decision, 0, sizeof *decision);
    decision->wake_ns = now_ns;
    take_in_signals(policy, observation);

    if (observation->demands != policy->seen_demands) {
        policy->seen_demands = observation->demands;
        policy->reason = TRIM_REASON_DEMAND;
        policy->looks_cost_ns = 0;
        policy->considered++;
        decide_trim(policy, now_ns, 0, decision);
        return;
    }
    switch (policy->stage) {
    case TRIM_STAGE_IDLE:
        decide_idle(policy, now_ns, decision);
        break;
    case TRIM_STAGE_PROCESS:
        judge_process(policy, observation, decision);
        break;
    case TRIM_STAGE_FIRST:
        if (observation->look == TRIM_LOOK_ESTIMATE) {
            judge_estimate(policy, observation, decision);
        } else {
            decide_first(policy, now_ns, decision);
        }
        break;
    case TRIM_STAGE_CONFIRM:
        decide_second(policy, now_ns, decision);
        break;
    case TRIM_STAGE_SECOND:
        judge_estimate(policy, observation, decision);
        break;
    case TRIM_STAGE_RECHECK:
        judge_recheck(policy, observation, decision);
        break;
    }
}

void trim_policy_trimmed(struct trim_policy *policy, const struct trim_outcome *outcome)
{
    policy->stage = TRIM_STAGE_IDLE;
    policy->deferred = false;
    policy->trimmed_before = true;
    policy->last_trim_ns = outcome->end_ns;
    policy->has_base = false;
    policy->verdict = TRIM_VERDICT_NONE;
    policy->recheck_due_ns = TRIM_NEVER;
    trim_ration_spend(&policy->ration, outcome->end_ns, outcome->cost_ns);
    /* What an operator asked for is not held against the policy, and a dry run has released nothing
     * to judge. */
    if (outcome->dry || !outcome->measured || policy->reason == TRIM_REASON_DEMAND) {
        return;
    }
    policy->released_bytes = outcome->released_bytes;
    policy->resident_after_bytes = outcome->resident_bytes;
    if (outcome->released_bytes < policy->expected_bytes / USELESS_PART) {
        policy->verdict = TRIM_VERDICT_USELESS;
        policy->useless++;
        lengthen_cooldown(policy);
        return;
    }
    policy->verdict = TRIM_VERDICT_OPEN;
    policy->recheck_due_ns = outcome->end_ns + policy->options.cooldown_ns;
    trim_ration_refund(&policy->ration, policy->looks_cost_ns + outcome->cost_ns);
}
