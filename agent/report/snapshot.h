/*
 * What the agent knows at one moment, for sinks that tell how things stand. Plain figures: the
 * worker fills them in.
 */
#ifndef TRIMAGENT_SNAPSHOT_H
#define TRIMAGENT_SNAPSHOT_H

#include <stdbool.h>
#include <stdint.h>

#include "jvm_counts.h"
#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_snapshot {
    const struct trim_totals *totals;
    struct trim_signals signals;
    const char *allocator;  /* Such as "glibc 2.36". */
    uint64_t worker_cpu_ns; /* CPU time of the agent's thread, releases and estimates included. */
    uint64_t lost_log_lines;
    uint64_t limit_bytes; /* Of memory; 0: unknown. */
    bool resident_known;
    uint64_t resident_bytes; /* Of the process, without what is swapped out. */
};

#ifdef __cplusplus
}
#endif

#endif
