/*
 * The lines of the log and the status block. Pure, any thread: every line has a golden test.
 */
#ifndef TRIMAGENT_REPORT_TEXT_H
#define TRIMAGENT_REPORT_TEXT_H

#include <stdbool.h>
#include <stdint.h>

#include "fields.h"
#include "jvm_counts.h"
#include "options.h"
#include "report.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The debug line of a look without a trim, "no trim (REASON): ...". */
void trim_skip_add(struct trim_text *text, const struct trim_skip_report *report);

/* The way of a release: "trim", "borrow", "borrow+trim" or "trim+borrow"; "none" where
 * nothing was tried. */
const char *trim_release_name(const struct trim_release *release);

/*
 * The line of one trim: "trim #N REASON: RSS A->B (-C) in T, longest wait W, expected E", at most
 * 160 characters. What was released follows where RSS hides it.
 */
void trim_report_add(struct trim_text *text, const struct trim_report *report);

/* The line of what has changed in malloc's own figures: "trim #N mallinfo2: arena A->B, ...". */
void trim_report_add_figures(struct trim_text *text, const struct trim_report *report);

/* Everything else there is to tell, one fact a line: "trim #N FACT", joined by newlines. */
void trim_report_add_details(struct trim_text *text, const struct trim_report *report);

/* The line of a verdict on a trim, "trim #N was VERDICT: ...". */
void trim_verdict_add(struct trim_text *text, const struct trim_lot *lot);

/* The verdict on the process's memory, "verdict: WORD: ...", one line. */
void trim_heap_verdict_add(struct trim_text *text, const struct trim_judgement *judgement);

/* The summary at exit: one line, or two joined by a newline. */
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

/* Appends figures for programs: the totals and the last trim, */
void trim_totals_add_figures(struct trim_fields *fields, const struct trim_totals *totals,
                             const struct trim_status *status);

/* the verdict on the process's memory, which is one of them, */
void trim_judgement_add_figures(struct trim_fields *fields, const struct trim_judgement *judgement);

/* and an estimate. */
void trim_estimate_add_figures(struct trim_fields *fields, const struct trim_estimate *estimate);

/* The number of trims for any reason. */
uint64_t trim_totals_trims(const struct trim_totals *totals);

#ifdef __cplusplus
}
#endif

#endif
