/*
 * The agent's one thread: it sleeps until a signal or until the policy's next wake-up, measures
 * what the policy asks for, trims, and logs.
 *
 * It is a plain pthread that the JVM does not know: not stopped at safepoints, absent from thread
 * dumps, and never in need of JNI or a raw monitor. It is named "trimagent", has all signals
 * blocked, a small stack and the normal priority (a lower one would starve the holder of an arena's
 * lock: stalls of seconds were measured).
 */
#ifndef TRIMAGENT_WORKER_H
#define TRIMAGENT_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator.h"
#include "options.h"
#include "report.h"
#include "vm_counters.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the worker works with. The texts and tables must outlive the process's last trim; they are
 * static. */
struct trim_worker_config {
    struct trim_options options;
    const struct trim_allocator *allocator;
    const char *allocator_description;
    const struct trim_vm_counters *counters;
    const char *proc; /* "/proc/self" but in tests. */
    const char *root; /* Prefix of the paths of cgroups and pressure: "" but in tests. */
};

/*
 * Starts the thread, which logs the start line first. Any thread, after trim_log_open. Returns 0,
 * or an error number where no thread can be had. A second call does nothing and returns 0.
 */
int trim_worker_start(const struct trim_worker_config *config);

/* Whether there is a worker: it was started, and the system lets it sleep. Any thread. */
bool trim_worker_alive(void);

/* The commands of late attach. */
enum trim_command {
    TRIM_COMMAND_NONE = 0,
    TRIM_COMMAND_TRIM,
    TRIM_COMMAND_STATUS,
    TRIM_COMMAND_FIGURES, /* A fresh estimate and the totals, for programs to read. */
    TRIM_COMMAND_SET,     /* By trim_worker_set only. */
    TRIM_COMMAND_COUNT
};

/*
 * Has the worker carry out a command and waits for its end, at most timeout_ns. Any thread outside
 * GC callbacks. Returns 0; ETIMEDOUT where the time was not enough, and the command is carried out
 * later; ENOTSUP where malloc is not one that can be trimmed, which the worker has logged; ESRCH
 * where there is no worker, or it ends.
 */
int trim_worker_command(enum trim_command command, uint64_t timeout_ns);

/*
 * The application asks for a trim, for a reason of at most TRIM_ASKED_BY_MAX - 1 bytes, which is
 * copied. Any thread outside GC callbacks; waits for nothing. Returns 0; ENOTSUP where malloc is
 * not one that can be trimmed; ESRCH where there is no worker, or it ends.
 */
int trim_worker_request(const char *reason);

/* Copies the totals so far. Any thread outside GC callbacks. Returns false where there is no
 * worker. */
bool trim_worker_read_totals(struct trim_totals *totals);

/*
 * Has the worker take these options instead of its own, and answer with what has changed
 * (answer.h). Those that are applied only at the start must be as they were. The rest is as for
 * trim_worker_command; after ETIMEDOUT the options will be taken.
 */
int trim_worker_set(struct trim_options *options, uint64_t timeout_ns);

/*
 * Ends the worker, and writes the summary line where anything was considered. The caller writes it
 * and waits for nothing, least of all for a trim: the end of the JVM is not delayed. Idempotent.
 * Any thread outside GC callbacks.
 */
void trim_worker_stop(void);

#ifdef __cplusplus
}
#endif

#endif
