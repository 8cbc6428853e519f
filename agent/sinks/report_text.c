/* The line of a trim. */
#include "report_text.h"

#include <inttypes.h>

#include "quantity.h"

/* RSS hides a release where it differs from it by more than this part. */
#define HIDDEN_PART 4

/* Swap is named only where there is some. */
static const char *memory_name(const struct trim_report *report)
{
    return report->before.swap_bytes != 0 || report->after.swap_bytes != 0 ? "RSS+swap" : "RSS";
}

static uint64_t sum(const struct trim_process_memory *memory)
{
    return memory->rss_bytes + memory->swap_bytes;
}

static void add_memory(struct trim_text *text, const struct trim_report *report)
{
    char from[TRIM_QUANTITY_TEXT_MAX];
    char to[TRIM_QUANTITY_TEXT_MAX];
    char change[TRIM_QUANTITY_TEXT_MAX];
    uint64_t before = sum(&report->before);
    uint64_t after = sum(&report->after);
    if (!report->memory_known) {
        trim_text_add(text, "RSS unknown");
    } else if (report->dry) {
        trim_text_add(text, "%s %s", memory_name(report), trim_format_bytes(from, before));
    } else {
        trim_text_add(text, "%s %s->%s (%s)", memory_name(report), trim_format_bytes(from, before),
                      trim_format_bytes(to, after),
                      trim_format_bytes_change(change, before, after));
    }
}

/* How long a thread may have waited for malloc. How malloc_trim's time is spread over the locks of
 * the arenas is not known, so that all of it is the bound. */
static void add_wait(struct trim_text *text, const struct trim_release *release)
{
    char wait[TRIM_QUANTITY_TEXT_MAX];
    if (release->trimmed) {
        trim_text_add(
            text, ", longest wait at most %s",
            trim_format_ms(wait, trim_max(release->trim_ns, release->borrow.longest_call_ns)));
    } else if (release->borrowed) {
        trim_text_add(text, ", longest wait %s",
                      trim_format_ms(wait, release->borrow.longest_call_ns));
    }
}

/* Whether RSS hides what was released, because other memory has grown or shrunk meanwhile. */
static bool is_hidden(const struct trim_report *report)
{
    uint64_t drop = trim_excess(sum(&report->before), sum(&report->after));
    return report->released_known &&
           (!report->memory_known ||
            trim_distance(drop, report->released_bytes) > report->released_bytes / HIDDEN_PART);
}

void trim_report_add(struct trim_text *text, const struct trim_report *report)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "trim #%" PRIu64 " %s", report->number, trim_reason_name(report->reason));
    if (report->asked_by[0] != '\0') {
        trim_text_add(text, " (%s)", report->asked_by);
    }
    trim_text_add(text, ": %s", report->dry ? "dry-run, nothing was done, " : "");
    add_memory(text, report);
    if (!report->dry) {
        trim_text_add(text, " in %s", trim_format_ms(quantity, report->took_ns));
        add_wait(text, &report->release);
    }
    if (report->expected_known) {
        trim_text_add(text, ", expected %s%s", report->resident_assumed ? "at most " : "",
                      trim_format_bytes(quantity, report->expected_bytes));
    } else {
        trim_text_add(text, ", expected unknown");
    }
    if (!report->dry && is_hidden(report)) {
        trim_text_add(text, ", released %s", trim_format_bytes(quantity, report->released_bytes));
    }
}
