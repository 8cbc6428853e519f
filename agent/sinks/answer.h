/*
 * The answer to an operator's command: what is said of it goes to the log, and is kept for the one
 * who asked, who may be at the other end of late attach.
 *
 * One command is answered at a time: Agent_OnAttach takes one after the other. Each has a number,
 * so that a command which took too long, and is carried out later, adds nothing to the next one's
 * answer; the log has its lines. What does not fit is cut. No function may be called in GC
 * callbacks. None allocates.
 */
#ifndef TRIMAGENT_ANSWER_H
#define TRIMAGENT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "log.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for an answer with its NUL: a status block and a few lines. */
#define TRIM_ANSWER_MAX 16384

/* Forgets what was kept, and begins the answer with the next number. Any thread. */
void trim_answer_begin(void);

/* The number of the answer that has begun last; 0: there was none. Any thread. */
uint64_t trim_answer_number(void);

/* Worker only: what it says from now on belongs to the answer of this number, and is logged but not
 * kept where another one has begun meanwhile. */
void trim_answer_serve(uint64_t number);

/* Logs an event whatever the log's level, and keeps its text. Any thread. */
void trim_answer_tell(const struct trim_log_event *event);

/* The same for a text alone, of the name "message". */
void trim_answer_say(const char *text);

/* Logs a formatted line at level where that is enabled, and keeps it whether or not: why a command
 * was not carried out. Integer and string conversions only. Any thread. */
void trim_answer_refuse(enum trim_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The same for a warning, of the name "message": what was not done as it was asked for. */
void trim_answer_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Keeps text without logging it. Any thread. */
void trim_answer_keep(const char *text);

/* Copies what was kept, each text with a newline, to `to`, which gets a NUL. Returns its
 * length. Any thread. */
size_t trim_answer_read(char *to, size_t capacity);

#ifdef __cplusplus
}
#endif

#endif
