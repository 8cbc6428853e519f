/*
 * Where the log's lines go: a file or a standard stream.
 *
 * What is opened for the log is kept for the life of the process. Where native code closes it, the
 * number may become another file's: so it is looked at before each line, and opened again.
 */
#ifndef TRIMAGENT_LOG_TARGET_H
#define TRIMAGENT_LOG_TARGET_H

#include <stdbool.h>

#include "descriptor.h"

/* Opens what the option names. Any thread, before others log. Returns 0, or -1 with errno: then
 * stderr stands in. */
int trim_log_target_open(const char *target);

/* What lines go to now; its fd is -1 where that is nowhere, because the stream was closed when it
 * was opened. Any thread. */
const struct trim_descriptor *trim_log_target(void);

/* Whether its number is still the log's. A standard stream's number always is, whatever the
 * application has put behind it. Any thread. */
bool trim_log_target_is_ours(const struct trim_descriptor *target);

/* Opens it again, or takes stderr where that fails. Any thread. */
void trim_log_target_open_again(void);

#endif
