#include "cycle.h"

#include <string.h>

#include "trimagent/clock.h"
#include "trimagent/log.h"
#include "trimagent/process_memory.h"
#include "trimagent/quantity.h"
#include "trimagent/signals.h"

/*
 * mallinfo2 walks every chunk under the arenas' locks, twice for a report. It is taken only where
 * the last estimate, which walks the same chunks, cost less than this (about 10,000 chunks);
 * elsewhere the estimate's own figures serve.
 */
#define FIGURES_DEAR_NS (2 * TRIM_NS_PER_MS)

void trim_cycle_init(struct trim_cycle *cycle, const struct trim_worker_config *config)
{
    struct trim_signals signals;
    trim_signals_read(&signals);
    cycle->config = config;
    cycle->totals.dry = config->options.dry_run != 0;
    /* The classes so far are counted into the first burst: they are the application's start-up. */
    trim_policy_init(&cycle->policy, &config->options, trim_clock_now_ns(), 0);
}

bool trim_cycle_read_totals(struct trim_cycle *cycle, struct trim_totals *totals)
{
    (void)pthread_mutex_lock(&cycle->lock);
    *totals = cycle->totals;
    bool trimming = cycle->trimming;
    (void)pthread_mutex_unlock(&cycle->lock);
    return trimming;
}

bool trim_cycle_stop(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->stopped = true;
    bool trimming = cycle->trimming;
    (void)pthread_mutex_unlock(&cycle->lock);
    return trimming;
}

/* Takes an estimate and keeps it for status. */
static int take_estimate(struct trim_cycle *cycle, uint64_t enough_bytes,
                         struct trim_estimate *estimate)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    if (allocator->estimate == NULL || allocator->estimate(enough_bytes, estimate) != 0) {
        return -1;
    }
    if (estimate->resident_assumed && !cycle->told_assumed) {
        cycle->told_assumed = true;
        trim_log(TRIM_LOG_WARNING,
                 "part of the arenas cannot be looked at: what is expected of them "
                 "is an upper bound until a first trim");
    }
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.has_estimate = true;
    cycle->totals.estimate = *estimate;
    cycle->totals.estimate_at_ns = trim_clock_now_ns();
    cycle->totals.estimates++;
    cycle->totals.estimate_cpu_ns += estimate->cpu_ns;
    (void)pthread_mutex_unlock(&cycle->lock);
    return 0;
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
        break;
    case TRIM_LOOK_REFAULT:
        observation->failed = allocator->refaulted == NULL ||
                              allocator->refaulted(&observation->refaulted_bytes) != 0;
        break;
    case TRIM_LOOK_ESTIMATE:
        observation->failed =
            take_estimate(cycle, cycle->config->options.threshold_bytes, estimate) != 0;
        observation->expected_bytes = estimate->expected_bytes;
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
    /* Read last: no signal may seem to come from the future. */
    observation->now_ns = trim_clock_now_ns();
}

/* Fills in the figures before or after a trim; fallback is what the estimate's own walk gave. */
static void take_figures(const struct trim_cycle *cycle, bool dear,
                         const struct trim_heap_figures *fallback,
                         struct trim_heap_figures *figures)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    if (dear || allocator->figures == NULL || allocator->figures(figures) != 0) {
        *figures = *fallback;
    }
}

/* Lets a trim begin unless the process is ending. */
static bool begin_trim(struct trim_cycle *cycle)
{
    (void)pthread_mutex_lock(&cycle->lock);
    bool allowed = !cycle->stopped;
    cycle->trimming = allowed;
    (void)pthread_mutex_unlock(&cycle->lock);
    return allowed;
}

static void trim(struct trim_cycle *cycle, struct trim_report *report, struct trim_outcome *outcome)
{
    uint64_t began_cpu_ns = trim_clock_thread_cpu_ns();
    uint64_t began_ns = trim_clock_now_ns();
    int result = cycle->config->allocator->trim();
    report->took_ns = trim_clock_now_ns() - began_ns;
    uint64_t cpu_ns = trim_clock_thread_cpu_ns() - began_cpu_ns;
    report->memory_known = report->memory_known && result == 0 &&
                           trim_process_memory_read(cycle->config->proc, &report->after) == 0;

    (void)pthread_mutex_lock(&cycle->lock);
    cycle->trimming = false;
    cycle->totals.trim_ns += report->took_ns;
    cycle->totals.trim_cpu_ns += cpu_ns;
    if (report->took_ns > cycle->totals.longest_trim_ns) {
        cycle->totals.longest_trim_ns = report->took_ns;
    }
    (void)pthread_mutex_unlock(&cycle->lock);
    outcome->end_ns = trim_clock_now_ns();
}

/* What the whole process has given back: less exact than the arenas' own figure, which it stands in
 * for. */
static uint64_t rss_drop(const struct trim_report *report)
{
    uint64_t before = report->before.rss_bytes + report->before.swap_bytes;
    uint64_t after = report->after.rss_bytes + report->after.swap_bytes;
    return before > after ? before - after : 0;
}

