#include "notes.h"

#include <inttypes.h>

#include "answer.h"
#include "error_text.h"
#include "limit_fields.h"
#include "limit_text.h"
#include "log.h"
#include "pressure_text.h"
#include "quantity.h"
#include "report_fields.h"
#include "report_text.h"

/* An event in the making: its words, and its fields where somebody reads them. */
struct line {
    char buffer[TRIM_LOG_LINE_MAX];
    char values[TRIM_LOG_FIELDS_MAX];
    struct trim_text text;
    struct trim_fields fields;
    struct trim_log_event event;
};

static struct trim_text *begin(struct line *line, const char *name)
{
    trim_text_init(&line->text, line->buffer, sizeof line->buffer);
    trim_fields_init(&line->fields, trim_log_fields_form(), line->values, sizeof line->values);
    line->event = (struct trim_log_event){name, line->buffer, &line->fields};
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
    struct trim_text *text = begin(&line, "start");
    trim_text_add(text, "trimagent %s: %s, ", TRIM_VERSION, start->allocator);
    trim_options_add_changed(text, start->options);
    trim_fields_add(&line.fields,
                    "version %s allocator %s can_trim %d gc %s old_gcs_known %d dry_run %d",
                    TRIM_VERSION, start->allocator, start->can_trim, start->gc,
                    start->gc_by_perf || start->gc_by_heap, start->options->dry_run != 0);
    trim_options_add_fields(&line.fields, start->options);
    trim_log_tell_start(TRIM_LOG_INFO, &line.event);
    if (!start->can_trim) {
        text = begin(&line, "cannot_trim");
        trim_text_add(text, "malloc belongs to %s: nothing will be trimmed", start->allocator);
        trim_fields_add(&line.fields, "allocator %s", start->allocator);
        trim_log_tell_start(TRIM_LOG_WARNING, &line.event);
    }
    note_gc(start);
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        text = begin(&line, "options");
        trim_text_add(text, "options: ");
        trim_options_add_echo(text, start->options);
        trim_options_add_fields(&line.fields, start->options);
        trim_log_tell(TRIM_LOG_DEBUG, &line.event);
    }
}

void trim_note_limit(const struct trim_memory_limit *limit)
{
    struct line line;
    trim_memory_limit_add(begin(&line, "memory_limit"), limit);
    trim_memory_limit_add_fields(&line.fields, limit);
    trim_memory_fill_add_fields(&line.fields, limit);
    trim_log_tell_start(TRIM_LOG_INFO, &line.event);
}

void trim_note_pressure(const struct trim_pressure *pressure)
{
    struct line line;
    trim_pressure_add(begin(&line, "memory_pressure"), pressure);
    trim_pressure_add_fields(&line.fields, pressure);
    trim_log_tell_start(TRIM_LOG_INFO, &line.event);
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
    struct trim_text *text = begin(&line, "memory_short");
    trim_text_add(text, "memory is short, ");
    trim_memory_limit_add_fill(text, limit);
    trim_text_add(text, ": trims now begin at %s, and lower as it fills up",
                  trim_format_bytes(least, least_bytes));
    trim_memory_fill_add_fields(&line.fields, limit);
    trim_fields_add(&line.fields, "threshold_bytes %" PRIu64, least_bytes);
    trim_log_tell(TRIM_LOG_INFO, &line.event);
}

void trim_note_futile(const struct trim_memory_limit *limit, uint64_t expected_bytes,
                      bool bound_only)
{
    struct line line;
    char expected[TRIM_QUANTITY_TEXT_MAX];
    struct trim_text *text = begin(&line, "nothing_to_release");
    trim_text_add(text, "memory is short, ");
    trim_memory_limit_add_fill(text, limit);
    trim_text_add(text,
                  ", but a trim would release %s%s: what fills it is not native memory that this "
                  "JVM has freed",
                  bound_only ? "at most " : "only ", trim_format_bytes(expected, expected_bytes));
    trim_memory_fill_add_fields(&line.fields, limit);
    trim_fields_add(&line.fields, "expected_bytes %" PRIu64 " expected_at_most %d", expected_bytes,
                    bound_only);
    trim_log_tell(TRIM_LOG_WARNING, &line.event);
}

void trim_note_assumed(void)
{
    struct line line;
    trim_text_add(begin(&line, "arenas_out_of_sight"),
                  "part of malloc's arenas cannot be looked at: until the first "
                  "trim, what is expected is an upper bound");
    trim_log_tell(TRIM_LOG_WARNING, &line.event);
}

