/*
 * The kernel's pressure stall information on memory: how long tasks wait because memory is short.
 *
 * A trigger wakes a poll when the stalls within a window reach a length. It is set on the process's
 * own cgroup (v2 only) where memory.pressure may be written, which in most containers it may not
 * since /sys/fs/cgroup is read-only there, and otherwise on the whole system's
 * /proc/pressure/memory. An unprivileged process may set one since Linux 6.5, with a window that is
 * a multiple of 2 s. The averages can be read wherever the file can, so those of the own cgroup
 * serve beside a trigger of the system's, and alone where no trigger is to be had.
 *
 * Facts: Documentation/accounting/psi.rst; kernel/sched/psi.c (psi_trigger_create, psi_write).
 *
 * A pressure belongs to one thread at a time. No function allocates. Where the kernel has no PSI
 * (before 4.20, or psi=0) nothing is in use, and the text says so.
 */
#ifndef TRIMAGENT_PRESSURE_H
#define TRIMAGENT_PRESSURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cgroup.h"
#include "descriptor.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Stalls of some task, 150 ms of them within 2 s: systemd's default for the same purpose
 * (DefaultMemoryPressureThresholdSec=200ms) is a little more patient. */
#define TRIM_PRESSURE_STALL_US 150000
#define TRIM_PRESSURE_WINDOW_US 2000000

/* The same share as an average, in hundredths of a percent. */
#define TRIM_PRESSURE_AVG10_HIGH (TRIM_PRESSURE_STALL_US * 10000 / TRIM_PRESSURE_WINDOW_US)

/* The first line of a pressure file, "some avg10=0.12 avg60=0.05 avg300=0.00 total=123". */
struct trim_pressure_averages {
    uint32_t avg10; /* In hundredths of a percent of the time; 0 to 10000. */
    uint32_t avg60;
    uint32_t avg300;
    uint64_t total_us;
};

/* Pure: reads the "some" line. Returns 0, or -1 where it is missing or malformed, with the output
 * untouched. */
int trim_parse_pressure(const char *text, size_t length, struct trim_pressure_averages *averages);

/* Pure: whether the last ten seconds were as bad as what a trigger waits for. */
bool trim_pressure_is_high(const struct trim_pressure_averages *averages);

enum trim_pressure_source {
    TRIM_PRESSURE_NONE = 0,
    TRIM_PRESSURE_CGROUP, /* memory.pressure of the own cgroup, or of an ancestor. */
    TRIM_PRESSURE_SYSTEM  /* /proc/pressure/memory. */
};

struct trim_pressure {
    struct trim_cgroup cgroup;          /* Of v2. */
    enum trim_pressure_source trigger;  /* NONE: no trigger could be set. */
    struct trim_descriptor kept;        /* Of the trigger, to be polled for POLLPRI. */
    int cgroup_error;                   /* errno of the attempt on the cgroup; 0: none made. */
    int system_error;                   /* errno of the attempt on the system; 0: none made. */
    enum trim_pressure_source averages; /* NONE: no file can be read. */
    unsigned losses;                    /* Triggers lost so far. */
};

/* What a poll of the trigger has brought. */
enum trim_pressure_event {
    TRIM_PRESSURE_QUIET = 0,
    TRIM_PRESSURE_RISEN, /* At most once a window, as long as it lasts. */
    TRIM_PRESSURE_LOST   /* The trigger is gone, its cgroup with it. Another source was looked for:
                            kept is another one now, and a line in the log is due.
                          */
};

/* Searches the sources and sets the trigger. root is the prefix of all paths, "" but in tests, and
 * must outlive it. To be called on the thread that polls. */
void trim_pressure_open(struct trim_pressure *pressure, const char *root);

/*
 * Takes in the revents of a poll for POLLPRI on the trigger; POLLNVAL where it was found to be
 * another file by now. A trigger that goes on failing is given up for averages after a few times,
 * so that the caller's poll cannot spin.
 */
enum trim_pressure_event trim_pressure_polled(struct trim_pressure *pressure, short revents);

/* Reads the averages. Returns 0, or -1 where that fails, with the output untouched. */
int trim_pressure_read(struct trim_pressure *pressure, struct trim_pressure_averages *averages);

/* Closes the trigger, unless its number is another file's by now. */
void trim_pressure_close(struct trim_pressure *pressure);

#ifdef __cplusplus
}
#endif

#endif
