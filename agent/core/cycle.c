#include "cycle.h"

#include <string.h>

#include "trimagent/clock.h"
#include "trimagent/log.h"
#include "trimagent/process_memory.h"
#include "trimagent/quantity.h"
#include "trimagent/signals.h"
#include "trimmer.h"

/* So long the figures of the container around serve again. */
#define SURROUNDINGS_FRESH_NS (500 * TRIM_NS_PER_MS)

void trim_cycle_init(struct trim_cycle *cycle, const struct trim_worker_config *config)
{
    cycle->config = config;
    /* The end of the VM may read the totals at any time. */
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.dry = config->options.dry_run != 0;
    (void)pthread_mutex_unlock(&cycle->lock);
    /*
     * The classes loaded so far are part of the first burst: they are the application's start-up.
     * Those unloaded so far are not, since on late attach they may be of any age.
     */
    trim_surroundings_init(&cycle->surroundings, config->root, &config->options,
                           config->allocator->trim != NULL);
    trim_policy_init(&cycle->policy, &config->options, trim_clock_now_ns(),
                     trim_vm_counters_unloaded(config->counters));
}

void trim_cycle_read_totals(struct trim_cycle *cycle, struct trim_totals *totals)
{
    (void)pthread_mutex_lock(&cycle->lock);
    *totals = cycle->totals;
    (void)pthread_mutex_unlock(&cycle->lock);
}

bool trim_cycle_stop(struct trim_cycle *cycle, struct trim_totals *totals)
{
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->stopped = true;
    trim_cancel_request(&cycle->cancel);
    bool trimming = cycle->trimming;
    *totals = cycle->totals;
    (void)pthread_mutex_unlock(&cycle->lock);
    return trimming;
}

/*
 * The container's figures beside a look at the process. Follow-ups look each tenth of a second, and
 * reading a dozen files each time would cost more than the look itself.
 */
static void look_around(struct trim_cycle *cycle, struct trim_observation *observation)
{
    uint64_t now_ns = trim_clock_now_ns();
    if (cycle->looked_ns != 0 && now_ns - cycle->looked_ns < SURROUNDINGS_FRESH_NS) {
        trim_surroundings_show(&cycle->surroundings, observation);
        return;
    }
    cycle->looked_ns = now_ns;
    trim_surroundings_look(&cycle->surroundings, observation);
    /* The first of two readings, where one estimate is all that follows. */
    (void)trim_surroundings_throttled(&cycle->surroundings);
}

/* Takes the measurement that the policy asks for. */
static void measure(struct trim_cycle *cycle, enum trim_look look,
                    struct trim_observation *observation, struct trim_estimate *estimate)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    observation->look = look;
    observation->failed = false;
    switch (look) {
    case TRIM_LOOK_NONE:
        break;
    case TRIM_LOOK_PROCESS:
        observation->failed = trim_process_rss(cycle->config->proc, &observation->rss_bytes) != 0;
        observation->minor_faults = trim_process_minor_faults();
        look_around(cycle, observation);
        break;
    case TRIM_LOOK_MOVEMENT:
        observation->failed = trim_process_rss(cycle->config->proc, &observation->rss_bytes) != 0;
        break;
    case TRIM_LOOK_ROOM:
        trim_surroundings_look(&cycle->surroundings, observation);
        break;
    case TRIM_LOOK_THROTTLE:
        observation->throttled = trim_surroundings_throttled(&cycle->surroundings);
        break;
    case TRIM_LOOK_REFAULT:
        observation->failed = allocator->refaulted == NULL ||
                              allocator->refaulted(&observation->refaulted_bytes) != 0;
        break;
    case TRIM_LOOK_ESTIMATE:
        observation->failed =
            trim_trimmer_estimate(cycle, trim_room_threshold(&cycle->policy.room), estimate) != 0;
        observation->throttled = trim_surroundings_throttled(&cycle->surroundings);
        observation->expected_bytes = estimate->expected_bytes;
        observation->bound_only = estimate->bound_only || estimate->resident_assumed;
        observation->cost_ns = estimate->cpu_ns;
        break;
    }
}

static void take_signals(const struct trim_cycle *cycle, uint64_t demands,
                         struct trim_signals *signals, struct trim_observation *observation)
{
    trim_signals_read(signals);
    observation->old_pauses = signals->old_pauses;
    observation->last_old_ns = signals->last_old_ns;
    observation->class_changes =
        signals->class_loads + trim_vm_counters_unloaded(cycle->config->counters);
    observation->demands = demands;
    observation->pressures = cycle->surroundings.pressures;
    observation->usage_bytes = cycle->surroundings.limit.usage_bytes;
    /* Read last: no signal may seem to come from the future. */
    observation->now_ns = trim_clock_now_ns();
}

static void log_skip(const struct trim_cycle *cycle, const struct trim_decision *decision)
{
    if (decision->skip == TRIM_SKIP_NONE || !trim_log_enabled(TRIM_LOG_DEBUG)) {
        return;
    }
    char line[TRIM_LOG_LINE_MAX];
    struct trim_text text;
    trim_text_init(&text, line, sizeof line);
    trim_decision_add_skip(&text, decision, trim_room_threshold(&cycle->policy.room));
    trim_log_text(TRIM_LOG_DEBUG, line);
}

/* Tells what a trim has turned out to be, once it is known. */
static void log_verdict(struct trim_cycle *cycle)
{
    enum trim_verdict verdict = cycle->policy.cooldown.verdict;
    enum trim_verdict before = cycle->told_verdict;
    cycle->told_verdict = verdict;
    bool bad = verdict == TRIM_VERDICT_USELESS || verdict == TRIM_VERDICT_REGRETTED;
    if (verdict == before || (!bad && verdict != TRIM_VERDICT_GOOD)) {
        return;
    }
    char line[TRIM_LOG_LINE_MAX];
    struct trim_text text;
    trim_text_init(&text, line, sizeof line);
    trim_verdict_add(&text, trim_totals_trims(&cycle->totals), &cycle->policy.cooldown);
    trim_log_text(bad ? TRIM_LOG_INFO : TRIM_LOG_DEBUG, line);
}

static void copy_policy_counts(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    struct trim_totals *totals = &cycle->totals;
    totals->considered = cycle->policy.considered;
    memcpy(totals->skips, cycle->policy.skips, sizeof totals->skips);
    totals->useless = cycle->policy.cooldown.useless;
    totals->regretted = cycle->policy.cooldown.regretted;
    totals->cooldown_ns = cycle->policy.cooldown.length_ns;
    totals->verdict = cycle->policy.cooldown.verdict;
    (void)pthread_mutex_unlock(&cycle->lock);
}

static void count_wake_up(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.wake_ups++;
    (void)pthread_mutex_unlock(&cycle->lock);
}

void trim_cycle_run(struct trim_cycle *cycle, uint64_t demands, struct trim_cycle_wait *wait)
{
    struct trim_estimate estimate = {0};
    struct trim_decision decision = {.look = TRIM_LOOK_NONE};
    struct trim_signals signals;
    do {
        struct trim_observation observation = {0};
        measure(cycle, decision.look, &observation, &estimate);
        take_signals(cycle, demands, &signals, &observation);
        trim_policy_step(&cycle->policy, &observation, &decision);
        copy_policy_counts(cycle);
        log_verdict(cycle);
        log_skip(cycle, &decision);
        trim_surroundings_tell(&cycle->surroundings, &cycle->policy.room, &decision,
                               observation.now_ns);
        if (decision.action == TRIM_TRIM && !trim_trimmer_carry_out(cycle, &decision, &estimate)) {
            break; /* The process is ending. */
        }
        if (decision.action == TRIM_TRIM) {
            cycle->told_verdict = TRIM_VERDICT_OPEN;
        }
    } while (decision.action != TRIM_WAIT);
    count_wake_up(cycle);
    wait->wake_ns = decision.wake_ns;
    wait->arm_class_loads = decision.arm_classes == UINT64_MAX
                                ? UINT64_MAX
                                : signals.class_loads + decision.arm_classes;
}
