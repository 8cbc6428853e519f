#include "policy_decide.h"

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

/* The longest that throttling puts a trim off, and the time between looks: twenty and two of the
 * kernel's usual periods of 100 ms. */
#define THROTTLED_MAX_NS (2 * TRIM_NS_PER_S)
#define THROTTLED_GAP_NS (200 * TRIM_NS_PER_MS)

/* Where memory is short the ration puts an estimate off by so much at most. */
#define URGENT_RATION_NS (5 * TRIM_NS_PER_S)
/* Or by so many times its cost, where that is longer: 1 % of a core is the most. */
#define URGENT_REST 100

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
    wake_ns = trim_min(wake_ns, trim_min(policy->room_due_ns, look_ns));
    if (policy->stage == TRIM_STAGE_IDLE) {
        /* Only there it is served; elsewhere it would be a wake-up in the past. */
        wake_ns = trim_min(wake_ns, policy->cooldown.recheck_due_ns);
    }
    decision->action = TRIM_WAIT;
    decision->wake_ns = trim_max(wake_ns, now_ns + 1);
    bool started = now_ns >= policy->started_ns;
    decision->arm_classes = started ? trim_triggers_arm(&policy->triggers) : UINT64_MAX;
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

static uint64_t cooldown_end_ns(const struct trim_policy *policy)
{
    bool urgent = trim_room_urgent(&policy->room) || policy->triggers.pressure_pending;
    return trim_cooldown_end_ns(&policy->cooldown, urgent);
}

/* When the next consideration can begin, as far as can be told now. */
static uint64_t next_start_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    return trim_max(trim_triggers_due_ns(&policy->triggers, now_ns), cooldown_end_ns(policy));
}

/* Counts a pause or a burst that has to wait for the cooldown's end. */
static void note_cooldown(struct trim_policy *policy, uint64_t now_ns,
                          struct trim_decision *decision)
{
    uint64_t due_ns = trim_triggers_due_ns(&policy->triggers, now_ns);
    if (trim_triggers_event_waits(&policy->triggers) && due_ns < cooldown_end_ns(policy)) {
        decision->reason = trim_triggers_foremost(&policy->triggers, due_ns);
        defer(policy, TRIM_SKIP_COOLDOWN, decision);
    }
}

/* Whether the policy waits, so that the room may be looked at between. */
static bool is_waiting(const struct trim_policy *policy, uint64_t now_ns)
{
    switch (policy->stage) {
    case TRIM_STAGE_IDLE:
        /* A consideration that begins now looks at the room itself. */
        return next_start_ns(policy, now_ns) > now_ns;
    case TRIM_STAGE_FIRST:
        return policy->waits;
    case TRIM_STAGE_CONFIRM:
    case TRIM_STAGE_THROTTLED:
        return true;
    case TRIM_STAGE_PROCESS:
    case TRIM_STAGE_SECOND:
    case TRIM_STAGE_RECHECK:
        break;
    }
    return false;
}

bool trim_decide_room(struct trim_policy *policy, uint64_t now_ns, enum trim_look looked,
                      struct trim_decision *decision)
{
    /* A measurement that was asked for is judged first. */
    if (looked != TRIM_LOOK_NONE || policy->room_due_ns > now_ns || !is_waiting(policy, now_ns)) {
        return false;
    }
    decide_look(policy, TRIM_LOOK_ROOM, decision);
    return true;
}

void trim_decide_idle(struct trim_policy *policy, uint64_t now_ns, enum trim_look looked,
                      struct trim_decision *decision)
{
    if (policy->cooldown.recheck_due_ns <= now_ns) {
        policy->stage = TRIM_STAGE_RECHECK;
        decide_look(policy, TRIM_LOOK_REFAULT, decision);
        return;
    }
    uint64_t start_ns = next_start_ns(policy, now_ns);
    if (policy->triggers.burst.active && looked != TRIM_LOOK_MOVEMENT) {
        /* So that the first look after the burst knows whether the process still grows. */
        decide_look(policy, TRIM_LOOK_MOVEMENT, decision);
        return;
    }
    if (start_ns > now_ns) {
        note_cooldown(policy, now_ns, decision);
        decide_wait(policy, now_ns, start_ns, decision);
        return;
    }
    policy->reason = trim_triggers_foremost(&policy->triggers, now_ns);
    policy->event = trim_triggers_event_waits(&policy->triggers);
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
    if (policy->stage != TRIM_STAGE_FIRST) {
        policy->stage = TRIM_STAGE_FIRST;
        policy->first_since_ns = now_ns;
    }
    uint64_t ready_ns =
        trim_ration_ready_ns(&policy->ration, now_ns, policy->last_estimate_cost_ns);
    if (trim_room_urgent(&policy->room) || policy->reason == TRIM_REASON_PRESSURE) {
        uint64_t most_ns = trim_max(URGENT_RATION_NS, policy->last_estimate_cost_ns * URGENT_REST);
        ready_ns = trim_min(ready_ns, policy->first_since_ns + most_ns);
    }
    policy->waits = ready_ns > now_ns;
    if (policy->waits) {
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
    if (!policy->confirm.event && trim_triggers_event_waits(&policy->triggers)) {
        /* The looks of a check may be far apart; an event does not wait for the next. */
        due_ns = trim_min(due_ns, trim_triggers_due_ns(&policy->triggers, now_ns));
    }
    if (moving || due_ns > now_ns) {
        decide_wait(policy, now_ns, moving ? TRIM_NEVER : due_ns, decision);
        return;
    }
    /* Not rationed: the first estimate has made it likely that this one pays. */
    policy->stage = TRIM_STAGE_SECOND;
    decide_look(policy, TRIM_LOOK_ESTIMATE, decision);
}

/* Puts the trim off until the throttling is looked at again. */
static void wait_throttled(struct trim_policy *policy, uint64_t now_ns,
                           struct trim_decision *decision)
{
    policy->throttle_due_ns = now_ns + THROTTLED_GAP_NS;
    decision->reason = policy->reason;
    defer(policy, TRIM_SKIP_THROTTLED, decision);
    decide_wait(policy, now_ns, policy->throttle_due_ns, decision);
}

/*
 * A throttled thread that holds an arena's lock keeps everybody from it until its cgroup's next
 * slice. So a trim waits while the quota bites, but not for ever: a process that is always
 * throttled needs its memory back too.
 */
void trim_decide_unthrottled(struct trim_policy *policy, uint64_t now_ns, bool throttled,
                             uint64_t expected_bytes, struct trim_decision *decision)
{
    if (!throttled) {
        trim_decide_trim(policy, now_ns, expected_bytes, decision);
        return;
    }
    policy->stage = TRIM_STAGE_THROTTLED;
    policy->throttled_since_ns = now_ns;
    wait_throttled(policy, now_ns, decision);
}

void trim_decide_throttled(struct trim_policy *policy, uint64_t now_ns, bool looked, bool throttled,
                           struct trim_decision *decision)
{
    if (!looked && policy->throttle_due_ns <= now_ns) {
        decide_look(policy, TRIM_LOOK_THROTTLE, decision);
    } else if (!looked) {
        decide_wait(policy, now_ns, policy->throttle_due_ns, decision);
    } else if (throttled && now_ns - policy->throttled_since_ns < THROTTLED_MAX_NS) {
        wait_throttled(policy, now_ns, decision);
    } else {
        decide_look(policy, TRIM_LOOK_ESTIMATE, decision);
    }
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