void trim_note_pinned(uint64_t free_bytes, uint64_t whole_bytes)
{
    struct line line;
    char all[TRIM_QUANTITY_TEXT_MAX];
    char whole[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(begin(&line, "pinned"),
                  "%s of malloc's arenas is free, but only %s of that in whole pages: blocks in "
                  "use hold the rest in place, and it cannot be released",
                  trim_format_bytes(all, free_bytes), trim_format_bytes(whole, whole_bytes));
    trim_fields_add(&line.fields, "free_bytes %" PRIu64 " free_whole_pages_bytes %" PRIu64,
                    free_bytes, whole_bytes);
    trim_log_tell(TRIM_LOG_INFO, &line.event);
}

void trim_note_heap(const struct trim_judgement *judgement)
{
    struct line line;
    trim_heap_verdict_add(begin(&line, "verdict"), judgement);
    trim_judgement_add_figures(&line.fields, judgement);
    trim_log_tell(TRIM_LOG_WARNING, &line.event);
}

void trim_note_locked(uint64_t locked_bytes)
{
    struct line line;
    char locked[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(
        begin(&line, "locked"),
        "%s of malloc's arenas is locked in memory (mlock, mlockall) and cannot be released",
        trim_format_bytes(locked, locked_bytes));
    trim_fields_add(&line.fields, "arenas_locked_bytes %" PRIu64, locked_bytes);
    trim_log_tell(TRIM_LOG_WARNING, &line.event);
}

void trim_note_refusal(const char *why)
{
    struct line line;
    trim_text_add(begin(&line, "cannot_borrow"),
                  "nothing can be borrowed, because %s: malloc_trim is used instead, which stops "
                  "threads while it works",
                  why);
    trim_fields_add(&line.fields, "why %s", why);
    trim_log_tell(TRIM_LOG_WARNING, &line.event);
}

/* What the system refuses, and what comes of it. */
static void tell_refused(enum trim_log_level level, const char *name, const char *before, int error,
                         const char *behind)
{
    struct line line;
    char why[TRIM_ERROR_TEXT_MAX];
    trim_text_add(begin(&line, name), "%s (%s): %s", before, trim_error_text(why, error), behind);
    trim_fields_add(&line.fields, "why %s", why);
    trim_log_tell(level, &line.event);
}

void trim_note_no_wake(int error)
{
    tell_refused(TRIM_LOG_WARNING, "no_wake", "no signal can wake the agent", error,
                 "it reacts up to a second late");
}

void trim_note_no_alarm(int error)
{
    tell_refused(TRIM_LOG_DEBUG, "no_alarm", "no alarm for the process's CPU time", error,
                 "the agent looks by the clock instead");
}

void trim_note_no_sleep(int error)
{
    tell_refused(TRIM_LOG_WARNING, "inert", "cannot sleep", error, "the agent stays inert");
}

void trim_note_cannot_trim(const char *allocator)
{
    trim_answer_refuse(TRIM_LOG_WARNING, "cannot trim: malloc belongs to %s", allocator);
}

void trim_note_skip(const struct trim_skip_report *skip)
{
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        struct line line;
        trim_skip_add(begin(&line, "skip"), skip);
        trim_skip_add_fields(&line.fields, skip);
        trim_log_tell(TRIM_LOG_DEBUG, &line.event);
    }
}

void trim_note_begin(uint64_t number, enum trim_reason reason)
{
    if (trim_log_enabled(TRIM_LOG_DEBUG)) {
        struct line line;
        trim_text_add(begin(&line, "trim_begin"), "trim #%" PRIu64 " %s begins", number,
                      trim_reason_name(reason));
        trim_fields_add(&line.fields, "number %" PRIu64 " reason %s", number,
                        trim_reason_name(reason));
        trim_log_tell(TRIM_LOG_DEBUG, &line.event);
    }
}

void trim_note_trim(const struct trim_report *report)
{
    struct line line;
    struct trim_text *text = begin(&line, "trim");
    trim_report_add(text, report);
    if (!report->dry) {
        trim_text_add(text, "\n");
        trim_report_add_figures(text, report);
    }
    trim_report_add_fields(&line.fields, report);
    if (report->for_operator) {
        trim_answer_tell(&line.event);
    } else {
        trim_log_tell(TRIM_LOG_INFO, &line.event);
    }
    /* The fields have said all of it. */
    if (trim_log_enabled(TRIM_LOG_DEBUG) && trim_log_fields_form() == TRIM_FIELDS_OFF) {
        trim_report_add_details(begin(&line, "trim"), report);
        if (line.text.length != 0) {
            trim_log_tell(TRIM_LOG_DEBUG, &line.event);
        }
    }
}

void trim_note_verdict(const struct trim_lot *lot, uint64_t worth_bytes)
{
    bool bad = lot->verdict != TRIM_VERDICT_GOOD && lot->verdict != TRIM_VERDICT_OPEN;
    struct line line;
    trim_verdict_add(begin(&line, "outcome"), lot);
    trim_lot_add_fields(&line.fields, lot, worth_bytes);
    trim_log_tell(bad ? TRIM_LOG_INFO : TRIM_LOG_DEBUG, &line.event);
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
    trim_totals_add_summary(begin(&line, "summary"), totals, trim_running);
    trim_fields_add(
        &line.fields,
        "trims %" PRIu64 " considered %" PRIu64 " released_bytes %" PRIu64 " trim_cpu_ns %" PRIu64
        " estimates %" PRIu64 " estimate_cpu_ns %" PRIu64 " dry_run %d trim_running %d",
        trim_totals_trims(totals), totals->considered, totals->released_bytes, totals->trim_cpu_ns,
        totals->estimates, totals->estimate_cpu_ns, totals->dry, trim_running);
    trim_totals_add_fields(&line.fields, totals);
    trim_log_hurry();
    trim_log_tell(TRIM_LOG_INFO, &line.event);
}
