/*
 * The last words, when the process ends: the summary, and that there are no more metrics.
 *
 * Both go to file systems, which may hang: a network's, FUSE. So a thread of their own has them,
 * and the process waits no longer than a tenth of a second for it. Where no thread can be started,
 * the one that ends the process says them itself.
 */
#ifndef TRIMAGENT_ENDING_H
#define TRIMAGENT_ENDING_H

#include <stdbool.h>

#include "metering.h"
#include "report_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Says them. Once in a process; any thread. The metering stays where it is until the process's end.
 */
void trim_ending_say(struct trim_metering *metering, const struct trim_totals *totals,
                     bool trimming);

#ifdef __cplusplus
}
#endif

#endif
