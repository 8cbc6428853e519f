#include "report_text.h"

#include <inttypes.h>

#include "quantity.h"
#include "totals_text.h"

/* What only has to wait is not skipped. */
static bool is_deferral(enum trim_skip skip)
{
    return skip == TRIM_SKIP_COOLDOWN || skip == TRIM_SKIP_GROWING || skip == TRIM_SKIP_WAITING;
}

void trim_skip_add(struct trim_text *text, const struct trim_skip_report *report)
{
    char expected[TRIM_QUANTITY_TEXT_MAX];
    char threshold[TRIM_QUANTITY_TEXT_MAX];
    enum trim_skip skip = report->skip;
    trim_text_add(text, "%s (%s): %s", is_deferral(skip) ? "trim put off" : "no trim",
                  trim_reason_name(report->reason), trim_skip_name(skip));
    if (skip == TRIM_SKIP_BELOW_THRESHOLD || skip == TRIM_SKIP_REUSED ||
        skip == TRIM_SKIP_WAITING) {
        trim_text_add(text, ", expected %s%s, threshold %s", report->bound_only ? "at most " : "",
                      trim_format_bytes(expected, report->expected_bytes),
                      trim_format_bytes(threshold, report->threshold_bytes));
    }
}

static uint64_t sum(const struct trim_process_memory *memory)
{
    return memory->rss_bytes + memory->swap_bytes;
}

static void add_bytes(struct trim_text *text, const char *name, uint64_t before, uint64_t after)
{
    char from[TRIM_QUANTITY_TEXT_MAX];
    char to[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "%s %s->%s", name, trim_format_bytes(from, before),
                  trim_format_bytes(to, after));
}

static void add_count(struct trim_text *text, const char *name, uint64_t before, uint64_t after)
{
    trim_text_add(text, "%s %" PRIu64 "->%" PRIu64, name, before, after);
}

/* Where the figures come from, and why they are not mallinfo2's. */
static const char *figures_source(const struct trim_report *report)
{
    if (report->figures_before.source == TRIM_FIGURES_MALLINFO2) {
        return "mallinfo2";
    }
    return report->figures_dear ? "malloc_info (mallinfo2 would be dear)"
                                : "malloc_info (there is no mallinfo2)";
}

static void add_figures(struct trim_text *text, const struct trim_report *report)
{
    const struct trim_heap_figures *before = &report->figures_before;
    const struct trim_heap_figures *after = report->dry ? before : &report->figures_after;
    if (before->source == TRIM_FIGURES_NONE || after->source != before->source) {
        trim_text_add(text, "; mallinfo left out, what it costs is unknown");
        return;
    }
    trim_text_add(text, "; %s:", figures_source(report));
    add_bytes(text, " arena", before->arena, after->arena);
    add_bytes(text, ", uordblks", before->uordblks, after->uordblks);
    add_bytes(text, ", fordblks", before->fordblks, after->fordblks);
    add_bytes(text, ", keepcost", before->keepcost, after->keepcost);
    add_count(text, ", ordblks", before->ordblks, after->ordblks);
    add_count(text, ", smblks", before->smblks, after->smblks);
    add_bytes(text, ", fsmblks", before->fsmblks, after->fsmblks);
    add_count(text, ", hblks", before->hblks, after->hblks);
    add_bytes(text, ", hblkhd", before->hblkhd, after->hblkhd);
    add_bytes(text, ", total C heap", before->arena + before->hblkhd, after->arena + after->hblkhd);
}

static void add_expectation(struct trim_text *text, const struct trim_report *report)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    if (report->expected_known) {
        trim_text_add(text, ", expected %s%s", report->resident_assumed ? "at most " : "",
                      trim_format_bytes(quantity, report->expected_bytes));
    } else {
        trim_text_add(text, ", expected unknown");
    }
    if (report->released_known) {
        trim_text_add(text, ", released %s", trim_format_bytes(quantity, report->released_bytes));
    } else if (!report->dry && report->memory_known) {
        trim_text_add(text, ", released %s by RSS",
                      trim_format_bytes(quantity, report->released_bytes));
    } else if (!report->dry) {
        trim_text_add(text, ", released unknown");
    }
}

void trim_report_add(struct trim_text *text, const struct trim_report *report)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "trim #%" PRIu64 " %s", report->number, trim_reason_name(report->reason));
    if (report->asked_by[0] != '\0') {
        trim_text_add(text, " (%s)", report->asked_by);
    }
    trim_text_add(text, ": ");
    if (report->dry) {
        trim_text_add(text, "dry-run, not carried out, ");
    }
    if (!report->memory_known) {
        trim_text_add(text, "RSS+swap unknown");
    } else if (report->dry) {
        trim_text_add(text, "RSS+swap %s", trim_format_bytes(quantity, sum(&report->before)));
    } else {
        add_bytes(text, "RSS+swap", sum(&report->before), sum(&report->after));
        trim_text_add(
            text, " (%s)",
            trim_format_bytes_change(quantity, sum(&report->before), sum(&report->after)));
    }
    if (!report->dry) {
        trim_text_add(text, " in %s by %s", trim_format_ms(quantity, report->took_ns),
                      trim_release_name(&report->release));
    }
    add_expectation(text, report);
    trim_release_add(text, &report->release);
    add_figures(text, report);
    if (report->tops_bytes != 0) {
        trim_text_add(text, "; tops of other arenas%s: %s",
                      report->release.borrowed ? "" : ", which malloc_trim does not reach",
                      trim_format_bytes(quantity, report->tops_bytes));
    }
    if (report->earned.number != 0) {
        trim_text_add(text, "; trim #%" PRIu64 " ", report->earned.number);
        trim_lot_add(text, &report->earned);
    }
}

