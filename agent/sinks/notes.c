#include "notes.h"

#include <inttypes.h>

#include "answer.h"
#include "error_text.h"
#include "limit_text.h"
#include "log.h"
#include "pressure_text.h"
#include "quantity.h"
#include "report_text.h"

/* A line in the making. */
struct line {
    char buffer[TRIM_LOG_LINE_MAX];
    struct trim_text text;
};

static struct trim_text *begin(struct line *line)
{
    trim_text_init(&line->text, line->buffer, sizeof line->buffer);
    return &line->text;
}

/* How old collections are told from young ones. */
static void note_gc(const struct trim_start *start)
{
    bool named = start->gc[0] != '\0';
    if (start->gc_by_perf || start->gc_by_heap) {
        trim_log(TRIM_LOG_DEBUG, "old GCs are known by %s%s%s%s",
                 start->gc_by_perf ? "performance counters" : "the heap's counts",
                 named ? " (" : "", start->gc, named ? ")" : "");
    } else {
        trim_log_start(TRIM_LOG_INFO,
                       "this JVM does not tell old GCs from young ones: each counts as old");
    }
}

void trim_note_start(const struct trim_start *start)
{
    struct line line;
    struct trim_text *text = begin(&line);
    trim_text_add(text, "trimagent %s: %s, ", TRIM_VERSION, start->allocator);
    trim_options_add_changed(text, start->options);
    trim_log_start(TRIM_LOG_INFO, line.buffer);
    if (!start->can_trim) {
        text = begin(&line);
        trim_text_add(text, "malloc belongs to %s: nothing will be trimmed", start->allocator);
        trim_log_start(TRIM_LOG_WARNING, line.buffer);
    }
    note_gc(start);
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        text = begin(&line);
        trim_text_add(text, "options: ");
        trim_options_add_echo(text, start->options);
        trim_log_text(TRIM_LOG_DEBUG, line.buffer);
    }
}

void trim_note_limit(const struct trim_memory_limit *limit)
{
    struct line line;
    trim_memory_limit_add(begin(&line), limit);
    trim_log_start(TRIM_LOG_INFO, line.buffer);
}

void trim_note_pressure(const struct trim_pressure *pressure)
{
    struct line line;
    trim_pressure_add(begin(&line), pressure);
    trim_log_start(TRIM_LOG_INFO, line.buffer);
}

void trim_note_pressure_unread(void)
{
    trim_log(TRIM_LOG_WARNING,
             "memory pressure can only be read when the agent looks, and check=off forbids that");
}

void trim_note_short(const struct trim_memory_limit *limit, uint64_t least_bytes)
{
    struct line line;
    char least[TRIM_QUANTITY_TEXT_MAX];
    struct trim_text *text = begin(&line);
    trim_text_add(text, "memory is short, ");
    trim_memory_limit_add_fill(text, limit);
    trim_text_add(text, ": trims now begin at %s, and lower as it fills up",
                  trim_format_bytes(least, least_bytes));
    trim_log_text(TRIM_LOG_INFO, line.buffer);
}

void trim_note_futile(const struct trim_memory_limit *limit, uint64_t expected_bytes,
                      bool bound_only)
{
    struct line line;
    char expected[TRIM_QUANTITY_TEXT_MAX];
    struct trim_text *text = begin(&line);
    trim_text_add(text, "memory is short, ");
    trim_memory_limit_add_fill(text, limit);
    trim_text_add(text,
                  ", but a trim would release %s%s: what fills it is not native memory that this "
                  "JVM has freed",
                  bound_only ? "at most " : "only ", trim_format_bytes(expected, expected_bytes));
    trim_log_text(TRIM_LOG_WARNING, line.buffer);
}

void trim_note_assumed(void)
{
    trim_log(TRIM_LOG_WARNING, "part of malloc's arenas cannot be looked at: until the first trim, "
                               "what is expected is an upper bound");
}

