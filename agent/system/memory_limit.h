/*
 * How much memory this process may have, by whose word, and how much of it is taken.
 *
 * The limit is the smallest memory.max (v2) or memory.limit_in_bytes (v1) from the process's cgroup
 * up to the top of what is visible, or the host's memory where none is lower: above it the kernel
 * kills. v1's hierarchical_memory_limit is taken where it is lower still, since it knows ancestors
 * that a container does not see. memory.high does not count as the limit, because nobody is killed
 * there; but a process at it is throttled and its memory reclaimed, so the fill is judged against
 * whichever of the two is lower. Limits of memory and swap together are left alone: those on memory
 * are never above them.
 *
 * The fill is that of the fullest cgroup on the way up, which need not be the one with the smallest
 * limit: a pod's own limit is larger than its container's, but shared. What counts is the working
 * set as kubelet counts it, usage without inactive_file: a page cache that is not in use is dropped
 * before anybody is killed. Where the host's memory is the limit it counts like a cgroup, with
 * MemTotal without MemAvailable for its working set.
 *
 * Limits and usage change while the process runs. Only directories are remembered; a refresh reads
 * /proc/self/cgroup, the limit of each level, and two files of each level that has one. A
 * memory_limit belongs to one thread at a time. No function allocates, and none fails: what cannot
 * be read is unknown.
 */
#ifndef TRIMAGENT_MEMORY_LIMIT_H
#define TRIMAGENT_MEMORY_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whose word the limit is. */
enum trim_limit_source {
    TRIM_LIMIT_UNKNOWN = 0, /* No cgroup is visible or limited, and /proc/meminfo cannot be read. */
    TRIM_LIMIT_HOST,        /* MemTotal of /proc/meminfo: no cgroup's limit is lower. */
    TRIM_LIMIT_CGROUP,      /* The file at level in cgroup. */
    TRIM_LIMIT_HIDDEN       /* v1's memory.stat of the process's cgroup: an ancestor that is not
                               visible. */
};

struct trim_memory_limit {
    struct trim_cgroup cgroup;
    enum trim_limit_source source;
    uint64_t limit_bytes; /* 0: unknown. */
    size_t level;         /* With TRIM_LIMIT_CGROUP: of the cgroup that has it. */
    uint64_t high_bytes;  /* The smallest memory.high; 0: none. */

    /* The fullest. */
    bool fill_known;
    size_t fill_level;      /* Of its cgroup; 0: the host. */
    uint64_t ceiling_bytes; /* Its limit, or its memory.high where that is lower. */
    uint64_t usage_bytes;   /* With the whole page cache. */
    uint64_t working_set_bytes;
    uint32_t fill_permille; /* The working set's share of the ceiling; more than 1000 is possible
                               for a moment. */
};

/* Finds the limit for the first time. root is the prefix of all paths, "" but in tests, and must
 * outlive the limit. */
void trim_memory_limit_open(struct trim_memory_limit *limit, const char *root);

/* Reads everything again. Returns whether the limit, its source or its place is another one now,
 * which is worth a line in the log. */
bool trim_memory_limit_refresh(struct trim_memory_limit *limit);

#ifdef __cplusplus
}
#endif

#endif
