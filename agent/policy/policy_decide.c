#include "policy_decide.h"

#include <math.h>

#include "quantity.h"

/* With checks off, the limit is read again for an estimate after so long. */
#define ROOM_STALE_NS (60 * TRIM_NS_PER_S)

/* A process at rest is not looked at again before it has used so much CPU: an idle JVM takes longer
 * than a common interval of checks for it, and loading 100 MiB less. */
#define REST_CPU_NS (32.0 * (double)TRIM_NS_PER_MS)
/* One that takes more at rest wakes nobody more than once in a check either, up to this. */
#define IDLE_TIMES 1.25
#define REST_CPU_MOST_NS (64.0 * (double)TRIM_NS_PER_MS)
/* Where that pays it is looked at after half and a quarter of it, since loading 16 MiB takes 8 ms.
 * Not any more after so many times in vain. */
#define REST_HALVINGS_MAX 2
#define REST_VAIN_MAX 3

void trim_decide_skip(struct trim_policy *policy, enum trim_skip skip,
                      struct trim_decision *decision)
{
    policy->skips[skip]++;
    decision->skip = skip;
}

/* Counts once what has to wait, however often it is asked for. */
static void defer(struct trim_policy *policy, enum trim_skip skip, uint64_t now_ns,
                  struct trim_decision *decision)
{
    if (policy->deferred != skip) {
        policy->deferred = skip;
        decision->reason = trim_looks_reason(&policy->looks, now_ns);
        trim_decide_skip(policy, skip, decision);
    }
}

static void ask(enum trim_look look, struct trim_decision *decision)
{
    decision->action = TRIM_LOOK;
    decision->look = look;
}

/* Where memory is short nothing waits for a process to stop growing. */
static bool is_loading(const struct trim_policy *policy, uint64_t now_ns)
{
    bool urgent = trim_price_urgent(&policy->price, now_ns);
    return trim_signs_loading(&policy->signs, now_ns, urgent ? 0 : policy->config.max_wait_ns);
}

/* Where memory is short, no cooldown is longer than a second. */
static uint64_t cooldown_end_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    bool urgent = trim_price_urgent(&policy->price, now_ns);
    return urgent ? trim_min(policy->cooldown_ends_ns, policy->last_trim_ns + TRIM_NS_PER_S)
                  : policy->cooldown_ends_ns;
}

/* When the next estimate is wanted, whatever stands against it. */
static uint64_t estimate_due_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    const struct trim_watch *watch = &policy->watch;
    uint64_t due_ns = trim_looks_due_ns(&policy->looks, &policy->price, now_ns);
    bool sampled = watch->sample == TRIM_SAMPLE_LAID;
    return watch->on && !sampled
               ? trim_min(due_ns, trim_watch_due_ns(watch, &policy->price, now_ns, policy->cpu_ns))
               : due_ns;
}

/* When the sample of what is watched is to be read. */
static uint64_t sample_due_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    bool laid = policy->watch.on && policy->watch.sample == TRIM_SAMPLE_LAID;
    return laid ? trim_watch_due_ns(&policy->watch, &policy->price, now_ns, 0) : TRIM_NEVER;
}

/* Whether only the rate at which memory comes free without a sign makes a look due. */
static bool is_unannounced(const struct trim_policy *policy, uint64_t now_ns)
{
    return !policy->watch.on &&
           trim_looks_reason(&policy->looks, now_ns) == TRIM_REASON_WATERMARK &&
           policy->looks.events[TRIM_REASON_WATERMARK].pending_bytes <= 0;
}

/* Whether the limit matters for an estimate, and has not been read lately. */
static bool is_room_stale(const struct trim_policy *policy, uint64_t now_ns)
{
    const struct trim_price_config *config = &policy->config.price;
    uint64_t check_ns = policy->config.check_ns;
    uint64_t stale_ns = check_ns != 0 ? check_ns * 2 : ROOM_STALE_NS;
    return (config->urgent_percent != 0 || config->threshold_percent != 0) &&
           now_ns - policy->room_at_ns >= stale_ns;
}

/* Whether the process's figures tell of anything that is wanted: such as the end of a burst of page
 * faults, which a look may wait for. */
static bool is_polled(const struct trim_policy *policy)
{
    bool wanted =
        policy->looks.unannounced || trim_triggers_on(&policy->triggers, TRIM_REASON_GROWTH);
    bool followed = trim_earnings_followed(&policy->earnings);
    return wanted || followed || policy->signs.loading;
}

/* Whether the process was at rest when it was last looked at; its own CPU time then tells when it
 * is worth another look. */
static bool is_at_rest(const struct trim_policy *policy, uint64_t now_ns)
{
    return is_polled(policy) && !policy->blind && policy->signs.seen && !policy->signs.working &&
           !is_loading(policy, now_ns);
}

/* The CPU time of the process at which its rest is over: what it takes at rest does not count. */
static uint64_t rest_ends_cpu_ns(const struct trim_policy *policy)
{
    double idle_ns = policy->signs.idle_share * (double)policy->config.check_ns * IDLE_TIMES;
    double cpu_ns = fmin(fmax(idle_ns, REST_CPU_NS), REST_CPU_MOST_NS);
    return policy->signs.last.cpu_ns + ((uint64_t)cpu_ns >> policy->rest_halvings);
}

static bool is_rest_over(const struct trim_policy *policy, uint64_t now_ns)
{
    return is_at_rest(policy, now_ns) && policy->cpu_ns >= rest_ends_cpu_ns(policy);
}

void trim_decide_rest_paid(struct trim_policy *policy)
{
    policy->rest_halvings += policy->rest_halvings < REST_HALVINGS_MAX;
    policy->rest_vain = 0;
}

