/*
 * Reports of trims on their way from the worker to the thread that tells the JVM of them.
 *
 * The worker puts and another thread takes; neither takes a lock, and nobody is awake while nothing
 * happens. Where the taker is late by more than the ring has room for, reports are dropped and
 * counted. Nothing is allocated. There is one ring in a process.
 */
#ifndef TRIMAGENT_REPORT_RING_H
#define TRIMAGENT_REPORT_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "report.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for so many reports. */
#define TRIM_REPORT_RING_SIZE 16

/* From now on reports are kept. Before the worker starts. */
void trim_report_ring_open(void);

/* From now on they are not, and the taker waits no longer. Any thread. */
void trim_report_ring_close(void);

/* Whether they are. Any thread. */
bool trim_report_ring_is_open(void);

/* Keeps a report; where the ring is not open this does nothing. Worker only; about two
 * microseconds. */
void trim_report_ring_put(const struct trim_report *report);

/* What the taker has waited for. */
enum trim_ring_news { TRIM_RING_REPORT = 0, TRIM_RING_NUDGE, TRIM_RING_TIMEOUT, TRIM_RING_CLOSED };

/* Waits for the next report, which it copies, for a nudge, for so long (TRIM_NEVER: no end), or for
 * the end of the ring. The taker only. */
enum trim_ring_news trim_report_ring_take(struct trim_report *report, uint64_t wait_ns);

/* Whether the taker wants nudges. The taker only. */
void trim_report_ring_want_nudges(bool wanted);

/* Whether it does. Any thread. */
bool trim_report_ring_wants_nudges(void);

/* Something may have changed in the JVM that the taker waits for. Worker only. */
void trim_report_ring_nudge(void);

/* The reports that were dropped. Any thread. */
uint64_t trim_report_ring_lost(void);

#ifdef __cplusplus
}
#endif

#endif
