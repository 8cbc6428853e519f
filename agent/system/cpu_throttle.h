/*
 * Whether a CPU quota is holding this process back right now.
 *
 * A thread that is throttled while it holds an arena's lock keeps everybody else from that arena
 * until its cgroup gets its next slice, up to a period (100 ms by default) later. So a trim is
 * better put off, for a bounded time, while cpu.stat shows throttling.
 *
 * The kernel counts a period as throttled when it ends, so two readings must be some periods apart
 * to say anything, and close together to speak of now. Fields: cpu.stat in
 * Documentation/admin-guide/cgroup-v2.rst and Documentation/scheduler/sched-bwc.rst.
 */
#ifndef TRIMAGENT_CPU_THROTTLE_H
#define TRIMAGENT_CPU_THROTTLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Since the cgroup was made. */
struct trim_cpu_stat {
    uint64_t throttled_periods; /* nr_throttled. */
    uint64_t throttled_ns;      /* throttled_usec or throttled_time, summed over CPUs. */
};

/* Pure: reads cpu.stat of v1 or v2. Returns 0, or -1 without one of the two figures, with the
 * output untouched: v2's root and cgroups without the controller lack them. */
int trim_parse_cpu_stat(const char *text, size_t length, struct trim_cpu_stat *stat);

/* What the readings say. */
enum trim_throttling {
    TRIM_THROTTLING_UNCLEAR = 0, /* The readings are too few, too old or too far apart. */
    TRIM_THROTTLING_NONE,
    TRIM_THROTTLING_NOW
};

/* The last two readings. */
struct trim_throttle_judge {
    unsigned readings; /* 0, 1, or 2 for more. */
    struct trim_cpu_stat last;
    uint64_t before_ns; /* Of the reading before the last. */
    uint64_t last_ns;
    bool grew; /* nr_throttled, between the two. */
};

/* Pure: starts without readings. */
void trim_throttle_init(struct trim_throttle_judge *judge);

/* Pure: takes in a reading. One that counts less than the last begins anew: the process was moved.
 */
void trim_throttle_take(struct trim_throttle_judge *judge, const struct trim_cpu_stat *stat,
                        uint64_t now_ns);

/*
 * Pure: NOW where nr_throttled grew between the last two readings, and these are no more than
 * within_ns apart; UNCLEAR where they are, or where there are no two; otherwise NONE.
 */
enum trim_throttling trim_throttle_now(const struct trim_throttle_judge *judge, uint64_t within_ns);

/* The cgroup of the cpu controller, with what it has said. Belongs to one thread at a time. */
struct trim_cpu_throttle {
    struct trim_cgroup cgroup;
    bool known; /* The last reading found figures. */
    struct trim_cpu_stat stat;
    struct trim_throttle_judge judge;
};

/* Finds the cgroup. root is the prefix of all paths, "" but in tests, and must outlive it. */
void trim_cpu_throttle_open(struct trim_cpu_throttle *throttle, const char *root);

/*
 * Reads cpu.stat of all levels and takes their sum into the judge, since a quota anywhere above
 * stops the process; a few microseconds for each level. Returns 0, or -1 where no level has
 * figures: nobody throttles then.
 */
int trim_cpu_throttle_read(struct trim_cpu_throttle *throttle, uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif
