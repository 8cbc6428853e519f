#include "cycle.h"

#include <string.h>

#include "clock.h"
#include "fault_price.h"
#include "notes.h"
#include "policy_config.h"
#include "process_memory.h"
#include "quantity.h"
#include "signals.h"
#include "trimmer.h"

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
    const struct trim_policy_config policy = trim_policy_config_of(&config->options);
    trim_policy_init(&cycle->policy, &policy, trim_clock_now_ns(),
                     trim_vm_counters_unloaded(config->counters));
    cycle->price_faults = true;
    trim_metering_init(&cycle->metering, &config->options, trim_clock_now_ns());
}

void trim_cycle_configure(struct trim_cycle *cycle)
{
    const struct trim_options *options = &cycle->config->options;
    const struct trim_policy_config policy = trim_policy_config_of(options);
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.dry = options->dry_run != 0;
    (void)pthread_mutex_unlock(&cycle->lock);
    trim_surroundings_configure(&cycle->surroundings, options);
    trim_policy_configure(&cycle->policy, &policy, trim_clock_now_ns());
    trim_metering_configure(&cycle->metering, options, trim_clock_now_ns());
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

/* CPU time of the application's threads, which the agent's own looks are no part of. */
static uint64_t others_cpu_ns(void)
{
    return trim_excess(trim_clock_process_cpu_ns(), trim_clock_thread_cpu_ns());
}

static void estimate(struct trim_cycle *cycle, struct trim_observation *observation,
                     struct trim_estimate *estimate)
{
    uint64_t least_bytes = trim_price_least_bytes(&cycle->policy.price, trim_clock_now_ns());
    observation->failed = trim_trimmer_estimate(cycle, least_bytes, estimate) != 0;
    observation->throttled = trim_surroundings_throttled(&cycle->surroundings);
    observation->expected_bytes = estimate->expected_bytes;
    observation->bound_only = estimate->bound_only || estimate->resident_assumed;
    observation->cost_ns = estimate->cpu_ns;
    if (cycle->price_faults && !observation->failed) {
        cycle->price_faults = false;
        observation->fault_ps_per_byte = trim_fault_price_ps_per_byte();
    }
}

/* Takes the measurement that the policy asks for. */
static void measure(struct trim_cycle *cycle, enum trim_look look,
                    struct trim_observation *observation, struct trim_estimate *estimated)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    uint64_t began_ns = 0;
    observation->look = look;
    observation->failed = false;
    switch (look) {
    case TRIM_LOOK_NONE:
        break;
    case TRIM_LOOK_PROCESS:
        began_ns = trim_clock_thread_cpu_ns();
        observation->failed = trim_process_rss(cycle->config->proc, &observation->rss_bytes) != 0;
        observation->minor_faults = trim_process_minor_faults();
        observation->cost_ns = trim_clock_thread_cpu_ns() - began_ns;
        break;
    case TRIM_LOOK_LAY:
        began_ns = trim_clock_thread_cpu_ns();
        /* A dry run gives nothing back. */
        observation->failed = cycle->config->options.dry_run || allocator->lay_sample == NULL ||
                              allocator->lay_sample() != 0;
        observation->cost_ns = trim_clock_thread_cpu_ns() - began_ns;
        break;
    case TRIM_LOOK_SAMPLE:
        began_ns = trim_clock_thread_cpu_ns();
        observation->back_permille = allocator->read_sample();
        observation->cost_ns = trim_clock_thread_cpu_ns() - began_ns;
        break;
    case TRIM_LOOK_ROOM:
        trim_surroundings_look(&cycle->surroundings, observation);
        break;
    case TRIM_LOOK_REFAULT:
        observation->failed =
            allocator->refaulted == NULL ||
            allocator->refaulted(&observation->refaulted_bytes, &observation->refilled_bytes) != 0;
        break;
    case TRIM_LOOK_ESTIMATE:
        estimate(cycle, observation, estimated);
        break;
    }
}

