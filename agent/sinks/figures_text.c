/* Figures for programs. The names are part of what trimctl --json prints: they stay. */
#include <inttypes.h>

#include "report_text.h"

static void add(struct trim_text *text, const char *name, uint64_t value)
{
    trim_text_add(text, "\n%s %" PRIu64, name, value);
}

static void add_last_trim(struct trim_text *text, const struct trim_report *report)
{
    add(text, "last_trim", report->number);
    trim_text_add(text, "\nlast_trim_reason %s", trim_reason_name(report->reason));
    if (report->expected_known) {
        add(text, "last_trim_expected_bytes", report->expected_bytes);
    }
    if (report->dry) {
        return;
    }
    trim_text_add(text, "\nlast_trim_way %s", trim_release_name(&report->release));
    add(text, "last_trim_released_bytes", report->released_bytes);
    add(text, "last_trim_ns", report->took_ns);
    if (report->memory_known) {
        add(text, "last_trim_rss_before_bytes", report->before.rss_bytes);
        add(text, "last_trim_rss_after_bytes", report->after.rss_bytes);
    }
}

static void add_verdict(struct trim_text *text, const struct trim_judgement *judgement)
{
    const struct trim_growth *growth = &judgement->in_use;
    trim_text_add(text, "\nverdict %s", trim_heap_verdict_name(judgement->verdict));
    add(text, "kept_free_bytes", judgement->state.kept_bytes);
    add(text, "in_use_from_bytes", growth->from_bytes);
    add(text, "in_use_to_bytes", growth->to_bytes);
    add(text, "in_use_window_ns", growth->window_ns);
    add(text, "in_use_old_pauses", growth->old_pauses);
    add(text, "in_use_hourly_bytes", growth->hourly_bytes);
    add(text, "in_use_reload_bytes", trim_growth_reload_bytes(growth));
}

void trim_totals_add_figures(struct trim_text *text, const struct trim_totals *totals,
                             const struct trim_status *status)
{
    uint64_t trims = trim_totals_trims(totals);
    trim_text_add(text, "version %s\nallocator %s\noptions ", TRIM_VERSION, status->allocator);
    trim_options_add_echo(text, status->options);
    add(text, "dry_run", totals->dry ? 1 : 0);
    add(text, "old_pauses", status->signals.old_pauses);
    add(text, "considered", totals->considered);
    add(text, "trims", trims);
    add(text, "released_bytes", totals->released_bytes);
    add(text, "trim_cpu_ns", totals->trim_cpu_ns);
    add(text, "estimates", totals->estimates);
    add(text, "estimate_cpu_ns", totals->estimate_cpu_ns);
    add(text, "wake_ups", totals->wake_ups);
    add(text, "lost_log_lines", status->lost_log_lines);
    add_verdict(text, &totals->heap);
    if (trims > 0) {
        add_last_trim(text, &totals->last[(trims - 1) % TRIM_STATUS_TRIMS]);
    }
}

void trim_estimate_add_figures(struct trim_text *text, const struct trim_estimate *estimate)
{
    const struct trim_heap_figures *figures = &estimate->figures;
    add(text, "expected_bytes", estimate->expected_bytes);
    add(text, "expected_at_most", estimate->bound_only || estimate->resident_assumed ? 1 : 0);
    add(text, "arenas", estimate->arenas);
    add(text, "arenas_resident_bytes", estimate->resident_bytes + estimate->locked_bytes);
    add(text, "arenas_locked_bytes", estimate->locked_bytes);
    add(text, "free_bytes", estimate->free_bytes);
    add(text, "free_whole_pages_bytes", estimate->whole_bytes);
    add(text, "tops_bytes", estimate->tops_bytes);
    add(text, "tops_resident_bytes", estimate->wet_tops_bytes);
    if (figures->source != TRIM_FIGURES_NONE) {
        add(text, "in_use_bytes", figures->uordblks);
        add(text, "mapped_blocks", figures->hblks);
        add(text, "mapped_blocks_bytes", figures->hblkhd);
    }
}
