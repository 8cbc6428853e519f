/*
 * Where the log's lines go: a file or a standard stream.
 *
 * A file is kept open for the life of the process. Where native code closes it, the number may
 * become another file's: so it is looked at before each line, and opened again. So it is where the
 * file has another name by now, or none: who rotates logs need tell nobody.
 *
 * Of a standard stream nothing is kept: who reads a pipe until its end would wait until the agent
 * ends, although the application has closed it.
 */
#ifndef TRIMAGENT_LOG_TARGET_H
#define TRIMAGENT_LOG_TARGET_H

#include <stdbool.h>

#include "descriptor.h"
#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Opens what the option names. Any thread, before others log. Returns 0, or -1 with errno: then
 * stderr stands in. */
int trim_log_target_open(const char *target);

/* What lines go to now; its fd is -1 where that is nowhere, because the stream was closed when it
 * was opened. Any thread. */
const struct trim_descriptor *trim_log_target(void);

/* Whether its number is still the log's. A standard stream's number always is, whatever the
 * application has put behind it. Any thread. */
bool trim_log_target_is_ours(const struct trim_descriptor *target);

/*
 * What to write the next line to, by one write; to be given back right after it. A pipe or a
 * terminal is opened anew where /proc allows it, so that writing never blocks, without changing
 * what the application's own descriptor does. A file is not: its position must stay shared with the
 * application. Any thread.
 */
int trim_log_target_take(const struct trim_descriptor *target);
void trim_log_target_give(const struct trim_descriptor *target, int fd);

/*
 * To be called before each line. Opens the log again where its number has become another file's, or
 * takes stderr where that fails. Where the file was moved away or deleted, as rotation does, goes
 * on in a new one of the name, without a word, or in the old one where that fails. Any thread.
 */
void trim_log_target_refresh(void);

/* Room for what there may be to tell, with the option's path in it. */
#define TRIM_LOG_NEWS_MAX (TRIM_LOG_TARGET_MAX + 128)

/* What a reader of the log should know of its file, each time once: that the number had become
 * another file's, or that the new file cannot be opened. Returns whether there is something, and
 * fills in the event, whose text is in buffer. Any thread. */
bool trim_log_target_news(struct trim_log_event *event, char buffer[TRIM_LOG_NEWS_MAX]);

#ifdef __cplusplus
}
#endif

#endif
