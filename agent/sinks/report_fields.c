#include "report_fields.h"

#include <inttypes.h>

#include "metrics.h"
#include "quantity.h"
#include "totals_text.h"

/* Memory that was free for a time: what that is worth by the option, less what it has cost. */
static int64_t profit_ns(double byte_ns, double cost_ns, uint64_t worth_bytes)
{
    return worth_bytes == 0 ? 0 : (int64_t)(byte_ns / (double)worth_bytes - cost_ns);
}

/* Without its fraction. No figure needs the last bit of 64. */
static uint64_t whole(double value)
{
    return (uint64_t)(int64_t)value;
}

static uint64_t byte_seconds(double byte_ns)
{
    return whole(byte_ns / (double)TRIM_NS_PER_S);
}

void trim_lot_add_fields(struct trim_fields *fields, const struct trim_lot *lot,
                         uint64_t worth_bytes)
{
    trim_fields_add(fields,
                    "number %" PRIu64 " reason %s outcome %s released_bytes %" PRIu64
                    " kept_free_ns %" PRIu64 " kept_free_byte_seconds %" PRIu64 " cost_ns %" PRIu64
                    " profit_ns %" PRId64 " refilled_bytes %" PRIu64,
                    lot->number, trim_reason_name(lot->reason), trim_verdict_name(lot->verdict),
                    lot->bytes, whole(trim_lot_held_ns(lot)), byte_seconds(lot->held_byte_ns),
                    whole(lot->cost_ns), profit_ns(lot->held_byte_ns, lot->cost_ns, worth_bytes),
                    whole(lot->refilled_bytes));
}

void trim_skip_add_fields(struct trim_fields *fields, const struct trim_skip_report *report)
{
    trim_fields_add(fields, "reason %s skip %s put_off %d", trim_reason_name(report->reason),
                    trim_skip_name(report->skip), trim_skip_is_deferral(report->skip));
    if (trim_skip_has_sizes(report->skip)) {
        trim_fields_add(fields,
                        "expected_bytes %" PRIu64 " expected_at_most %d threshold_bytes %" PRIu64,
                        report->expected_bytes, report->bound_only, report->threshold_bytes);
    }
}

static void add_memory(struct trim_fields *fields, const struct trim_report *report)
{
    if (report->memory_known) {
        trim_fields_add(fields, "rss_before_bytes %" PRIu64 " swap_before_bytes %" PRIu64,
                        report->before.rss_bytes, report->before.swap_bytes);
    }
    if (report->memory_known && !report->dry) {
        trim_fields_add(fields, "rss_after_bytes %" PRIu64 " swap_after_bytes %" PRIu64,
                        report->after.rss_bytes, report->after.swap_bytes);
    }
}

static void add_borrowed(struct trim_fields *fields, const struct trim_release *release)
{
    const struct trim_borrow_result *borrow = &release->borrow;
    trim_fields_add(fields,
                    "borrowed { dropped_bytes %" PRIu64 " dropped_of_tops_bytes %" PRIu64
                    " pieces %" PRIu64 " held_most_bytes %" PRIu64 " held_longest_ns %" PRIu64
                    " longest_call_ns %" PRIu64 " paused_ns %" PRIu64 " heaps_gone %" PRIu64
                    " gave_way %d arenas_entered %" PRIu64 " arenas_wanted %" PRIu64 " }",
                    borrow->dropped_bytes, borrow->top_dropped_bytes, borrow->pieces,
                    borrow->held_max_bytes, borrow->held_max_ns, borrow->longest_call_ns,
                    borrow->paused_ns, borrow->heaps_gone, borrow->gave_way,
                    release->arenas_reached, release->arenas_wanted);
}

static void add_release(struct trim_fields *fields, const struct trim_report *report)
{
    const struct trim_release *release = &report->release;
    trim_fields_add(fields,
                    "way %s took_ns %" PRIu64 " cpu_ns %" PRIu64 " longest_wait_ns %" PRIu64
                    " longest_wait_at_most %d",
                    trim_release_name(release), report->took_ns, report->cpu_ns,
                    trim_longest_wait_ns(release), release->trimmed);
    if (release->call != NULL) {
        trim_fields_add(fields, "call %s longest_call_ns %" PRIu64, release->call,
                        release->trim_ns);
    } else {
        trim_fields_add(fields,
                        "malloc_trim_ns %" PRIu64 " left_bytes %" PRIu64 " tops_bytes %" PRIu64,
                        release->trim_ns, release->left_bytes, report->tops_bytes);
    }
    if (report->released_known || report->memory_known) {
        trim_fields_add(fields, "released_bytes %" PRIu64 " released_by %s", report->released_bytes,
                        report->released_known ? "arenas" : "rss");
    }
    if (release->borrowed) {
        add_borrowed(fields, release);
    }
}

