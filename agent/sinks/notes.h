/*
 * What the worker has to say: each function writes a line, or a few, to the log.
 *
 * The worker hands over figures; the words are here. Lines of the start wait until the JVM has
 * lived for a while (log.h). Worker only, but for the summary.
 */
#ifndef TRIMAGENT_NOTES_H
#define TRIMAGENT_NOTES_H

#include <stdbool.h>
#include <stdint.h>

#include "memory_limit.h"
#include "options.h"
#include "pressure.h"
#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is known when the worker starts. */
struct trim_start {
    const char *allocator;
    bool can_trim;   /* This allocator's memory can be given back. */
    const char *gc;  /* The VM's name of its collector, or "". */
    bool gc_by_perf; /* Old collections are told from young ones by performance counters; */
    bool gc_by_heap; /* or by the heap's own counts; otherwise not at all. */
    const struct trim_options *options;
};

/* The start: version, allocator and the options that are not the defaults. */
void trim_note_start(const struct trim_start *start);

/* The memory limit, and where pressure is heard of, when found and when they change. */
void trim_note_limit(const struct trim_memory_limit *limit);
void trim_note_pressure(const struct trim_pressure *pressure);

/* Pressure can only be read at looks, which the option switches off. */
void trim_note_pressure_unread(void);

/* Memory is short: trims begin at least_bytes now. */
void trim_note_short(const struct trim_memory_limit *limit, uint64_t least_bytes);

/* Memory is short, but a trim would release no more than expected_bytes. */
void trim_note_futile(const struct trim_memory_limit *limit, uint64_t expected_bytes,
                      bool bound_only);

/* Part of the arenas cannot be looked at. */
void trim_note_assumed(void);

/* So much is free, but only whole_bytes of it in whole pages. */
void trim_note_pinned(uint64_t free_bytes, uint64_t whole_bytes);

/* Memory in use grows for good: the verdict and its figures. */
void trim_note_heap(const struct trim_judgement *judgement);

/* So much of the arenas is locked in memory. */
void trim_note_locked(uint64_t locked_bytes);

/* Why nothing will ever be borrowed. */
void trim_note_refusal(const char *why);

/* What the system refuses the worker, by error number: to be woken, to be woken by the process's
 * CPU time, to sleep. */
void trim_note_no_wake(int error);
void trim_note_no_alarm(int error);
void trim_note_no_sleep(int error);

/* The command "trim" with an allocator that cannot be trimmed. */
void trim_note_cannot_trim(const char *allocator);

/* A look without a trim; a trim that begins; what it has done; what it has turned out to be. */
void trim_note_skip(const struct trim_skip_report *skip);
void trim_note_begin(uint64_t number, enum trim_reason reason);
void trim_note_trim(const struct trim_report *report);
void trim_note_verdict(const struct trim_lot *lot, uint64_t worth_bytes);

/* Whether there is anything to sum up. Any thread. */
bool trim_note_sums_up(const struct trim_totals *totals, bool trim_running);

/* The summary at exit. Any thread. A short life in which nothing was released ends in silence. */
void trim_note_summary(const struct trim_totals *totals, bool trim_running);

#ifdef __cplusplus
}
#endif

#endif
