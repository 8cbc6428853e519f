/* What looks and trims have come to: one by one, in the summary, and for the status block. */
#include "totals_text.h"

#include <inttypes.h>

#include "quantity.h"

/* What only has to wait is not skipped. */
bool trim_skip_is_deferral(enum trim_skip skip)
{
    return skip == TRIM_SKIP_COOLDOWN || skip == TRIM_SKIP_GROWING || skip == TRIM_SKIP_WAITING;
}

bool trim_skip_has_sizes(enum trim_skip skip)
{
    return skip == TRIM_SKIP_BELOW_THRESHOLD || skip == TRIM_SKIP_REUSED ||
           skip == TRIM_SKIP_WAITING;
}

void trim_skip_add(struct trim_text *text, const struct trim_skip_report *report)
{
    char expected[TRIM_QUANTITY_TEXT_MAX];
    char threshold[TRIM_QUANTITY_TEXT_MAX];
    enum trim_skip skip = report->skip;
    trim_text_add(text, "%s (%s): %s", trim_skip_is_deferral(skip) ? "trim put off" : "no trim",
                  trim_reason_name(report->reason), trim_skip_name(skip));
    if (trim_skip_has_sizes(skip)) {
        trim_text_add(text, ", expected %s%s, threshold %s", report->bound_only ? "at most " : "",
                      trim_format_bytes(expected, report->expected_bytes),
                      trim_format_bytes(threshold, report->threshold_bytes));
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

/* Whether all trims so far, if any, were only decided. */
static bool is_dry(const struct trim_totals *totals)
{
    uint64_t trims = trim_totals_trims(totals);
    return trims == 0 ? totals->dry : totals->ways[TRIM_WAY_DRY] == trims;
}

void trim_add_trims(struct trim_text *text, const struct trim_totals *totals)
{
    uint64_t trims = trim_totals_trims(totals);
    trim_text_add(text, "%" PRIu64 " trim%s%s", trims, trims == 1 ? "" : "s",
                  is_dry(totals) ? " decided by dry-run" : "");
    const char *separator = " (";
    for (int reason = TRIM_REASON_COUNT - 1; reason >= 0; reason--) {
        if (totals->trims[reason] != 0) {
            trim_text_add(text, "%s%s %" PRIu64, separator,
                          trim_reason_name((enum trim_reason)reason), totals->trims[reason]);
            separator = ", ";
        }
    }
    trim_text_add(text, "%s", trims != 0 ? ")" : "");
    if (totals->ways[TRIM_WAY_DRY] != 0 && !is_dry(totals)) {
        trim_text_add(text, ", %" PRIu64 " of them decided by dry-run", totals->ways[TRIM_WAY_DRY]);
    }
}

static uint64_t sum_of_skips(const struct trim_totals *totals, bool deferrals)
{
    uint64_t skips = 0;
    for (int skip = 0; skip < TRIM_SKIP_COUNT; skip++) {
        skips += trim_skip_is_deferral((enum trim_skip)skip) == deferrals ? totals->skips[skip] : 0;
    }
    return skips;
}

/* Appends "N (below-threshold 3, reused 1)" of the deferrals or of the others. */
static void add_counted_skips(struct trim_text *text, const struct trim_totals *totals,
                              bool deferrals)
{
    uint64_t skips = sum_of_skips(totals, deferrals);
    trim_text_add(text, "%" PRIu64, skips);
    const char *separator = " (";
    for (int skip = 0; skip < TRIM_SKIP_COUNT; skip++) {
        if (trim_skip_is_deferral((enum trim_skip)skip) == deferrals && totals->skips[skip] != 0) {
            trim_text_add(text, "%s%s %" PRIu64, separator, trim_skip_name((enum trim_skip)skip),
                          totals->skips[skip]);
            separator = ", ";
        }
    }
    trim_text_add(text, "%s", skips != 0 ? ")" : "");
}

void trim_add_skips(struct trim_text *text, const struct trim_totals *totals)
{
    add_counted_skips(text, totals, false);
    if (sum_of_skips(totals, true) != 0) {
        trim_text_add(text, ", put off: ");
        add_counted_skips(text, totals, true);
    }
}

void trim_add_released(struct trim_text *text, const struct trim_totals *totals)
{
    char released[TRIM_QUANTITY_TEXT_MAX];
    char in_trims[TRIM_QUANTITY_TEXT_MAX];
    char longest[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "released %s in %s, longest trim %s",
                  trim_format_bytes(released, totals->released_bytes),
                  trim_format_ms(in_trims, totals->trim_ns),
                  trim_format_ms(longest, totals->longest_trim_ns));
}

/* Appends "3.37G*s for 210ms of CPU", or "nothing yet for 210ms of CPU" where no time has passed.
 */
static void add_bargain(struct trim_text *text, double byte_ns, double cost_ns)
{
    char held[TRIM_QUANTITY_TEXT_MAX];
    char cost[TRIM_QUANTITY_TEXT_MAX];
    uint64_t byte_s = (uint64_t)(byte_ns / (double)TRIM_NS_PER_S);
    trim_text_add(text, "%s%s for %s of CPU",
                  byte_s != 0 ? trim_format_bytes(held, byte_s) : "nothing yet",
                  byte_s != 0 ? "*s" : "", trim_format_ms(cost, (uint64_t)cost_ns));
}

static void add_refilled(struct trim_text *text, uint64_t bytes)
{
    char refilled[TRIM_QUANTITY_TEXT_MAX];
    if (bytes != 0) {
        trim_text_add(text, ", the kernel refilled %s with huge pages",
                      trim_format_bytes(refilled, bytes));
    }
}

void trim_lot_add(struct trim_text *text, const struct trim_lot *lot)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    uint64_t tenths = (uint64_t)(trim_lot_held_ns(lot) / ((double)TRIM_NS_PER_S / 10));
    trim_text_add(text, "%s stayed free for %" PRIu64 ".%" PRIu64 "s on average, ",
                  trim_format_bytes(bytes, lot->bytes), tenths / 10, tenths % 10);
    add_bargain(text, lot->held_byte_ns, lot->cost_ns);
    add_refilled(text, (uint64_t)lot->refilled_bytes);
}

void trim_add_held(struct trim_text *text, const struct trim_totals *totals)
{
    trim_text_add(text, "kept free ");
    add_bargain(text, totals->held_byte_ns, totals->held_cost_ns);
    add_refilled(text, totals->refilled_bytes);
    trim_text_add(text, ", useless %" PRIu64 ", regretted %" PRIu64, totals->useless,
                  totals->regretted);
}

void trim_totals_add_summary(struct trim_text *text, const struct trim_totals *totals,
                             bool trim_running)
{
    uint64_t trims = trim_totals_trims(totals);
    trim_text_add(text, "summary: ");
    trim_add_trims(text, totals);
    if (trims != 0 && !is_dry(totals)) {
        trim_text_add(text, ", ");
        trim_add_released(text, totals);
    }
    if (trim_running) {
        trim_text_add(text, ", one more was running at exit");
    }
    trim_text_add(text, trims != 0 ? "\nsummary: " : "; ");
    if (trims != 0 && !is_dry(totals)) {
        trim_add_held(text, totals);
        trim_text_add(text, "; ");
    }
    trim_text_add(text, "looks without a trim: ");
    trim_add_skips(text, totals);
}

void trim_verdict_add(struct trim_text *text, const struct trim_lot *lot)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    char other[TRIM_QUANTITY_TEXT_MAX];
    (void)trim_format_bytes(bytes, lot->bytes);
    trim_text_add(text, "trim #%" PRIu64 " was %s: ", lot->number, trim_verdict_name(lot->verdict));
    switch (lot->verdict) {
    case TRIM_VERDICT_USELESS:
        trim_text_add(text, "it released %s, less than a quarter of what was expected", bytes);
        break;
    case TRIM_VERDICT_REGRETTED:
        trim_text_add(text, "most of its %s was in use again before that had paid for %s of CPU",
                      bytes, trim_format_ms(other, (uint64_t)lot->cost_ns));
        break;
    case TRIM_VERDICT_REFILLED:
        trim_text_add(text, "the kernel itself filled %s of its %s again, with huge pages",
                      trim_format_bytes(other, (uint64_t)lot->refilled_bytes), bytes);
        break;
    case TRIM_VERDICT_NONE:
    case TRIM_VERDICT_OPEN:
    case TRIM_VERDICT_GOOD:
        trim_lot_add(text, lot);
        break;
    }
}
