/*
 * One cycle of the worker: observe, let the policy decide, measure or trim as it says, until it
 * says to wait.
 *
 * The cycle belongs to the worker. What other threads may read of it (the totals) is copied under
 * its lock, which is never held across a measurement or a trim.
 */
#ifndef TRIMAGENT_CYCLE_H
#define TRIMAGENT_CYCLE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "findings.h"
#include "judge.h"
#include "metering.h"
#include "policy.h"
#include "report.h"
#include "surroundings.h"
#include "worker.h"

struct trim_cycle {
    const struct trim_worker_config *config;
    struct trim_policy policy;
    struct trim_surroundings surroundings;
    bool price_faults; /* What a page fault costs is to be measured with the next estimate. */
    struct trim_findings findings;
    struct trim_judge judge;
    struct trim_metering metering;
    char asked_by[TRIM_ASKED_BY_MAX]; /* Why the application made the last demand, or empty. */
    bool for_operator;                /* An operator waits for that demand's answer. */
    struct trim_lot told;             /* The last verdict that was told. */
    struct trim_cancel cancel;        /* A release that is running shall end early: the VM ends. */
    pthread_mutex_t lock;             /* Guards what follows. */
    struct trim_totals totals;
    bool trimming; /* A release is running. */
    bool stopped;  /* No trim may begin or be reported any more. */
};

/* What the worker has to do until the next cycle. */
struct trim_cycle_wait {
    uint64_t wake_ns;
    uint64_t wake_cpu_ns; /* CPU time of the process at which to wake as well; UINT64_MAX: never.
                           */
    uint64_t arm_class_loads; /* Count of class loads that is worth a wake-up. */
};

/* Worker: starts the policy. The lock must be usable before. */
void trim_cycle_init(struct trim_cycle *cycle, const struct trim_worker_config *config);

/* Worker: takes options into force that have changed in the cycle's configuration. */
void trim_cycle_configure(struct trim_cycle *cycle);

/* Worker: runs one cycle. demands counts the trims that operators have asked for. */
void trim_cycle_run(struct trim_cycle *cycle, uint64_t demands, struct trim_cycle_wait *wait);

/* Any thread: copies the totals. */
void trim_cycle_read_totals(struct trim_cycle *cycle, struct trim_totals *totals);

/*
 * Any thread: lets no further trim begin or be reported, and copies the totals as they are now.
 * Returns whether a trim is running.
 */
bool trim_cycle_stop(struct trim_cycle *cycle, struct trim_totals *totals);

#endif