static void take_signals(const struct trim_cycle *cycle, uint64_t demands,
                         struct trim_signals *signals, struct trim_observation *observation)
{
    trim_signals_read(cycle->config->counters, signals);
    observation->signals = (struct trim_signal_counts){
        .old_pauses = signals->old_pauses,
        .class_changes = signals->class_loads + trim_vm_counters_unloaded(cycle->config->counters),
        .pressures = cycle->surroundings.pressures,
        .usage_bytes = cycle->surroundings.limit.usage_bytes,
    };
    observation->last_old_ns = signals->last_old_ns;
    observation->demands = demands;
    observation->cpu_ns = others_cpu_ns();
    /* Read last: no signal may seem to come from the future. */
    observation->now_ns = trim_clock_now_ns();
}

static void note_skip(const struct trim_cycle *cycle, const struct trim_decision *decision,
                      uint64_t now_ns)
{
    if (decision->skip == TRIM_SKIP_NONE) {
        return;
    }
    const struct trim_skip_report skip = {
        .reason = decision->reason,
        .skip = decision->skip,
        .expected_bytes = decision->expected_bytes,
        .bound_only = decision->bound_only,
        .threshold_bytes = trim_price_least_bytes(&cycle->policy.price, now_ns),
    };
    trim_note_skip(&skip);
}

/* Tells what a trim has turned out to be, once it is known. */
static void note_verdict(struct trim_cycle *cycle)
{
    const struct trim_lot *known = &cycle->policy.known;
    bool told = known->number == cycle->told.number && known->verdict == cycle->told.verdict;
    cycle->told = *known;
    if (!told && known->verdict != TRIM_VERDICT_NONE) {
        trim_note_verdict(known, cycle->policy.price.config.worth_bytes);
    }
}

static void copy_policy_counts(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    struct trim_totals *totals = &cycle->totals;
    const struct trim_earnings *earnings = &cycle->policy.earnings;
    totals->considered = cycle->policy.considered;
    memcpy(totals->skips, cycle->policy.skips, sizeof totals->skips);
    totals->useless = earnings->useless;
    totals->regretted = earnings->regretted;
    totals->held_byte_ns = earnings->held_byte_ns;
    totals->held_cost_ns = earnings->cost_ns;
    totals->worth_bytes = cycle->policy.price.config.worth_bytes;
    totals->refaulted_bytes = (uint64_t)earnings->all_refaulted_bytes;
    totals->refilled_bytes = (uint64_t)earnings->all_refilled_bytes;
    totals->reload_bursts = cycle->policy.triggers.bursts;
    totals->verdict = cycle->policy.known.verdict;
    trim_judge_refresh(cycle, &totals->heap);
    (void)pthread_mutex_unlock(&cycle->lock);
}

static void count_wake_up(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.wake_ups++;
    cycle->totals.worker_cpu_ns = trim_clock_thread_cpu_ns();
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
        note_verdict(cycle);
        note_skip(cycle, &decision, observation.now_ns);
        trim_surroundings_tell(&cycle->surroundings, &cycle->policy.price, &decision,
                               observation.now_ns);
        if (decision.action == TRIM_TRIM && !trim_trimmer_carry_out(cycle, &decision, &estimate)) {
            break; /* The process is ending. */
        }
        cycle->price_faults = cycle->price_faults || decision.action == TRIM_TRIM;
    } while (decision.action != TRIM_WAIT);
    count_wake_up(cycle);
    wait->wake_ns = decision.wake_ns;
    wait->wake_cpu_ns = decision.wake_cpu_ns == UINT64_MAX
                            ? UINT64_MAX
                            : decision.wake_cpu_ns + trim_clock_thread_cpu_ns();
    wait->arm_class_loads = decision.arm_classes == UINT64_MAX
                                ? UINT64_MAX
                                : signals.class_events + decision.arm_classes;
}
