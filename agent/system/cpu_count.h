/*
 * How many CPUs this process may use: by its affinity, and by the CPU quotas of its cgroups, which
 * glibc does not know of.
 */
#ifndef TRIMAGENT_CPU_COUNT_H
#define TRIMAGENT_CPU_COUNT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Pure: reads cpu.max of cgroup v2, "QUOTA PERIOD" or "max PERIOD" in microseconds
 * (Documentation/admin-guide/cgroup-v2.rst). Returns the CPUs that the quota is good for, rounded
 * up, at least 1; 0 where there is none, or the text is malformed.
 */
uint64_t trim_parse_cpu_max(const char *text, size_t length);

/* Pure: the same of v1's cpu.cfs_quota_us, where -1 is none, and cpu.cfs_period_us. */
uint64_t trim_parse_cfs_quota(const char *quota, size_t quota_length, const char *period,
                              size_t period_length);

/* At least 1. root is the prefix of all paths, "" but in tests. Any thread; takes as long as
 * trim_cgroup_open. */
uint64_t trim_cpu_count(const char *root);

#ifdef __cplusplus
}
#endif

#endif
