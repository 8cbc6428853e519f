#include "trimagent/policy.h"

#include <string.h>

#include "policy_decide.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"

/* The first look at the room: a JVM that has ended by then does not pay for it. */
#define FIRST_ROOM_NS (500 * TRIM_NS_PER_MS)

/* The most looks of a watermark check: one each 25 ms by default. Bursts of 10 ms four times a
 * second escaped a hundred looks in one run of three. */
#define CHECK_LOOKS_MAX 400
/* Where memory was seen in use, for so many checks it must not have been. */
#define REUSED_CHECKS 2

static uint64_t signals_sum(const struct trim_observation *observation)
{
    return observation->old_pauses + observation->class_changes;
}

/* Whether the room is looked at beside the looks at the process: never where nobody asked. */
static bool is_room_wanted(const struct trim_options *options)
{
    bool checked = options->urgent_percent != 0 && options->check_ns != 0 &&
                   trim_triggers_on(options, TRIM_REASON_WATERMARK);
    return checked || trim_triggers_on(options, TRIM_REASON_PRESSURE);
}

void trim_policy_init(struct trim_policy *policy, const struct trim_options *options,
                      uint64_t now_ns, uint64_t class_changes)
{
    memset(policy, 0, sizeof *policy);
    policy->options = *options;
    trim_triggers_init(&policy->triggers, options, now_ns, class_changes);
    trim_ration_init(&policy->ration, now_ns);
    trim_room_init(&policy->room, options);
    policy->room_due_ns = is_room_wanted(options) ? now_ns + FIRST_ROOM_NS : TRIM_NEVER;
    /* A burst that begins with the start is then seen by the look at the room. */
    policy->started_ns = is_room_wanted(options) ? policy->room_due_ns : now_ns;
    trim_movement_init(&policy->movement, trim_room_threshold(&policy->room));
    trim_cooldown_init(&policy->cooldown, options->cooldown_ns, options->max_cooldown_ns);
}

/* Takes in how full the memory is, and plans when that is looked at again. */
static void take_room(struct trim_policy *policy, const struct trim_observation *now)
{
    trim_room_take(&policy->room, now->limit_bytes, now->fill_known, now->fill_permille);
    trim_movement_scale(&policy->movement, trim_room_threshold(&policy->room));
    uint64_t hurry_ns = trim_room_check_ns(&policy->room);
    trim_triggers_hurry(&policy->triggers, now->now_ns, hurry_ns);
    uint64_t check_ns = policy->options.check_ns;
    bool again = check_ns != 0 && is_room_wanted(&policy->options);
    policy->room_due_ns = again ? now->now_ns + trim_min(hurry_ns, check_ns) : TRIM_NEVER;
}

/*
 * Whether a follow-up comes to a process that is as the last trim has left it. Another follow-up
 * must be planned, which looks whatever it finds, so that memory which was freed in place waits for
 * no longer than that.
 */
static bool follows_up_for_nothing(struct trim_policy *policy, const struct trim_observation *now)
{
    bool as_trimmed = trim_movement_as_trimmed(&policy->movement, now->rss_bytes, now->minor_faults,
                                               now->old_pauses, trim_room_threshold(&policy->room));
    bool follow_up = policy->reason != TRIM_REASON_WATERMARK && !policy->event;
    return as_trimmed && follow_up && policy->triggers.follow_due_ns != TRIM_NEVER;
}