void trim_note_pinned(uint64_t free_bytes, uint64_t whole_bytes)
{
    char all[TRIM_QUANTITY_TEXT_MAX];
    char whole[TRIM_QUANTITY_TEXT_MAX];
    trim_log(TRIM_LOG_INFO,
             "%s of malloc's arenas is free, but only %s of that in whole pages: blocks in use "
             "hold the rest in place, and it cannot be released",
             trim_format_bytes(all, free_bytes), trim_format_bytes(whole, whole_bytes));
}

void trim_note_heap(const struct trim_judgement *judgement)
{
    struct line line;
    trim_heap_verdict_add(begin(&line), judgement);
    trim_log_text(TRIM_LOG_WARNING, line.buffer);
}

void trim_note_locked(uint64_t locked_bytes)
{
    char locked[TRIM_QUANTITY_TEXT_MAX];
    trim_log(TRIM_LOG_WARNING,
             "%s of malloc's arenas is locked in memory (mlock, mlockall) and cannot be released",
             trim_format_bytes(locked, locked_bytes));
}

void trim_note_refusal(const char *why)
{
    trim_log(TRIM_LOG_WARNING,
             "nothing can be borrowed, because %s: malloc_trim is used instead, which stops "
             "threads while it works",
             why);
}

void trim_note_no_wake(int error)
{
    char why[TRIM_ERROR_TEXT_MAX];
    trim_log(TRIM_LOG_WARNING, "no signal can wake the agent (%s): it reacts up to a second late",
             trim_error_text(why, error));
}

void trim_note_no_alarm(int error)
{
    char why[TRIM_ERROR_TEXT_MAX];
    trim_log(TRIM_LOG_DEBUG,
             "no alarm for the process's CPU time (%s): the agent looks by the clock instead",
             trim_error_text(why, error));
}

void trim_note_no_sleep(int error)
{
    char why[TRIM_ERROR_TEXT_MAX];
    trim_log(TRIM_LOG_WARNING, "cannot sleep (%s): the agent stays inert",
             trim_error_text(why, error));
}

void trim_note_cannot_trim(const char *allocator)
{
    trim_answer_refuse(TRIM_LOG_WARNING, "cannot trim: malloc belongs to %s", allocator);
}

void trim_note_skip(const struct trim_skip_report *skip)
{
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        struct line line;
        trim_skip_add(begin(&line), skip);
        trim_log_text(TRIM_LOG_DEBUG, line.buffer);
    }
}

void trim_note_begin(uint64_t number, enum trim_reason reason)
{
    trim_log(TRIM_LOG_DEBUG, "trim #%" PRIu64 " %s begins", number, trim_reason_name(reason));
}

void trim_note_trim(const struct trim_report *report)
{
    struct line line;
    struct trim_text *text = begin(&line);
    trim_report_add(text, report);
    if (!report->dry) {
        trim_text_add(text, "\n");
        trim_report_add_figures(text, report);
    }
    if (report->for_operator) {
        trim_answer_say(line.buffer);
    } else {
        trim_log_text(TRIM_LOG_INFO, line.buffer);
    }
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        trim_report_add_details(begin(&line), report);
        if (line.text.length != 0) {
            trim_log_text(TRIM_LOG_DEBUG, line.buffer);
        }
    }
}

void trim_note_verdict(const struct trim_lot *lot)
{
    bool bad = lot->verdict != TRIM_VERDICT_GOOD && lot->verdict != TRIM_VERDICT_OPEN;
    struct line line;
    trim_verdict_add(begin(&line), lot);
    trim_log_text(bad ? TRIM_LOG_INFO : TRIM_LOG_DEBUG, line.buffer);
}

bool trim_note_sums_up(const struct trim_totals *totals, bool trim_running)
{
    bool idle = trim_totals_trims(totals) == 0 && !trim_running;
    return totals->considered != 0 && !(idle && trim_log_is_quiet());
}

void trim_note_summary(const struct trim_totals *totals, bool trim_running)
{
    if (!trim_note_sums_up(totals, trim_running)) {
        return;
    }
    struct line line;
    trim_totals_add_summary(begin(&line), totals, trim_running);
    trim_log_hurry();
    trim_log_text(TRIM_LOG_INFO, line.buffer);
}