/* Asks for the process's figures. Where its rest is over, that counts as in vain until something is
 * released. */
static void read_process(struct trim_policy *policy, uint64_t now_ns,
                         struct trim_decision *decision)
{
    ask(TRIM_LOOK_PROCESS, decision);
    if (is_rest_over(policy, now_ns) && ++policy->rest_vain > REST_VAIN_MAX &&
        policy->rest_halvings != 0) {
        policy->rest_halvings--;
        policy->rest_vain = 0;
    }
}

/* Decides on an estimate that is due. Returns false where it is not taken now. */
static bool decide_estimate(struct trim_policy *policy, uint64_t now_ns,
                            struct trim_decision *decision)
{
    if (cooldown_end_ns(policy, now_ns) > now_ns) {
        defer(policy, TRIM_SKIP_COOLDOWN, now_ns, decision);
        return false;
    }
    if (is_room_stale(policy, now_ns)) {
        ask(TRIM_LOOK_ROOM, decision);
        return true;
    }
    if (!policy->blind && trim_signs_fresh_until_ns(&policy->signs) <= now_ns) {
        read_process(policy, now_ns, decision);
        return true;
    }
    if (is_loading(policy, now_ns)) {
        defer(policy, TRIM_SKIP_GROWING, now_ns, decision);
        return false;
    }
    policy->deferred = TRIM_SKIP_NONE;
    decision->reason = trim_looks_reason(&policy->looks, now_ns);
    bool unmoved = is_unannounced(policy, now_ns)
                       ? !trim_signs_moved(&policy->signs)
                       : !policy->watch.on && trim_signs_still(&policy->signs);
    if (!policy->blind && unmoved) {
        trim_looks_taken(&policy->looks, now_ns);
        trim_decide_skip(policy, TRIM_SKIP_UNCHANGED, decision);
        return false;
    }
    ask(TRIM_LOOK_ESTIMATE, decision);
    return true;
}

/* When the process's figures are to be read again; TRIM_NEVER: when it has used more CPU. */
static uint64_t poll_due_ns(const struct trim_policy *policy, uint64_t now_ns)
{
    if (!is_at_rest(policy, now_ns)) {
        return is_polled(policy) ? policy->poll_due_ns : TRIM_NEVER;
    }
    return is_rest_over(policy, now_ns) ? trim_signs_fresh_until_ns(&policy->signs) : TRIM_NEVER;
}

/* Waits for the next moment. A process at rest is left alone until it works again, or something has
 * told of freed memory. */
static void wait(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    bool rests = is_at_rest(policy, now_ns);
    uint64_t wake_ns = trim_min(policy->room_due_ns, trim_triggers_look_ns(&policy->triggers));
    uint64_t cpu_ns = UINT64_MAX;
    uint64_t poll_ns = poll_due_ns(policy, now_ns);
    if (rests && poll_ns == TRIM_NEVER) {
        cpu_ns = rest_ends_cpu_ns(policy);
    }
    wake_ns = trim_min(trim_min(wake_ns, poll_ns), sample_due_ns(policy, now_ns));
    uint64_t watch_cpu_ns = trim_watch_due_cpu_ns(&policy->watch, &policy->price);
    /* What is due already waits for something else. */
    if (watch_cpu_ns > policy->cpu_ns) {
        cpu_ns = trim_min(cpu_ns, watch_cpu_ns);
    }
    if (!is_loading(policy, now_ns)) {
        uint64_t due_ns = rests && !policy->watch.on
                              ? trim_looks_event_due_ns(&policy->looks, &policy->price, now_ns)
                              : estimate_due_ns(policy, now_ns);
        wake_ns = trim_min(wake_ns, trim_max(due_ns, cooldown_end_ns(policy, now_ns)));
    }
    bool started = now_ns >= policy->started_ns;
    if (!started && trim_triggers_on(&policy->triggers, TRIM_REASON_RELOAD)) {
        /* Class loads are armed then. */
        wake_ns = trim_min(wake_ns, policy->started_ns);
    }
    decision->action = TRIM_WAIT;
    decision->wake_ns = trim_max(wake_ns, now_ns + 1);
    decision->wake_cpu_ns = cpu_ns;
    decision->arm_classes = started ? trim_triggers_arm(&policy->triggers) : UINT64_MAX;
}

void trim_decide_next(struct trim_policy *policy, uint64_t now_ns, struct trim_decision *decision)
{
    if (policy->room_due_ns <= now_ns) {
        ask(TRIM_LOOK_ROOM, decision);
        return;
    }
    if (policy->earnings.wants_exact && !is_loading(policy, now_ns)) {
        ask(TRIM_LOOK_REFAULT, decision);
        return;
    }
    if (policy->watch.on && policy->watch.sample == TRIM_SAMPLE_WANTED) {
        ask(TRIM_LOOK_LAY, decision);
        return;
    }
    if (sample_due_ns(policy, now_ns) <= now_ns) {
        ask(TRIM_LOOK_SAMPLE, decision);
        return;
    }
    uint64_t due_ns = estimate_due_ns(policy, now_ns);
    bool left_alone = is_at_rest(policy, now_ns) && is_unannounced(policy, now_ns) &&
                      !trim_signs_worked(&policy->signs, now_ns, policy->cpu_ns);
    if (due_ns <= now_ns && !left_alone && decide_estimate(policy, now_ns, decision)) {
        return;
    }
    if (poll_due_ns(policy, now_ns) <= now_ns) {
        read_process(policy, now_ns, decision);
        return;
    }
    wait(policy, now_ns, decision);
}
