/* The log as the options want it. */
#ifndef TRIMAGENT_LOG_OPTIONS_H
#define TRIMAGENT_LOG_OPTIONS_H

#include <stdbool.h>

#include "options.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Opens the log, and says where it cannot be what the options name; these then say what it is.
 * live: the agent is attached late, and its first lines do not wait. In a program with more rights
 * than its caller's (AT_SECURE) neither log nor metrics are files. Before anything is logged.
 */
void trim_log_options_open(struct trim_options *options, bool live);

#ifdef __cplusplus
}
#endif

#endif
