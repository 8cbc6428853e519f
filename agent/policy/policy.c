#include "policy.h"

#include <string.h>

#include "policy_decide.h"
#include "policy_take.h"
#include "quantity.h"

/* The first look at the room: a JVM that has ended by then does not pay for it. */
#define FIRST_ROOM_NS (500 * TRIM_NS_PER_MS)

void trim_policy_init(struct trim_policy *policy, const struct trim_policy_config *config,
                      uint64_t now_ns, uint64_t class_changes)
{
    memset(policy, 0, sizeof *policy);
    policy->config = *config;
    trim_price_init(&policy->price, &config->price);
    trim_triggers_init(&policy->triggers, &config->triggers, now_ns, class_changes);
    bool unannounced = trim_triggers_on(&policy->triggers, TRIM_REASON_WATERMARK);
    trim_looks_init(&policy->looks, config->check_ns, unannounced, now_ns);
    policy->room_due_ns = trim_take_is_room_wanted(policy) ? now_ns + FIRST_ROOM_NS : TRIM_NEVER;
    policy->room_at_ns = now_ns;
    policy->poll_due_ns = now_ns + FIRST_ROOM_NS;
    /* A burst that begins with the start is then seen by the first look. */
    policy->started_ns = now_ns + FIRST_ROOM_NS;
}

/* What a dry run has decided on is there to be released now, for the same reason. */
static void end_dry_run(struct trim_policy *policy, uint64_t now_ns)
{
    if (policy->dry_bytes != 0 && trim_triggers_on(&policy->triggers, policy->dry_reason)) {
        trim_looks_expect(&policy->looks, policy->dry_reason, now_ns, now_ns,
                          (double)policy->dry_bytes);
        /* Nothing need have moved since the last look. */
        policy->signs.marked = false;
    }
    policy->dry_bytes = 0;
}

void trim_policy_configure(struct trim_policy *policy, const struct trim_policy_config *config,
                           uint64_t now_ns)
{
    policy->config = *config;
    policy->price.config = config->price;
    trim_triggers_configure(&policy->triggers, &config->triggers);
    if (!config->dry_run) {
        end_dry_run(policy, now_ns);
    }
    bool unannounced = trim_triggers_on(&policy->triggers, TRIM_REASON_WATERMARK);
    trim_looks_configure(&policy->looks, config->check_ns, unannounced, config->triggers.on);
    bool room_wanted = trim_take_is_room_wanted(policy);
    policy->room_due_ns = room_wanted ? trim_max(now_ns, policy->started_ns) : TRIM_NEVER;
    if (policy->last_trim_ns != 0) {
        policy->cooldown_ends_ns = policy->last_trim_ns + config->cooldown_ns;
    }
    /* Times of reading that were chosen by the old one end now. */
    policy->poll_due_ns = trim_min(policy->poll_due_ns, trim_max(now_ns, policy->started_ns));
}

/* What was watched comes and goes, or is in use again. */
static void end_watch(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    struct trim_watch *watch = &policy->watch;
    watch->on = false;
    trim_patience_learn(&policy->patience, watch->reason, (double)watch->last_bytes,
                        trim_watch_lain_ns(watch, &policy->price, now_ns));
    trim_looks_settled(&policy->looks, watch->reason, now_ns, 0);
    trim_decide_skip(policy, TRIM_SKIP_REUSED, decision);
}

/* Whether memory is worth releasing at once, going by how long such memory lies. */
static bool pays_at_once(const struct trim_policy *policy, enum trim_reason reason, uint64_t now_ns,
                         uint64_t bytes)
{
    double mean_ns = trim_patience_mean_ns(&policy->patience, reason, (double)bytes);
    double rent_ns = trim_price_rent_ns(&policy->price, now_ns, (double)bytes, mean_ns);
    return rent_ns * TRIM_PATIENCE_DOUBT >= trim_price_round_trip_ns(&policy->price, (double)bytes);
}

/* The part of its costs that memory must have paid before it is released. */
static double share_of(const struct trim_policy *policy, enum trim_reason reason, uint64_t now_ns,
                       uint64_t bytes)
{
    double break_even_ns = trim_price_break_even_ns(&policy->price, now_ns);
    double share = trim_patience_share(&policy->patience, reason, (double)bytes, break_even_ns);
    bool waits = policy->price.throttled || !pays_at_once(policy, reason, now_ns, bytes);
    return share == 0 && waits ? 1 : share;
}