/* Another allocator's own. */
static void add_named(struct trim_fields *fields, const char *name,
                      const struct trim_heap_figures *figures)
{
    trim_fields_begin_object(fields, name);
    for (int i = 0; i < TRIM_NAMED_FIGURES_MAX && figures->named[i].name != NULL; i++) {
        trim_fields_add_number(fields, figures->named[i].name, figures->named[i].bytes);
    }
    trim_fields_add(fields, "}");
}

static void add_figures(struct trim_fields *fields, const char *mallinfo, const char *named,
                        const struct trim_heap_figures *figures)
{
    if (figures->source > TRIM_FIGURES_MALLOC_INFO) {
        add_named(fields, named, figures);
        return;
    }
    if (figures->source == TRIM_FIGURES_NONE) {
        return;
    }
    trim_fields_begin_object(fields, mallinfo);
    trim_fields_add(fields,
                    "source %s arena %" PRIu64 " ordblks %" PRIu64 " smblks %" PRIu64
                    " hblks %" PRIu64 " hblkhd %" PRIu64 " fsmblks %" PRIu64 " uordblks %" PRIu64
                    " fordblks %" PRIu64 " keepcost %" PRIu64 " }",
                    figures->source == TRIM_FIGURES_MALLINFO2 ? "mallinfo2" : "malloc_info",
                    figures->arena, figures->ordblks, figures->smblks, figures->hblks,
                    figures->hblkhd, figures->fsmblks, figures->uordblks, figures->fordblks,
                    figures->keepcost);
}

void trim_report_add_fields(struct trim_fields *fields, const struct trim_report *report)
{
    trim_fields_add(fields, "number %" PRIu64 " reason %s dry_run %d", report->number,
                    trim_reason_name(report->reason), report->dry);
    if (report->asked_by[0] != '\0') {
        trim_fields_add(fields, "asked_by %s", report->asked_by);
    }
    add_memory(fields, report);
    if (report->expected_known) {
        trim_fields_add(fields, "expected_bytes %" PRIu64 " expected_at_most %d",
                        report->expected_bytes, report->resident_assumed);
    }
    if (!report->dry) {
        add_release(fields, report);
        add_figures(fields, "mallinfo_before", "allocator_before", &report->figures_before);
        add_figures(fields, "mallinfo_after", "allocator_after", &report->figures_after);
    }
    if (report->earned.number != 0) {
        trim_fields_begin_object(fields, "trim_before");
        trim_lot_add_fields(fields, &report->earned, report->worth_bytes);
        trim_fields_add(fields, "}");
    }
}

static const char *name_of_reason(int reason)
{
    return trim_reason_name((enum trim_reason)reason);
}

static const char *name_of_skip(int skip)
{
    return trim_skip_name((enum trim_skip)skip);
}

/* Appends what was counted by the names of an enum. */
static void add_counts(struct trim_fields *fields, const char *name, const char *(*name_of)(int),
                       const uint64_t *counts, int length)
{
    trim_fields_begin_object(fields, name);
    for (int i = 0; i < length; i++) {
        if (counts[i] != 0) {
            trim_fields_add_number(fields, name_of(i), counts[i]);
        }
    }
    trim_fields_add(fields, "}");
}

void trim_totals_add_fields(struct trim_fields *fields, const struct trim_totals *totals)
{
    trim_fields_add(fields,
                    "trims_ns %" PRIu64 " longest_trim_ns %" PRIu64 " useless %" PRIu64
                    " regretted %" PRIu64 " refaulted_bytes %" PRIu64 " refilled_bytes %" PRIu64
                    " kept_free_byte_seconds %" PRIu64 " cost_ns %" PRIu64 " profit_ns %" PRId64,
                    totals->trim_ns, totals->longest_trim_ns, totals->useless, totals->regretted,
                    totals->refaulted_bytes, totals->refilled_bytes,
                    byte_seconds(totals->held_byte_ns), whole(totals->held_cost_ns),
                    profit_ns(totals->held_byte_ns, totals->held_cost_ns, totals->worth_bytes));
    add_counts(fields, "trims_by_reason", name_of_reason, totals->trims, TRIM_REASON_COUNT);
    add_counts(fields, "skips_by_reason", name_of_skip, totals->skips, TRIM_SKIP_COUNT);
}

void trim_status_add_fields(struct trim_fields *fields, const struct trim_totals *totals,
                            const struct trim_status *status)
{
    trim_fields_add(fields,
                    "young_pauses %" PRIu64 " empty_pauses %" PRIu64 " loaded_classes %" PRIu64
                    " unloaded_classes %" PRIu64 " reload_bursts %" PRIu64 " last_outcome %s",
                    status->signals.young_pauses, status->signals.empty_pauses,
                    status->signals.class_loads, status->unloaded_classes, totals->reload_bursts,
                    trim_verdict_name(totals->verdict));
    if (totals->has_estimate) {
        trim_fields_add(fields, "estimate_age_ns %" PRIu64 " free_chunks %" PRIu64,
                        trim_excess(status->now_ns, totals->estimate_at_ns),
                        totals->estimate.free_chunks);
    }
    trim_totals_add_fields(fields, totals);
}