static void judge_process(struct trim_policy *policy, const struct trim_observation *now,
                          struct trim_decision *decision)
{
    struct trim_movement *movement = &policy->movement;
    take_room(policy, now);
    uint64_t threshold_bytes = trim_room_threshold(&policy->room);
    if (now->failed) {
        /* Without /proc this look saves nothing, but the allocator's own figures may still serve.
         */
        trim_movement_forget(movement);
        trim_decide_first(policy, now->now_ns, decision);
        return;
    }
    bool for_nothing = follows_up_for_nothing(policy, now);
    bool watermark = policy->reason == TRIM_REASON_WATERMARK;
    /* Where memory is short nothing waits for a process to stop growing. */
    bool patient =
        !watermark && policy->reason != TRIM_REASON_PRESSURE && !trim_room_urgent(&policy->room);
    if (now->rss_bytes < threshold_bytes) {
        decision->expected_bytes = now->rss_bytes;
        decision->bound_only = true;
        trim_decide_skip(policy, TRIM_SKIP_BELOW_THRESHOLD, now->now_ns, decision);
    } else if (trim_movement_grows(movement, now->now_ns, now->rss_bytes, policy->event) &&
               patient && trim_triggers_follow_soon(&policy->triggers, now->now_ns)) {
        trim_decide_skip(policy, TRIM_SKIP_GROWING, now->now_ns, decision);
    } else if (for_nothing ||
               (watermark && trim_movement_unchanged(movement, now->rss_bytes, now->minor_faults,
                                                     signals_sum(now)))) {
        trim_decide_skip(policy, TRIM_SKIP_UNCHANGED, now->now_ns, decision);
    } else {
        trim_movement_rebase(movement, now->rss_bytes, now->minor_faults, signals_sum(now));
        trim_decide_first(policy, now->now_ns, decision);
    }
}

/*
 * How far the next look of a watermark check is, on average, after one of this cost: all of them
 * together cost no more than the ration's ceiling, so that dear estimates are not repeated under
 * the arenas' locks.
 */
static uint64_t check_gap_ns(const struct trim_policy *policy, uint64_t cost_ns)
{
    uint64_t watch_ns = policy->options.max_wait_ns;
    uint64_t looks = trim_min((uint64_t)TRIM_RATION_CEILING_NS / (cost_ns + 1), CHECK_LOOKS_MAX);
    return watch_ns / trim_max(looks, 1);
}

/* Takes in an estimate that has found enough. */
static enum trim_confirm_state confirm(struct trim_policy *policy,
                                       const struct trim_observation *now, bool first)
{
    const struct trim_options *options = &policy->options;
    if (options->confirm_ns == 0) {
        return TRIM_CONFIRM_HOLDS;
    }
    bool urgent = trim_room_urgent(&policy->room);
    if (!first) {
        /* An event that has come due meanwhile makes a check as good as that event's. */
        enum trim_reason due = trim_triggers_foremost(&policy->triggers, now->now_ns);
        policy->confirm.event |= due != TRIM_REASON_WATERMARK || urgent;
        if (!policy->confirm.event) {
            policy->confirm.gap_ns = check_gap_ns(policy, now->cost_ns);
        }
        return trim_confirm_look(&policy->confirm, now->now_ns, now->expected_bytes);
    }
    bool event = policy->reason != TRIM_REASON_WATERMARK || urgent;
    trim_confirm_begin(&policy->confirm, trim_room_threshold(&policy->room),
                       event ? options->confirm_ns : check_gap_ns(policy, now->cost_ns),
                       options->max_wait_ns, event, now->now_ns, now->expected_bytes);
    return TRIM_CONFIRM_AGAIN;
}

/* Whether a check that has seen nothing in use comes too soon after one that had: it does not prove
 * enough by itself. */
static bool is_reused_lately(const struct trim_policy *policy, uint64_t now_ns)
{
    const struct trim_options *options = &policy->options;
    bool check = policy->reason == TRIM_REASON_WATERMARK && !policy->confirm.event &&
                 options->confirm_ns != 0;
    return check && policy->reused_ns != 0 &&
           now_ns - policy->reused_ns < options->check_ns * REUSED_CHECKS;
}

/* Ends a consideration that has found memory in use again. */
static void skip_reused(struct trim_policy *policy, const struct trim_observation *now,
                        struct trim_decision *decision)
{
    policy->reused_ns = now->now_ns;
    decision->expected_bytes = now->expected_bytes;
    decision->bound_only = now->bound_only;
    trim_decide_skip(policy, TRIM_SKIP_REUSED, now->now_ns, decision);
}

static void judge_estimate(struct trim_policy *policy, const struct trim_observation *now,
                           struct trim_decision *decision)
{
    if (now->failed) {
        trim_decide_skip(policy, TRIM_SKIP_NO_ESTIMATE, now->now_ns, decision);
        return;
    }
    policy->last_estimate_cost_ns = now->cost_ns;
    if (!policy->next_look_paid) {
        policy->looks_cost_ns += now->cost_ns;
        trim_ration_spend(&policy->ration, now->now_ns, now->cost_ns);
    }
    policy->next_look_paid = false;

