#include "trimmer.h"

#include <string.h>

#include "answer.h"
#include "clock.h"
#include "huge_pages.h"
#include "notes.h"
#include "process_memory.h"
#include "quantity.h"
#include "report_ring.h"
#include "report_text.h"

/*
 * mallinfo2 walks every chunk under the arenas' locks, twice for a report. It is taken only where
 * the estimate's walk of the same chunks cost less than this (some thousands of chunks at 0.2-0.7
 * us each); elsewhere the estimate's own figures serve.
 */
#define FIGURES_DEAR_NS (2 * TRIM_NS_PER_MS)

/* Keeps the latest estimate, and what is to be made of it. */
static void keep_estimate(struct trim_cycle *cycle, const struct trim_estimate *estimate)
{
    const struct trim_judgement judgement = trim_judge_take(cycle, estimate);
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.has_estimate = true;
    cycle->totals.estimate = *estimate;
    cycle->totals.heap = judgement;
    cycle->totals.estimate_at_ns = trim_clock_now_ns();
    if (!estimate->bound_only && trim_heap_is_told(&estimate->figures)) {
        cycle->totals.has_walk = true;
        cycle->totals.walk = *estimate;
    }
    (void)pthread_mutex_unlock(&cycle->lock);
}

static void count_estimate(struct trim_cycle *cycle, uint64_t cpu_ns)
{
    (void)pthread_mutex_lock(&cycle->lock);
    cycle->totals.estimates++;
    cycle->totals.estimate_cpu_ns += cpu_ns;
    (void)pthread_mutex_unlock(&cycle->lock);
}

int trim_trimmer_estimate(struct trim_cycle *cycle, uint64_t enough_bytes,
                          struct trim_estimate *estimate)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    uint64_t began_cpu_ns = trim_clock_thread_cpu_ns();
    int result = allocator->estimate == NULL ? -1 : allocator->estimate(enough_bytes, estimate);
    count_estimate(cycle, trim_clock_thread_cpu_ns() - began_cpu_ns);
    if (result != 0) {
        return -1;
    }
    trim_findings_take(&cycle->findings, estimate);
    keep_estimate(cycle, estimate);
    return 0;
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

static void end_trim(struct trim_cycle *cycle, uint64_t took_ns, uint64_t cpu_ns)
{
    (void)pthread_mutex_lock(&cycle->lock);
    struct trim_totals *totals = &cycle->totals;
    cycle->trimming = false;
    totals->trim_ns += took_ns;
    totals->trim_cpu_ns += cpu_ns;
    totals->longest_trim_ns = trim_max(totals->longest_trim_ns, took_ns);
    (void)pthread_mutex_unlock(&cycle->lock);
}

/* Whether somebody waits for the memory. */
static bool is_urgent(const struct trim_cycle *cycle, const struct trim_report *report)
{
    return report->reason == TRIM_REASON_DEMAND || report->reason == TRIM_REASON_PRESSURE ||
           trim_price_urgent(&cycle->policy.price, trim_clock_now_ns());
}

/* Trims, unless the process is ending. Nothing is held meanwhile. */
static bool trim(struct trim_cycle *cycle, struct trim_report *report)
{
    if (!begin_trim(cycle)) {
        return false;
    }
    trim_note_begin(report->number, report->reason);
    uint64_t began_cpu_ns = trim_clock_thread_cpu_ns();
    report->began_ns = trim_clock_now_ns();
    int result =
        cycle->config->allocator->trim(&cycle->cancel, is_urgent(cycle, report), &report->release);
    report->took_ns = trim_clock_now_ns() - report->began_ns;
    report->cpu_ns = trim_clock_thread_cpu_ns() - began_cpu_ns;
    end_trim(cycle, report->took_ns, report->cpu_ns);
    report->memory_known = report->memory_known && result == 0 &&
                           trim_process_memory_read(cycle->config->proc, &report->after) == 0;
    return true;
}

/* Fills in what is known before the trim. */
static void look_before(const struct trim_cycle *cycle, const struct trim_estimate *estimate,
                        struct trim_report *report)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    report->expected_bytes = estimate->expected_bytes;
    report->resident_assumed = estimate->resident_assumed;
    report->figures_dear = estimate->walk_cpu_ns > FIGURES_DEAR_NS;
    if (report->figures_dear || !report->expected_known || allocator->figures == NULL ||
        allocator->figures(&report->figures_before) != 0) {
        report->figures_before = estimate->figures;
    }
    report->memory_known = trim_process_memory_read(cycle->config->proc, &report->before) == 0;
}

/*
 * What the whole process has given back: less exact than the arenas' own figure, which it stands in
 * for, but read at once.
 */
static uint64_t rss_drop(const struct trim_report *report)
{
    uint64_t before = report->before.rss_bytes + report->before.swap_bytes;
    uint64_t after = report->after.rss_bytes + report->after.swap_bytes;
    return trim_excess(before, after);
}

