#include "log_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "clock.h"
#include "quantity.h"
#include "utc.h"

/* What may follow the message beside the event's fields. */
#define CUT_AND_COMMA ",\"cut\":true,"

/* Written before others log. */
static bool json;
static char command[TRIM_LOG_COMMAND_MAX];

/* The words that the JVM's unified logging uses, which differ from the option's in one case. */
static const char *const level_names[] = {"error", "warning", "info", "debug"};

void trim_log_add_decorations(struct trim_text *text, enum trim_log_level level, uint64_t uptime_ns)
{
    uint64_t ms = uptime_ns / TRIM_NS_PER_MS;
    trim_text_add(text, "[%" PRIu64 ".%03" PRIu64 "s][%s][trimagent] ", ms / 1000, ms % 1000,
                  level_names[level]);
}

void trim_log_add_object(struct trim_text *text, const struct trim_log_stamp *stamp,
                         enum trim_log_level level, const struct trim_log_event *event,
                         const char *words, size_t length)
{
    char utc[TRIM_UTC_TEXT_MAX];
    struct trim_fields object;
    trim_fields_init(&object, TRIM_FIELDS_JSON, text->data + text->length,
                     text->capacity - text->length);
    trim_fields_begin_object(&object, "");
    trim_fields_add(&object,
                    "time %s uptime_ns %" PRIu64 " monotonic_ns %" PRIu64 " pid %" PRIu64
                    " command %s level %s event %s",
                    trim_format_utc(utc, stamp->utc_ns), stamp->uptime_ns, stamp->monotonic_ns,
                    stamp->pid, stamp->command, level_names[level], event->name);
    /* The message takes what the fields leave. */
    size_t kept = sizeof CUT_AND_COMMA + (event->fields != NULL ? event->fields->text.length : 0);
    object.text.capacity -= kept;
    trim_fields_add_text(&object, "message", words, length);
    object.text.capacity += kept;
    bool cut = object.cut || (event->fields != NULL && event->fields->cut);
    object.cut = false;
    if (event->fields != NULL) {
        trim_fields_add_all(&object, event->fields);
    }
    if (cut) {
        trim_fields_add(&object, "cut %d", true);
    }
    trim_fields_add(&object, "}");
    text->length += object.text.length;
}

void trim_log_use_format(enum trim_log_format format, const char *name)
{
    (void)snprintf(command, sizeof command, "%s", name);
    json = format == TRIM_LOG_JSON;
}

enum trim_fields_form trim_log_fields_form(void)
{
    return json ? TRIM_FIELDS_JSON : TRIM_FIELDS_OFF;
}

bool trim_log_fields_tell_all(const struct trim_log_event *event)
{
    return json && event->fields != NULL;
}

void trim_log_add_line(struct trim_text *text, enum trim_log_level level,
                       const struct trim_log_event *event, const char *line, size_t length,
                       uint64_t now_ns, uint64_t uptime_ns)
{
    if (json) {
        const struct trim_log_stamp stamp = {.utc_ns = trim_clock_utc_ns(),
                                             .monotonic_ns = now_ns,
                                             .uptime_ns = uptime_ns,
                                             .pid = (uint64_t)getpid(),
                                             .command = command};
        trim_log_add_object(text, &stamp, level, event, line, length);
    } else {
        trim_log_add_decorations(text, level, uptime_ns);
        size_t begin = text->length;
        trim_text_add(text, "%.*s", (int)length, line);
        /* Names of files and cgroups may hold what drives a terminal or looks like another line. */
        trim_text_clean(text->data + begin, text->length - begin);
    }
}