/* Measures what the trim has done and lets the allocator learn from it. */
static void learn(struct trim_cycle *cycle, uint64_t resident_before, struct trim_report *report,
                  struct trim_outcome *outcome, struct trim_estimate *after)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    bool learned = allocator->learn != NULL &&
                   allocator->learn(resident_before, after, &report->released_bytes) == 0;
    report->released_known = learned && !after->resident_assumed;
    report->tops_bytes = after->tops_bytes;
    if (!report->released_known) {
        report->released_bytes = report->memory_known ? rss_drop(report) : 0;
    }
    outcome->measured = report->released_known || report->memory_known;
    outcome->released_bytes = report->released_bytes;
}

static void count_trim(struct trim_cycle *cycle, const struct trim_report *report, uint64_t now_ns)
{
    (void)pthread_mutex_lock(&cycle->lock);
    struct trim_totals *totals = &cycle->totals;
    totals->trims[report->reason]++;
    totals->released_bytes += report->released_bytes;
    totals->last[(report->number - 1) % TRIM_STATUS_TRIMS] = *report;
    totals->last_at_ns[(report->number - 1) % TRIM_STATUS_TRIMS] = now_ns;
    (void)pthread_mutex_unlock(&cycle->lock);
}

static void log_report(const struct trim_report *report)
{
    char line[TRIM_LOG_LINE_MAX];
    struct trim_text text;
    trim_text_init(&text, line, sizeof line);
    trim_report_add(&text, report);
    trim_log_text(TRIM_LOG_INFO, line);
}

/* Carries out a decision to trim; estimate is the one that led to it. */
static void carry_out(struct trim_cycle *cycle, const struct trim_decision *decision,
                      struct trim_estimate *estimate)
{
    struct trim_report report = {
        .number = trim_totals_trims(&cycle->totals) + 1,
        .reason = decision->reason,
        .dry = cycle->config->options.dry_run != 0,
    };
    struct trim_outcome outcome = {.dry = report.dry};
    uint64_t began_cpu_ns = trim_clock_thread_cpu_ns();
    report.expected_known = true;
    if (decision->reason == TRIM_REASON_DEMAND) {
        memset(estimate, 0, sizeof *estimate);
        report.expected_known = take_estimate(cycle, 0, estimate) == 0;
    }
    report.expected_bytes = estimate->expected_bytes;
    report.resident_assumed = estimate->resident_assumed;
    report.figures_dear = !report.expected_known || estimate->walk_cpu_ns > FIGURES_DEAR_NS;
    take_figures(cycle, report.figures_dear, &estimate->figures, &report.figures_before);
    report.memory_known = trim_process_memory_read(cycle->config->proc, &report.before) == 0;
    outcome.cost_ns = trim_clock_thread_cpu_ns() - began_cpu_ns;
    outcome.end_ns = trim_clock_now_ns();

    if (!report.dry) {
        trim_log(TRIM_LOG_DEBUG, "trim #%llu %s begins", (unsigned long long)report.number,
                 trim_reason_name(report.reason));
        if (!begin_trim(cycle)) {
            return;
        }
        trim(cycle, &report, &outcome);
        began_cpu_ns = trim_clock_thread_cpu_ns();
        struct trim_estimate after = {0};
        learn(cycle, estimate->resident_bytes, &report, &outcome, &after);
        bool by_mallinfo = report.figures_before.source == TRIM_FIGURES_MALLINFO2;
        take_figures(cycle, !by_mallinfo, &after.figures, &report.figures_after);
        outcome.cost_ns += trim_clock_thread_cpu_ns() - began_cpu_ns;
    }
    count_trim(cycle, &report, outcome.end_ns);
    log_report(&report);
    trim_policy_trimmed(&cycle->policy, &outcome);
}

static void log_skip(const struct trim_cycle *cycle, const struct trim_decision *decision)
{
    if (decision->skip == TRIM_SKIP_NONE || !trim_log_enabled(TRIM_LOG_DEBUG)) {
        return;
    }
    char expected[TRIM_QUANTITY_TEXT_MAX];
    char threshold[TRIM_QUANTITY_TEXT_MAX];
    bool compared =
        decision->skip == TRIM_SKIP_BELOW_THRESHOLD || decision->skip == TRIM_SKIP_REUSED;
    if (compared) {
        trim_log(TRIM_LOG_DEBUG, "no trim (%s): %s, expected at most %s, threshold %s",
                 trim_reason_name(decision->reason), trim_skip_name(decision->skip),
                 trim_format_bytes(expected, decision->expected_bytes),
                 trim_format_bytes(threshold, cycle->config->options.threshold_bytes));
    } else {
        trim_log(TRIM_LOG_DEBUG, "no trim (%s): %s", trim_reason_name(decision->reason),
                 trim_skip_name(decision->skip));
    }
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
    totals->wake_ups++;
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
        log_skip(cycle, &decision);
        if (decision.action == TRIM_TRIM) {
            carry_out(cycle, &decision, &estimate);
        }
    } while (decision.action != TRIM_WAIT);
    copy_policy_counts(cycle);
    wait->wake_ns = decision.wake_ns;
    wait->arm_class_loads = decision.arm_classes == UINT64_MAX
                                ? UINT64_MAX
                                : signals.class_loads + decision.arm_classes;
}
