/*
 * What the agent has to say, as data, and the texts made of it.
 * The functions are pure: every line format has a golden test.
 */
#ifndef TRIMAGENT_REPORT_H
#define TRIMAGENT_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"
#include "reason.h"
#include "trimagent/allocator.h"
#include "trimagent/options.h"
#include "trimagent/process_memory.h"
#include "trimagent/signals.h"
#include "trimagent/text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One trim. */
struct trim_report {
    uint64_t number; /* From 1. */
    enum trim_reason reason;
    bool dry; /* Only decided, by dry-run. */
    bool memory_known;
    struct trim_process_memory before;
    struct trim_process_memory after;
    uint64_t took_ns; /* Of the trim alone, by the wall clock, */
    uint64_t cpu_ns;  /* and its CPU time, helping threads included. */
    bool expected_known;
    uint64_t expected_bytes;
    bool resident_assumed; /* The expectation takes memory for resident that could not be looked at.
                            */
    bool released_known;   /* By the arenas' residency; */
    uint64_t released_bytes; /* otherwise by RSS, where that is known. */
    uint64_t tops_bytes;     /* In the tops of non-main arenas afterwards; 0: nothing to report. */
    struct trim_release release; /* How it was carried out. */
    bool figures_dear;           /* mallinfo2 was left out for what it would have cost. */
    struct trim_heap_figures figures_before;
    struct trim_heap_figures figures_after;
    struct trim_lot earned; /* What the trim before has earned so far; number 0: there was none. */
};

/* The number of last trims that status shows. */
#define TRIM_STATUS_TRIMS 5

/* Everything that has happened so far, for the summary and for status. */
struct trim_totals {
    bool dry; /* Trims were only decided. */
    uint64_t considered;
    uint64_t trims[TRIM_REASON_COUNT];
    uint64_t skips[TRIM_SKIP_COUNT];
    uint64_t useless;
    uint64_t regretted;
    uint64_t released_bytes;
    uint64_t trim_ns;
    uint64_t longest_trim_ns;
    uint64_t trim_cpu_ns;
    uint64_t estimates;
    uint64_t estimate_cpu_ns;
    uint64_t wake_ups;
    double held_byte_ns; /* Bytes that trims have kept free times how long, */
    double held_cost_ns; /* and the CPU that this has cost, faults of taking them again included. */
    uint64_t refilled_bytes; /* Of what trims have released the kernel itself has brought back. */
    enum trim_verdict verdict;
    bool has_estimate;
    struct trim_estimate estimate; /* The last one. */
    uint64_t estimate_at_ns;
    struct trim_report
        last[TRIM_STATUS_TRIMS]; /* A ring; trim number n is at (n - 1) % TRIM_STATUS_TRIMS. */
    uint64_t last_at_ns[TRIM_STATUS_TRIMS];
};

/* The debug line of a decision not to trim, "no trim (REASON): ...". */
void trim_decision_add_skip(struct trim_text *text, const struct trim_decision *decision,
                            uint64_t threshold_bytes);

/* The way of a release: "trim", "borrow" or "borrow+trim". */
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
