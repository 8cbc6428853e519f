/*
 * Keeps the file of metrics up to date: after each release, and otherwise when the worker is awake
 * anyway, but no more often than each ten seconds. A process at rest is woken for it once each
 * check, so that the age of the file tells that the agent lives.
 *
 * The first time comes after ten seconds, whatever is released before: a JVM that only runs a
 * command reads the same JAVA_TOOL_OPTIONS as the server and should not write over its file.
 *
 * Worker only, but for trim_metering_end. Nothing is allocated. Where the option is off all of it
 * does nothing.
 */
#ifndef TRIMAGENT_METERING_H
#define TRIMAGENT_METERING_H

#include <stdbool.h>
#include <stdint.h>

#include "metrics.h"
#include "metrics_file.h"
#include "options.h"
#include "snapshot.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero at first. */
struct trim_metering {
    bool on;
    bool due; /* There was a release since the last time. */
    bool told;
    uint64_t first_ns; /* Nothing is written before. */
    uint64_t next_ns;  /* When it is written without a release at the earliest, */
    uint64_t wake_ns;  /* and when the worker is woken for it. */
    uint64_t check_ns;
    uint64_t written; /* How often so far, */
    uint64_t failed;  /* how often not, */
    int error;        /* and why the last time. */
    struct trim_metrics metrics;
    struct trim_metrics_file file;
};

/* Starts, where the option asks for it. */
void trim_metering_init(struct trim_metering *metering, const struct trim_options *options,
                        uint64_t now_ns);

/* Takes another check. */
void trim_metering_configure(struct trim_metering *metering, const struct trim_options *options,
                             uint64_t now_ns);

/* Counts a trim, which is worth a new file. */
void trim_metering_take(struct trim_metering *metering, const struct trim_report *report);

/* Whether the file is to be written now. */
bool trim_metering_due(const struct trim_metering *metering, uint64_t now_ns);

/* Writes the file, and says once where that fails. */
void trim_metering_write(struct trim_metering *metering, const struct trim_snapshot *snapshot,
                         uint64_t now_ns);

/* Appends its line of status after a newline, and its fields, or nothing where it is off. */
void trim_metering_add_status(struct trim_text *text, struct trim_fields *fields,
                              const struct trim_metering *metering);

/* Removes the file; none is written any more. Any thread, before the start too; waits for nothing.
 */
void trim_metering_end(struct trim_metering *metering);

#ifdef __cplusplus
}
#endif

#endif
