/*
 * The log: one line per call, to stderr, stdout or a file, decorated like the JVM's unified
 * logging.
 *
 * A line is one write, so that lines of several threads do not mix. A disk that is full or
 * read-only, a stream that is closed and a pipe that nobody reads cost lines, which are counted and
 * told with the next one that gets through. A line waits at most 100 ms for room in a pipe, and not
 * at all after a line that was lost or once trim_log_hurry was called. Only a file system that
 * hangs holds its writer up, which is the worker for nearly all lines. No function may be called in
 * GC callbacks. None allocates.
 */
#ifndef TRIMAGENT_LOG_H
#define TRIMAGENT_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "fields.h"
#include "options.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The longest line with decorations; longer ones are cut. A pipe takes as much in one piece
 * (PIPE_BUF). */
#define TRIM_LOG_LINE_MAX 4096

/* Room for the fields of an event. What a line has beside them fits whatever they hold. */
#define TRIM_LOG_FIELDS_MAX 3072

/* Room for what the JVM runs, with the NUL. */
#define TRIM_LOG_COMMAND_MAX 128

/* What a line tells. */
struct trim_log_event {
    const char *name;                 /* For programs: as in docs/log.schema.json. */
    const char *text;                 /* For people: a line, or several joined by newlines. */
    const struct trim_fields *fields; /* For programs, in JSON: all that the text says. NULL: each
                                         of its lines is an event by itself. */
};

/*
 * Opens the target: "off", where nothing is written, answers included; "stderr", "stdout" (or their
 * names in /dev), or a path, in which %p stands for
 * the process id and %% for a percent sign. A file is appended to, created with mode 0640, and not
 * opened through a symbolic link. Lines above level are dropped. Any thread. Returns 0, or -1 with
 * errno where a file cannot be opened; the log then goes to stderr.
 */
int trim_log_open(const char *target, enum trim_log_level level);

/* What lines look like from now on. JSON, one object a line, names what the JVM runs as well; what
 * does not fit of that is cut. Before others log. */
void trim_log_use_format(enum trim_log_format format, const char *name);

/* The form of the fields that an event must have: JSON, or OFF. Any thread. */
enum trim_fields_form trim_log_fields_form(void);

/* Drops lines above another level from now on. Any thread. */
void trim_log_set_level(enum trim_log_level level);

/*
 * Lines of the start wait until this time of trim_clock_now_ns, or until another line is written,
 * which they then precede: scripts read what short-lived JVMs write. Not where debug lines are
 * written. After trim_log_open, before others log.
 */
void trim_log_hold(uint64_t until_ns);

/* Writes a line of the start, or keeps it back. Any thread. */
void trim_log_start(enum trim_log_level level, const char *line);
void trim_log_tell_start(enum trim_log_level level, const struct trim_log_event *event);

/* Writes what was kept back if its time has come. Returns when to call again; TRIM_NEVER: not at
 * all. Any thread. */
uint64_t trim_log_release_due(uint64_t now_ns);

/* Whether that time has not come, whatever was written meanwhile. Any thread. */
bool trim_log_is_quiet(void);

/* From now on no line waits: the process is ending. Any thread. */
void trim_log_hurry(void);

/* Whether lines of this level are written. Any thread. */
bool trim_log_enabled(enum trim_log_level level);

/* Writes an event; each line of its text gets its own decorations. */
void trim_log_tell(enum trim_log_level level, const struct trim_log_event *event);

/* Like trim_log_tell with level info, but whatever the log's level: the answer to an operator's
 * command. */
void trim_log_answer(const struct trim_log_event *event);

/* Writes a line, or several that are joined by newlines: events of the name "message". */
void trim_log_text(enum trim_log_level level, const char *text);

/* Writes a whole line, newline included, to stderr as it is, whatever the log's target: where the
 * log is not open yet. It waits no longer than any other. Any thread. */
void trim_log_plain(const char *line, size_t length);

/* Writes a formatted line; integer and string conversions only. */
void trim_log(enum trim_log_level level, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Pure: appends target with %p and %% replaced. Returns 0, or -1 where another letter follows a
 * percent sign. */
int trim_log_add_path(struct trim_text *path, const char *target, uint64_t pid);

/* Lines lost so far. */
uint64_t trim_log_lost(void);

#ifdef __cplusplus
}
#endif

#endif
