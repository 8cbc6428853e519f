/*
 * What a line of the log looks like: the JVM's own form, or a JSON object as docs/log.schema.json
 * describes it.
 */
#ifndef TRIMAGENT_LOG_LINE_H
#define TRIMAGENT_LOG_LINE_H

#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* When a line is written, and by whom. */
struct trim_log_stamp {
    uint64_t utc_ns;       /* Since 1970. */
    uint64_t monotonic_ns; /* Of trim_clock_now_ns. */
    uint64_t uptime_ns;    /* Of the process. */
    uint64_t pid;
    const char *command; /* What the JVM runs. */
};

/* Pure: appends the decorations, such as "[12.345s][info][trimagent] ". */
void trim_log_add_decorations(struct trim_text *text, enum trim_log_level level,
                              uint64_t uptime_ns);

/*
 * Pure: appends one object without a newline, with the words of length bytes for its message. It is
 * valid JSON whatever fits into text, which must have room for a whole line; a field "cut" says
 * that something was left out.
 */
void trim_log_add_object(struct trim_text *text, const struct trim_log_stamp *stamp,
                         enum trim_log_level level, const struct trim_log_event *event,
                         const char *words, size_t length);

/* Appends a line of an event in the form that is in use, without a newline, at this time of
 * trim_clock_now_ns and of the process. text is as above. Any thread. */
void trim_log_add_line(struct trim_text *text, enum trim_log_level level,
                       const struct trim_log_event *event, const char *line, size_t length,
                       uint64_t now_ns, uint64_t uptime_ns);

/* Whether one line tells all of the event, because fields go with it. */
bool trim_log_fields_tell_all(const struct trim_log_event *event);

#ifdef __cplusplus
}
#endif

#endif