/* Measures what the trim has done, and lets the allocator learn from it. */
static void look_after(struct trim_cycle *cycle, uint64_t resident_before,
                       struct trim_report *report, struct trim_outcome *outcome)
{
    const struct trim_allocator *allocator = cycle->config->allocator;
    /* Before the estimate, so that what comes back meanwhile is not missed. */
    outcome->rss_bytes = report->after.rss_bytes;
    outcome->minor_faults = trim_process_minor_faults();
    struct trim_estimate after = {0};
    bool learned = allocator->learn != NULL &&
                   allocator->learn(resident_before, &after, &report->released_bytes) == 0;
    if (learned) {
        keep_estimate(cycle, &after);
    }
    outcome->seen_after = learned && report->memory_known;
    report->released_known = learned && !after.resident_assumed;
    if (!report->released_known) {
        report->released_bytes = report->memory_known ? rss_drop(report) : 0;
    } else if (report->memory_known && report->expected_known) {
        /* RSS was read first: what the arenas have taken again since then was released too. */
        uint64_t dropped = trim_min(rss_drop(report), report->expected_bytes);
        report->released_bytes = trim_max(report->released_bytes, dropped);
    }
    report->tops_bytes = after.tops_bytes;
    if (report->figures_before.source != TRIM_FIGURES_MALLINFO2 ||
        allocator->figures(&report->figures_after) != 0) {
        report->figures_after = after.figures;
    }
}

/* Returns false where the summary has been written already. */
static bool count_trim(struct trim_cycle *cycle, const struct trim_report *report, uint64_t now_ns)
{
    (void)pthread_mutex_lock(&cycle->lock);
    bool counted = !cycle->stopped;
    struct trim_totals *totals = &cycle->totals;
    if (counted) {
        totals->trims[report->reason]++;
        totals->ways[trim_way_of(report)]++;
        totals->longest_wait_ns =
            trim_max(totals->longest_wait_ns, trim_longest_wait_ns(&report->release));
        totals->released_bytes += report->released_bytes;
        uint64_t place = trim_totals_place(report->number);
        totals->last[place] = *report;
        totals->last_at_ns[place] = now_ns;
    }
    (void)pthread_mutex_unlock(&cycle->lock);
    return counted;
}

/* What the trim before has earned so far. */
static struct trim_lot last_earned(const struct trim_cycle *cycle)
{
    const struct trim_earnings *earnings = &cycle->policy.earnings;
    struct trim_lot none = {0};
    return earnings->released == 0 ? none : earnings->lots[(earnings->released - 1) % TRIM_LOTS];
}

bool trim_trimmer_carry_out(struct trim_cycle *cycle, const struct trim_decision *decision,
                            const struct trim_estimate *estimate)
{
    /* Only the worker changes the totals, so it may read them without the lock. */
    struct trim_report report = {
        .number = trim_totals_trims(&cycle->totals) + 1,
        .reason = decision->reason,
        .dry = cycle->config->options.dry_run != 0,
        .began_ns = trim_clock_now_ns(),
        .expected_known = true,
        .worth_bytes = cycle->config->options.worth_bytes,
        .earned = last_earned(cycle),
    };
    struct trim_estimate own = *estimate;
    if (decision->reason == TRIM_REASON_DEMAND) {
        memcpy(report.asked_by, cycle->asked_by, sizeof report.asked_by);
        report.for_operator = cycle->for_operator;
        own = (struct trim_estimate){0};
        report.expected_known = trim_trimmer_estimate(cycle, 0, &own) == 0;
    }
    uint64_t began_cpu_ns = trim_clock_thread_cpu_ns();
    look_before(cycle, &own, &report);
    uint64_t looks_cpu_ns = trim_clock_thread_cpu_ns() - began_cpu_ns;
    struct trim_outcome outcome = {.dry = report.dry, .end_ns = trim_clock_now_ns()};
    if (!report.dry) {
        if (!trim(cycle, &report)) {
            return false;
        }
        outcome.end_ns = trim_clock_now_ns();
        began_cpu_ns = trim_clock_thread_cpu_ns();
        look_after(cycle, own.resident_bytes, &report, &outcome);
        looks_cpu_ns += trim_clock_thread_cpu_ns() - began_cpu_ns;
    }
    count_estimate(cycle, looks_cpu_ns);
    if (!count_trim(cycle, &report, outcome.end_ns)) {
        return false;
    }
    trim_findings_take_release(&cycle->findings, &report.release);
    trim_note_trim(&report);
    trim_metering_take(&cycle->metering, &report);
    trim_report_ring_put(&report);
    outcome.cpu_ns = report.cpu_ns;
    outcome.gave_way = report.release.borrow.gave_way;
    outcome.huge_pages = trim_huge_pages_always(cycle->config->root);
    outcome.number = report.number;
    outcome.released_bytes = report.released_bytes;
    outcome.cost_ns = looks_cpu_ns;
    outcome.measured = report.released_known || (report.memory_known && !report.dry);
    trim_policy_trimmed(&cycle->policy, &outcome);
    return true;
}
