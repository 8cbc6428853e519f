/*
 * The lines of the log and the status block. Pure, any thread: every line has a golden test.
 */
#ifndef TRIMAGENT_REPORT_TEXT_H
#define TRIMAGENT_REPORT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "jvm_counts.h"
#include "options.h"
#include "report.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The debug line of a look without a trim, "no trim (REASON): ...". */
void trim_skip_add(struct trim_text *text, const struct trim_skip_report *report);

/* The way of a release: "trim", "borrow", "borrow+trim" or "trim+borrow". */
const char *trim_release_name(const struct trim_release *release);

/* What there is to tell of it beside: "; borrowed SIZE ...", or nothing. */
void trim_release_add(struct trim_text *text, const struct trim_release *release);

/* The line of one trim, "trim #N REASON: ...". */
void trim_report_add(struct trim_text *text, const struct trim_report *report);

/* The line of a verdict on a trim, "trim #N was VERDICT: ...". */
void trim_verdict_add(struct trim_text *text, const struct trim_lot *lot);

/* The summary line at exit. */
void trim_totals_add_summary(struct trim_text *text, const struct trim_totals *totals,
                             bool trim_running);

/* What status shows beside the totals. */
struct trim_status {
    struct trim_signals signals;
    uint64_t unloaded_classes;
    const struct trim_options *options;
    const char *allocator;
    uint64_t lost_log_lines;
    uint64_t now_ns;
};

/* The status block: several lines, joined by newlines, without a last newline. */
void trim_totals_add_status(struct trim_text *text, const struct trim_totals *totals,
                            const struct trim_status *status);

/* Appends figures for programs, a name and a value on each line: the totals and the last trim, */
void trim_totals_add_figures(struct trim_text *text, const struct trim_totals *totals,
                             const struct trim_status *status);

/* and an estimate, each of its lines after a newline. */
void trim_estimate_add_figures(struct trim_text *text, const struct trim_estimate *estimate);

/* The number of trims for any reason. */
uint64_t trim_totals_trims(const struct trim_totals *totals);

#ifdef __cplusplus
}
#endif

#endif
