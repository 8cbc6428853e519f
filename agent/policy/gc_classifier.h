/*
 * Tells a young pause from an old one by the VM's own counts of collections.
 *
 * JVMTI's events carry no kind: the pair is posted for each stop-the-world pause, young ones
 * included. The VM's performance counters sun.gc.collector.N.invocations have moved already when
 * the Finish event is posted. The rule was measured against -Xlog:gc on JDK 8 to 25 (docs/DESIGN.md
 * has the table).
 *
 * Pure; may be called in JVMTI callbacks.
 */
#ifndef TRIMAGENT_GC_CLASSIFIER_H
#define TRIMAGENT_GC_CLASSIFIER_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum trim_pause {
    TRIM_PAUSE_YOUNG = 0,
    TRIM_PAUSE_OLD,
    TRIM_PAUSE_NOTHING, /* No collection took place; G1 posts such pairs. */
    TRIM_PAUSE_UNKNOWN  /* No counter was found. To be treated as old. */
};

/* The collectors of the performance counters, by their number there. */
enum {
    TRIM_COLLECTOR_YOUNG = 0,
    TRIM_COLLECTOR_FULL,
    TRIM_COLLECTOR_CONCURRENT,
    TRIM_COLLECTOR_COUNT
};

/* The VM's counts of collections at one moment. */
struct trim_gc_counts {
    uint64_t invocations[TRIM_COLLECTOR_COUNT];
    bool present[TRIM_COLLECTOR_COUNT]; /* Whether the VM has this collector. */
};

/*
 * Classifies the outermost pause that has just ended: last holds the counts at the end of the pause
 * before, now the counts at present.
 *  - the full or concurrent count moved: old;
 *  - only the young one moved: young;
 *  - none moved: old where there is no concurrent counter (8's G1 counts neither Remark nor
 * Cleanup), else nothing happened;
 *  - no counter at all: unknown.
 */
enum trim_pause trim_gc_classify(const struct trim_gc_counts *last,
                                 const struct trim_gc_counts *now);

#ifdef __cplusplus
}
#endif

#endif