    bool first = policy->stage == TRIM_STAGE_FIRST;
    if (now->expected_bytes < trim_room_threshold(&policy->room)) {
        if (!first) {
            skip_reused(policy, now, decision);
            return;
        }
        decision->expected_bytes = now->expected_bytes;
        decision->bound_only = now->bound_only;
        trim_decide_skip(policy, TRIM_SKIP_BELOW_THRESHOLD, now->now_ns, decision);
        return;
    }
    if (policy->stage == TRIM_STAGE_THROTTLED) {
        trim_decide_trim(policy, now->now_ns, now->expected_bytes, decision);
        return;
    }
    switch (confirm(policy, now, first)) {
    case TRIM_CONFIRM_AGAIN:
        trim_decide_further(policy, now->now_ns, decision);
        break;
    case TRIM_CONFIRM_HOLDS:
        if (is_reused_lately(policy, now->now_ns)) {
            /* The next check looks again, whatever the process has done. */
            trim_movement_forget(&policy->movement);
            decision->expected_bytes = now->expected_bytes;
            trim_decide_skip(policy, TRIM_SKIP_REUSED, now->now_ns, decision);
            break;
        }
        trim_decide_unthrottled(policy, now->now_ns, now->throttled, now->expected_bytes, decision);
        break;
    case TRIM_CONFIRM_FALLS:
        skip_reused(policy, now, decision);
        break;
    }
}

static void judge_recheck(struct trim_policy *policy, const struct trim_observation *now,
                          struct trim_decision *decision)
{
    policy->stage = TRIM_STAGE_IDLE;
    trim_cooldown_recheck(&policy->cooldown, !now->failed, now->refaulted_bytes);
    trim_decide_idle(policy, now->now_ns, now->look, decision);
}

void trim_policy_step(struct trim_policy *policy, const struct trim_observation *observation,
                      struct trim_decision *decision)
{
    uint64_t now_ns = observation->now_ns;
    memset(decision, 0, sizeof *decision);
    decision->wake_ns = now_ns;
    trim_triggers_observe(&policy->triggers, now_ns, observation->old_pauses,
                          observation->last_old_ns, observation->class_changes);
    trim_triggers_pressure(&policy->triggers, now_ns, observation->pressures,
                           observation->usage_bytes, trim_room_threshold(&policy->room));

    if (observation->demands != policy->seen_demands) {
        policy->seen_demands = observation->demands;
        policy->reason = TRIM_REASON_DEMAND;
        policy->looks_cost_ns = 0;
        policy->considered++;
        trim_decide_trim(policy, now_ns, 0, decision);
        return;
    }
    if (observation->look == TRIM_LOOK_ROOM) {
        take_room(policy, observation);
    } else if (observation->look == TRIM_LOOK_MOVEMENT && !observation->failed) {
        (void)trim_movement_grows(&policy->movement, now_ns, observation->rss_bytes, false);
    } else if (trim_decide_room(policy, now_ns, observation->look, decision)) {
        return;
    }
    switch (policy->stage) {
    case TRIM_STAGE_IDLE:
        trim_decide_idle(policy, now_ns, observation->look, decision);
        break;
    case TRIM_STAGE_PROCESS:
        judge_process(policy, observation, decision);
        break;
    case TRIM_STAGE_FIRST:
        if (observation->look == TRIM_LOOK_ESTIMATE) {
            judge_estimate(policy, observation, decision);
        } else {
            trim_decide_first(policy, now_ns, decision);
        }
        break;
    case TRIM_STAGE_CONFIRM:
        trim_decide_further(policy, now_ns, decision);
        break;
    case TRIM_STAGE_SECOND:
        judge_estimate(policy, observation, decision);
        break;
    case TRIM_STAGE_THROTTLED:
        if (observation->look == TRIM_LOOK_ESTIMATE) {
            judge_estimate(policy, observation, decision);
        } else {
            trim_decide_throttled(policy, now_ns, observation->look == TRIM_LOOK_THROTTLE,
                                  observation->throttled, decision);
        }
        break;
    case TRIM_STAGE_RECHECK:
        judge_recheck(policy, observation, decision);
        break;
    }
}
