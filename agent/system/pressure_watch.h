/*
 * Waits for the kernel's word of memory pressure, which comes through a descriptor only.
 *
 * A small thread does it, "trimagent-p", which exists where pressure is watched and nowhere else;
 * the worker has nothing to poll, so that nobody can keep it from sleeping by closing a descriptor.
 * The watch polls and does nothing else to the descriptor. It looks at it before, after and each
 * minute, since its number may be another file's at any time.
 *
 * One watch in a process. It ends with the process.
 */
#ifndef TRIMAGENT_PRESSURE_WATCH_H
#define TRIMAGENT_PRESSURE_WATCH_H

#include <stdint.h>

#include "descriptor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Worker: has the trigger polled after delay_ns until it tells of something, once. To be called
 * again when that was heard. Returns 0, or an error number where no thread can be had. */
int trim_pressure_watch(const struct trim_descriptor *trigger, uint64_t delay_ns);

/* Worker: the revents of the poll, POLLNVAL where the trigger is another file by now; 0: nothing
 * has come since. The worker is woken when there is something. */
short trim_pressure_watch_heard(void);

#ifdef __cplusplus
}
#endif

#endif
