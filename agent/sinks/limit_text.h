/* What is said of the memory limit and of the CPU quota. Pure, any thread. */
#ifndef TRIMAGENT_LIMIT_TEXT_H
#define TRIMAGENT_LIMIT_TEXT_H

#include "cpu_throttle.h"
#include "memory_limit.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pure: appends whose limit it is, such as
 *     memory limit 512M (cgroup v2, /sys/fs/cgroup/memory.max)
 *     memory limit 23.5G (the host's, none lower in cgroup v1, /sys/fs/cgroup/memory)
 *     memory limit 23.5G (the host's, no cgroup visible)
 */
void trim_memory_limit_add(struct trim_text *text, const struct trim_memory_limit *limit);

/* Pure: appends the fill, such as "47% full: working set 241M of 512M, usage 301M (PATH)", or "fill
 * unknown". */
void trim_memory_limit_add_fill(struct trim_text *text, const struct trim_memory_limit *limit);

/* Pure: appends such as "cpu throttled in 12 periods, 340ms (cgroup v2, PATH)", "cpu throttling
 * unknown (no cgroup visible)" or "cpu never throttled (...)". */
void trim_cpu_throttle_add(struct trim_text *text, const struct trim_cpu_throttle *throttle);

#ifdef __cplusplus
}
#endif

#endif