/* Takes an estimate that has found enough into the watch. */
static void watch(struct trim_policy *policy, const struct trim_observation *now)
{
    struct trim_watch *watch = &policy->watch;
    uint64_t now_ns = now->now_ns;
    uint64_t bytes = now->expected_bytes;
    enum trim_reason reason = trim_looks_reason(&policy->looks, now_ns);
    if (!watch->on) {
        trim_watch_begin(watch, now_ns, now->cpu_ns, reason, bytes);
    } else {
        trim_watch_look(watch, &policy->price, now_ns, now->cpu_ns, bytes);
        watch->reason = reason > watch->reason ? reason : watch->reason;
    }
    if (watch->sample == TRIM_SAMPLE_WANTED && policy->signs.loading) {
        /* It would take chunks that are about to be asked for. */
        trim_watch_laid(watch, false);
    }
    watch->share = share_of(policy, watch->reason, now_ns, bytes);
}

static void trim(struct trim_policy *policy, uint64_t expected_bytes,
                 struct trim_decision *decision)
{
    policy->expected_bytes = expected_bytes;
    decision->action = TRIM_TRIM;
    decision->reason = policy->reason;
    decision->expected_bytes = expected_bytes;
}

static void judge_enough(struct trim_policy *policy, const struct trim_observation *now,
                         struct trim_decision *decision)
{
    uint64_t now_ns = now->now_ns;
    bool began = !policy->watch.on;
    watch(policy, now);
    trim_looks_taken(&policy->looks, now_ns);
    decision->reason = policy->watch.reason;
    if (policy->watch.share == 0 || trim_watch_has_paid(&policy->watch, &policy->price)) {
        policy->reason = policy->watch.reason;
        policy->waited_ns = began ? 0 : trim_watch_lain_ns(&policy->watch, &policy->price, now_ns);
        trim(policy, now->expected_bytes, decision);
    } else if (trim_watch_is_vain(&policy->watch, &policy->price, now_ns)) {
        end_watch(policy, now_ns, decision);
    } else if (began) {
        trim_decide_skip(policy, TRIM_SKIP_WAITING, decision);
    }
}

static void judge_estimate(struct trim_policy *policy, const struct trim_observation *now,
                           struct trim_decision *decision)
{
    decision->reason = trim_looks_reason(&policy->looks, now->now_ns);
    policy->considered += policy->watch.on ? 0 : 1;
    if (now->failed) {
        policy->watch.on = false;
        trim_looks_taken(&policy->looks, now->now_ns);
        trim_decide_skip(policy, TRIM_SKIP_NO_ESTIMATE, decision);
        return;
    }
    policy->looks_cost_ns += (double)now->cost_ns;
    policy->price.throttled = now->throttled;
    trim_price_looked(&policy->price, now->cost_ns);
    trim_price_fault(&policy->price, now->fault_ps_per_byte);
    struct trim_vitals vitals = policy->signs.last;
    vitals.at_ns = now->now_ns;
    vitals.cpu_ns = now->cpu_ns;
    trim_signs_mark(&policy->signs, &vitals);

    policy->dry_bytes = trim_min(policy->dry_bytes, now->expected_bytes);
    struct trim_observation left = *now;
    left.expected_bytes -= policy->dry_bytes;
    decision->expected_bytes = left.expected_bytes;
    decision->bound_only = now->bound_only;
    if (left.expected_bytes >= trim_price_least_bytes(&policy->price, now->now_ns)) {
        judge_enough(policy, &left, decision);
    } else if (policy->watch.on) {
        decision->reason = policy->watch.reason;
        end_watch(policy, now->now_ns, decision);
    } else {
        trim_looks_taken(&policy->looks, now->now_ns);
        trim_decide_skip(policy, TRIM_SKIP_BELOW_THRESHOLD, decision);
    }
}

