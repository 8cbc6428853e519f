/* The memory limit of another process's cgroup, as this side of the system shows it. */
#ifndef TRIMCTL_LIMIT_H
#define TRIMCTL_LIMIT_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_limit {
    uint64_t limit_bytes; /* The smallest from the process's cgroup up; 0: none is known. */
    uint64_t usage_bytes; /* Of the cgroup that has it, page cache included. */
};

/*
 * Reads it for the process of directory proc, from cgroup v2 or v1 as they are usually mounted
 * below root, "" but in tests. What cannot be found is 0: the agent itself knows better.
 */
void ctl_limit_read(struct ctl_limit *limit, const char *proc, const char *root);

#ifdef __cplusplus
}
#endif

#endif