uint64_t trim_totals_trims(const struct trim_totals *totals)
{
    uint64_t trims = 0;
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        trims += totals->trims[reason];
    }
    return trims;
}

/* Appends "N trims (full-gc 2, reload 1)". */
void trim_add_trims(struct trim_text *text, const struct trim_totals *totals)
{
    uint64_t trims = trim_totals_trims(totals);
    trim_text_add(text, "%" PRIu64 " trim%s%s", trims, trims == 1 ? "" : "s",
                  totals->dry ? " decided by dry-run" : "");
    const char *separator = " (";
    for (int reason = TRIM_REASON_COUNT - 1; reason >= 0; reason--) {
        if (totals->trims[reason] != 0) {
            trim_text_add(text, "%s%s %" PRIu64, separator,
                          trim_reason_name((enum trim_reason)reason), totals->trims[reason]);
            separator = ", ";
        }
    }
    trim_text_add(text, "%s", trims != 0 ? ")" : "");
}

static uint64_t sum_of_skips(const struct trim_totals *totals, bool deferrals)
{
    uint64_t skips = 0;
    for (int skip = 0; skip < TRIM_SKIP_COUNT; skip++) {
        skips += is_deferral((enum trim_skip)skip) == deferrals ? totals->skips[skip] : 0;
    }
    return skips;
}

/* Appends "TITLE N (below-threshold 3, reused 1)" of the deferrals or of the others. */
static void add_counted_skips(struct trim_text *text, const struct trim_totals *totals,
                              const char *title, bool deferrals)
{
    uint64_t skips = sum_of_skips(totals, deferrals);
    trim_text_add(text, "%s %" PRIu64, title, skips);
    const char *separator = " (";
    for (int skip = 0; skip < TRIM_SKIP_COUNT; skip++) {
        if (is_deferral((enum trim_skip)skip) == deferrals && totals->skips[skip] != 0) {
            trim_text_add(text, "%s%s %" PRIu64, separator, trim_skip_name((enum trim_skip)skip),
                          totals->skips[skip]);
            separator = ", ";
        }
    }
    trim_text_add(text, "%s", skips != 0 ? ")" : "");
}

void trim_add_skips(struct trim_text *text, const struct trim_totals *totals)
{
    add_counted_skips(text, totals, "skipped", false);
    if (sum_of_skips(totals, true) != 0) {
        add_counted_skips(text, totals, ", put off", true);
    }
}

void trim_add_released(struct trim_text *text, const struct trim_totals *totals)
{
    char released[TRIM_QUANTITY_TEXT_MAX];
    char in_trims[TRIM_QUANTITY_TEXT_MAX];
    char longest[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "released %s in %s of trims, longest %s",
                  trim_format_bytes(released, totals->released_bytes),
                  trim_format_ms(in_trims, totals->trim_ns),
                  trim_format_ms(longest, totals->longest_trim_ns));
}

void trim_held_add(struct trim_text *text, double byte_ns, double cost_ns)
{
    char held[TRIM_QUANTITY_TEXT_MAX];
    char cost[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "%s*s for %s of CPU",
                  trim_format_bytes(held, (uint64_t)(byte_ns / (double)TRIM_NS_PER_S)),
                  trim_format_ms(cost, (uint64_t)cost_ns));
}

static void add_refilled(struct trim_text *text, uint64_t bytes)
{
    char refilled[TRIM_QUANTITY_TEXT_MAX];
    if (bytes != 0) {
        trim_text_add(text, ", the kernel filled %s again with huge pages",
                      trim_format_bytes(refilled, bytes));
    }
}

void trim_lot_add(struct trim_text *text, const struct trim_lot *lot)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    uint64_t tenths = (uint64_t)(trim_lot_held_ns(lot) / ((double)TRIM_NS_PER_S / 10));
    trim_text_add(text, "held %s for %" PRIu64 ".%" PRIu64 "s on average, ",
                  trim_format_bytes(bytes, lot->bytes), tenths / 10, tenths % 10);
    trim_held_add(text, lot->held_byte_ns, lot->cost_ns);
    add_refilled(text, (uint64_t)lot->refilled_bytes);
}

void trim_add_held(struct trim_text *text, const struct trim_totals *totals)
{
    trim_text_add(text, "held ");
    trim_held_add(text, totals->held_byte_ns, totals->held_cost_ns);
    add_refilled(text, totals->refilled_bytes);
    trim_text_add(text, ", useless %" PRIu64 ", regretted %" PRIu64, totals->useless,
                  totals->regretted);
}

void trim_totals_add_summary(struct trim_text *text, const struct trim_totals *totals,
                             bool trim_running)
{
    trim_text_add(text, "summary: ");
    trim_add_trims(text, totals);
    if (!totals->dry) {
        trim_text_add(text, ", ");
        trim_add_released(text, totals);
        trim_text_add(text, "; ");
        trim_add_held(text, totals);
    }
    trim_text_add(text, "; ");
    trim_add_skips(text, totals);
    if (trim_running) {
        trim_text_add(text, "; one more trim was running at exit");
    }
}

void trim_verdict_add(struct trim_text *text, const struct trim_lot *lot)
{
    trim_text_add(text, "trim #%" PRIu64 " was %s: ", lot->number, trim_verdict_name(lot->verdict));
    trim_lot_add(text, lot);
}