void trim_policy_step(struct trim_policy *policy, const struct trim_observation *observation,
                      struct trim_decision *decision)
{
    memset(decision, 0, sizeof *decision);
    decision->wake_ns = observation->now_ns;
    decision->wake_cpu_ns = UINT64_MAX;
    policy->cpu_ns = observation->cpu_ns;
    trim_take_signals(policy, observation);
    switch (observation->look) {
    case TRIM_LOOK_NONE:
        break;
    case TRIM_LOOK_PROCESS:
        trim_take_process(policy, observation);
        break;
    case TRIM_LOOK_ROOM:
        trim_take_room(policy, observation);
        break;
    case TRIM_LOOK_SAMPLE:
    case TRIM_LOOK_LAY:
        trim_take_sample(policy, observation);
        break;
    case TRIM_LOOK_REFAULT:
        trim_take_refault(policy, observation);
        break;
    case TRIM_LOOK_ESTIMATE:
        judge_estimate(policy, observation, decision);
        break;
    }
    if (decision->action == TRIM_TRIM) {
        return;
    }
    if (observation->demands != policy->seen_demands) {
        policy->seen_demands = observation->demands;
        policy->considered++;
        policy->reason = TRIM_REASON_DEMAND;
        policy->waited_ns = 0;
        trim(policy, 0, decision);
        return;
    }
    trim_decide_next(policy, observation->now_ns, decision);
}

void trim_policy_trimmed(struct trim_policy *policy, const struct trim_outcome *outcome)
{
    policy->deferred = TRIM_SKIP_NONE;
    policy->last_trim_ns = outcome->end_ns;
    policy->cooldown_ends_ns = outcome->end_ns + policy->config.cooldown_ns;
    double looks_ns = policy->looks_cost_ns + (double)outcome->cost_ns;
    policy->looks_cost_ns = 0;
    /* A dry run is followed up like a trim, and so is one whose effect nobody knows. */
    bool known = outcome->measured && !outcome->dry;
    uint64_t bytes = known ? outcome->released_bytes : policy->expected_bytes;
    trim_looks_settled(&policy->looks, policy->reason, outcome->end_ns, (double)bytes);
    if (bytes >= trim_price_least_bytes(&policy->price, outcome->end_ns)) {
        trim_decide_rest_paid(policy);
    }
    if (!known) {
        if (outcome->dry && policy->expected_bytes != 0) {
            policy->dry_bytes += policy->expected_bytes;
            policy->dry_reason = policy->reason;
        }
        policy->watch.on = false;
        return;
    }
    trim_watch_released(&policy->watch, outcome->end_ns, outcome->released_bytes);
    if (policy->watch.last_bytes < trim_price_least_bytes(&policy->price, outcome->end_ns)) {
        policy->watch.on = false;
    }
    trim_price_released(&policy->price, outcome->released_bytes, outcome->cpu_ns, outcome->cost_ns);
    struct trim_vitals vitals = policy->signs.last;
    vitals.at_ns = outcome->end_ns;
    if (outcome->seen_after) {
        vitals.rss_bytes = outcome->rss_bytes;
        vitals.minor_faults = outcome->minor_faults;
    }
    policy->earnings.huge_pages = outcome->huge_pages;
    /* What an operator asked for is not held against the policy, nor what gave way with a part. */
    bool partly = outcome->gave_way && outcome->released_bytes >=
                                           trim_price_least_bytes(&policy->price, outcome->end_ns);
    bool excused = policy->reason == TRIM_REASON_DEMAND || partly;
    struct trim_lot *lot = trim_earnings_release(
        &policy->earnings, policy->reason, policy->waited_ns, excused ? 0 : policy->expected_bytes,
        outcome->released_bytes, (double)outcome->cpu_ns + looks_ns, &vitals);
    lot->number = outcome->number != 0 ? outcome->number : lot->number;
    /* Until it is known how long it lies it is taken to pay. */
    bool useless = lot->verdict == TRIM_VERDICT_USELESS;
    double lies_ns = policy->waited_ns + trim_price_break_even_ns(&policy->price, outcome->end_ns);
    lot->time = trim_patience_learn(&policy->patience, lot->reason, (double)policy->expected_bytes,
                                    useless ? 0 : lies_ns);
    if (useless) {
        /* What no release reaches may seem free for ever: each attempt waits twice as long. */
        lot->learned = true;
        trim_patience_judge(&policy->patience, lot->reason, true);
        policy->watch.on = false;
        policy->known = *lot;
        trim_looks_regret(&policy->looks, lot->reason, (double)policy->expected_bytes);
    }
}
