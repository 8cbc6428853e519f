/*
 * The metrics that a Prometheus server is given, as a page in its classic text format.
 *
 * Pure: the page is made from plain figures, without a clock or a file; metrics_file.h writes it.
 * What the totals do not tell, trims by their way and two histograms, is counted here, one trim at
 * a time. docs/METRICS.md tells what each metric means.
 */
#ifndef TRIMAGENT_METRICS_H
#define TRIMAGENT_METRICS_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"
#include "snapshot.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for a page with the longest name; with a short one it takes 6 KiB. */
#define TRIM_METRICS_PAGE_MAX (64 * 1024)

/* Room for the name of a JVM, with its NUL: that of a file. */
#define TRIM_METRICS_NAME_MAX 256

/* Bounds of a histogram's buckets, at most. */
#define TRIM_METRICS_BOUNDS_MAX 14

/* Values in nanoseconds. counts[i] are those up to the bound i that are above the one before; the
 * last holds those above all bounds. */
struct trim_histogram {
    uint64_t counts[TRIM_METRICS_BOUNDS_MAX + 1];
    uint64_t sum_ns;
};

/* Zero at first, but for the name. */
struct trim_metrics {
    char name[TRIM_METRICS_NAME_MAX]; /* Of this JVM, which keeps its series apart from others'. */
    uint64_t trims[TRIM_REASON_COUNT][TRIM_WAYS];
    struct trim_histogram durations;
    struct trim_histogram waits;
    bool heap_known;
    struct trim_estimate heap; /* The last one that has walked the heap. */
};

/* What the C heap is made of, in bytes. The parts make up all that malloc has from the system. */
struct trim_heap_parts {
    uint64_t in_use;        /* Allocated, mapped blocks left out. */
    uint64_t free_resident; /* Free in whole pages: a trim gives it back. */
    uint64_t free_pinned;   /* Free beside blocks in use, in no whole page, or locked in memory. */
    uint64_t free_released; /* Free and not resident: it was given back, or never touched. */
    uint64_t top;           /* The free ends of the arenas, resident or not. */
    uint64_t mapped;        /* Blocks that were mapped one by one. */
};

/* Which of the ways a trim went, and the name that the log uses too. Any thread. */
int trim_way_of(const struct trim_report *report);
const char *trim_way_name(int way);

/* Takes one trim in. Any thread, one at a time. */
void trim_metrics_take(struct trim_metrics *metrics, const struct trim_report *report);

/* Takes in an estimate. One that is only a bound knows nothing of the heap's parts, and is left
 * out. */
void trim_metrics_take_estimate(struct trim_metrics *metrics, const struct trim_estimate *estimate);

/* Divides the heap of an estimate that is no mere bound. */
void trim_heap_parts_of(struct trim_heap_parts *parts, const struct trim_estimate *estimate);

/*
 * The longest that a thread may have waited for malloc because of this release, in nanoseconds: by
 * borrowing the longest call of malloc or free, which is measured, by malloc_trim at most all of
 * it.
 */
uint64_t trim_longest_wait_ns(const struct trim_release *release);

/* Appends the page. */
void trim_metrics_add(struct trim_text *text, const struct trim_metrics *metrics,
                      const struct trim_snapshot *snapshot);

#ifdef __cplusplus
}
#endif

#endif
