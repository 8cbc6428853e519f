/* Figures for programs, for trimctl and for the event of status. The names are part of what
 * trimctl --json prints: they stay. */
#include <inttypes.h>

#include "report_text.h"

static void add_last_trim(struct trim_fields *fields, const struct trim_report *report)
{
    trim_fields_add(fields, "last_trim %" PRIu64 " last_trim_reason %s", report->number,
                    trim_reason_name(report->reason));
    if (report->expected_known) {
        trim_fields_add(fields, "last_trim_expected_bytes %" PRIu64, report->expected_bytes);
    }
    if (report->dry) {
        return;
    }
    trim_fields_add(fields,
                    "last_trim_way %s last_trim_released_bytes %" PRIu64 " last_trim_ns %" PRIu64,
                    trim_release_name(&report->release), report->released_bytes, report->took_ns);
    if (report->memory_known) {
        trim_fields_add(fields,
                        "last_trim_rss_before_bytes %" PRIu64 " last_trim_rss_after_bytes %" PRIu64,
                        report->before.rss_bytes, report->after.rss_bytes);
    }
}

void trim_judgement_add_figures(struct trim_fields *fields, const struct trim_judgement *judgement)
{
    const struct trim_growth *growth = &judgement->in_use;
    trim_fields_add(fields,
                    "verdict %s kept_free_bytes %" PRIu64 " in_use_from_bytes %" PRIu64
                    " in_use_to_bytes %" PRIu64 " in_use_window_ns %" PRIu64
                    " in_use_old_pauses %" PRIu64 " in_use_hourly_bytes %" PRIu64
                    " in_use_reload_bytes %" PRIu64,
                    trim_heap_verdict_name(judgement->verdict), judgement->state.kept_bytes,
                    growth->from_bytes, growth->to_bytes, growth->window_ns, growth->old_pauses,
                    growth->hourly_bytes, trim_growth_reload_bytes(growth));
}

void trim_totals_add_figures(struct trim_fields *fields, const struct trim_totals *totals,
                             const struct trim_status *status)
{
    uint64_t trims = trim_totals_trims(totals);
    trim_fields_add(fields, "version %s allocator %s", TRIM_VERSION, status->allocator);
    trim_options_add_fields(fields, status->options);
    trim_fields_add(fields,
                    "dry_run %d old_pauses %" PRIu64 " considered %" PRIu64 " trims %" PRIu64
                    " released_bytes %" PRIu64 " trim_cpu_ns %" PRIu64 " estimates %" PRIu64
                    " estimate_cpu_ns %" PRIu64 " wake_ups %" PRIu64 " lost_log_lines %" PRIu64,
                    totals->dry, status->signals.old_pauses, totals->considered, trims,
                    totals->released_bytes, totals->trim_cpu_ns, totals->estimates,
                    totals->estimate_cpu_ns, totals->wake_ups, status->lost_log_lines);
    trim_judgement_add_figures(fields, &totals->heap);
    if (trims > 0) {
        add_last_trim(fields, &totals->last[trim_totals_place(trims)]);
    }
}

void trim_estimate_add_figures(struct trim_fields *fields, const struct trim_estimate *estimate)
{
    const struct trim_heap_figures *figures = &estimate->figures;
    trim_fields_add(fields, "expected_bytes %" PRIu64 " expected_at_most %d",
                    estimate->expected_bytes, estimate->bound_only || estimate->resident_assumed);
    if (estimate->bound_only) {
        return; /* Nothing else was looked at. */
    }
    trim_fields_add(fields,
                    "arenas %" PRIu64 " arenas_resident_bytes %" PRIu64
                    " arenas_locked_bytes %" PRIu64 " free_bytes %" PRIu64
                    " free_whole_pages_bytes %" PRIu64 " tops_bytes %" PRIu64
                    " tops_resident_bytes %" PRIu64,
                    estimate->arenas, estimate->resident_bytes + estimate->locked_bytes,
                    estimate->locked_bytes, estimate->free_bytes, estimate->whole_bytes,
                    estimate->tops_bytes, estimate->wet_tops_bytes);
    if (trim_heap_is_told(figures)) {
        trim_fields_add(fields,
                        "in_use_bytes %" PRIu64 " mapped_blocks %" PRIu64
                        " mapped_blocks_bytes %" PRIu64,
                        figures->uordblks, figures->hblks, figures->hblkhd);
    }
}
