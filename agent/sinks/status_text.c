/* The status block. */
#include <inttypes.h>

#include "quantity.h"
#include "totals_text.h"

static void add_age(struct trim_text *text, uint64_t then_ns, uint64_t now_ns)
{
    uint64_t tenths = now_ns > then_ns ? (now_ns - then_ns) / (TRIM_NS_PER_S / 10) : 0;
    trim_text_add(text, "%" PRIu64 ".%" PRIu64 "s ago", tenths / 10, tenths % 10);
}

static void add_last_estimate(struct trim_text *text, const struct trim_totals *totals,
                              uint64_t now_ns)
{
    if (!totals->has_estimate) {
        trim_text_add(text, "\n  last estimate: none");
        return;
    }
    const struct trim_estimate *estimate = &totals->estimate;
    char expected[TRIM_QUANTITY_TEXT_MAX];
    char resident[TRIM_QUANTITY_TEXT_MAX];
    char tops[TRIM_QUANTITY_TEXT_MAX];
    char free_text[TRIM_QUANTITY_TEXT_MAX];
    char whole[TRIM_QUANTITY_TEXT_MAX];
    char cpu[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "\n  last estimate: ");
    add_age(text, totals->estimate_at_ns, now_ns);
    trim_text_add(text, ", expected %s%s, arenas resident %s",
                  trim_format_bytes(expected, estimate->expected_bytes),
                  estimate->bound_only || estimate->resident_assumed ? " at most" : "",
                  trim_format_bytes(resident, estimate->resident_bytes));
    if (estimate->locked_bytes != 0) {
        char locked[TRIM_QUANTITY_TEXT_MAX];
        trim_text_add(text, " and locked %s", trim_format_bytes(locked, estimate->locked_bytes));
    }
    if (!estimate->bound_only) {
        trim_text_add(text,
                      ", free %s, of it in whole pages %s, arenas %" PRIu64 ", free chunks %" PRIu64
                      ", tops of other arenas %s",
                      trim_format_bytes(free_text, estimate->free_bytes),
                      trim_format_bytes(whole, estimate->whole_bytes), estimate->arenas,
                      estimate->free_chunks, trim_format_bytes(tops, estimate->tops_bytes));
    }
    trim_text_add(text, ", took %s CPU", trim_format_ms(cpu, estimate->cpu_ns));
}

static void add_last_trims(struct trim_text *text, const struct trim_totals *totals,
                           uint64_t now_ns)
{
    uint64_t trims = trim_totals_trims(totals);
    uint64_t shown = trims < TRIM_STATUS_TRIMS ? trims : TRIM_STATUS_TRIMS;
    for (uint64_t number = trims - shown + 1; number <= trims; number++) {
        uint64_t at = trim_totals_place(number);
        trim_text_add(text, "\n  ");
        add_age(text, totals->last_at_ns[at], now_ns);
        trim_text_add(text, " ");
        trim_report_add(text, &totals->last[at]);
    }
}

void trim_totals_add_status(struct trim_text *text, const struct trim_totals *totals,
                            const struct trim_status *status)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "status: %s\n  ", status->allocator);
    trim_heap_verdict_add(text, &totals->heap);
    trim_text_add(text, "\n  GC pauses: old %" PRIu64 ", young %" PRIu64 ", empty %" PRIu64,
                  status->signals.old_pauses, status->signals.young_pauses,
                  status->signals.empty_pauses);
    if (status->signals.last_old_ns != 0) {
        trim_text_add(text, ", last old ");
        add_age(text, status->signals.last_old_ns, status->now_ns);
    }
    trim_text_add(text, "\n  classes: loaded %" PRIu64 ", unloaded %" PRIu64,
                  status->signals.class_loads, status->unloaded_classes);
    trim_text_add(text, "\n  considered %" PRIu64 ": ", totals->considered);
    trim_add_trims(text, totals);
    trim_text_add(text, ", looks without a trim: ");
    trim_add_skips(text, totals);
    trim_text_add(text, "\n  ");
    trim_add_released(text, totals);
    trim_text_add(text, "\n  ");
    trim_add_held(text, totals);
    trim_text_add(text, ", last trim %s", trim_verdict_name(totals->verdict));
    add_last_estimate(text, totals, status->now_ns);
    trim_text_add(text, "\n  agent: CPU in trims %s",
                  trim_format_ms(quantity, totals->trim_cpu_ns));
    trim_text_add(text, ", CPU in %" PRIu64 " estimates %s", totals->estimates,
                  trim_format_ms(quantity, totals->estimate_cpu_ns));
    trim_text_add(text, ", wake-ups %" PRIu64 ", log lines lost %" PRIu64, totals->wake_ups,
                  status->lost_log_lines);
    trim_text_add(text, "\n  options: ");
    trim_options_add_echo(text, status->options);
    add_last_trims(text, totals, status->now_ns);
}
