/* How a trim was carried out, for those who want to know: one fact a line. */
#include <inttypes.h>

#include "quantity.h"
#include "report_text.h"
#include "totals_text.h"

/* Begins the line of one fact. */
static void begin(struct trim_text *text, uint64_t number)
{
    trim_text_add(text, "%strim #%" PRIu64 " ", text->length == 0 ? "" : "\n", number);
}

const char *trim_release_name(const struct trim_release *release)
{
    if (!release->borrowed) {
        return release->trimmed ? "trim" : "none";
    }
    if (release->trimmed_first) {
        return "trim+borrow";
    }
    return release->trimmed ? "borrow+trim" : "borrow";
}

static void add_way(struct trim_text *text, const struct trim_release *release)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "way: %s", trim_release_name(release));
    if (release->trimmed && release->call != NULL) {
        trim_text_add(text, ", longest %s: %s", release->call,
                      trim_format_ms(quantity, release->trim_ns));
    } else if (release->trimmed) {
        trim_text_add(text, ", malloc_trim for %s", trim_format_ms(quantity, release->trim_ns));
    }
}

static void add_released(struct trim_text *text, const struct trim_report *report)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    if (report->released_known || report->memory_known) {
        trim_text_add(text, "released %s%s", trim_format_bytes(quantity, report->released_bytes),
                      report->released_known ? "" : " by RSS");
    } else {
        trim_text_add(text, "released unknown");
    }
}

static void add_borrowed(struct trim_text *text, uint64_t number,
                         const struct trim_release *release)
{
    char size[TRIM_QUANTITY_TEXT_MAX];
    char other[TRIM_QUANTITY_TEXT_MAX];
    const struct trim_borrow_result *borrow = &release->borrow;
    begin(text, number);
    trim_text_add(text, "borrowed %s in %" PRIu64 " pieces, %s of it from tops",
                  trim_format_bytes(size, borrow->dropped_bytes), borrow->pieces,
                  trim_format_bytes(other, borrow->top_dropped_bytes));
    begin(text, number);
    trim_text_add(text, "held at most %s at once, a piece for at most %s",
                  trim_format_bytes(size, borrow->held_max_bytes),
                  trim_format_ms(other, borrow->held_max_ns));
    begin(text, number);
    trim_text_add(text, "longest call of malloc or free: %s",
                  trim_format_ms(size, borrow->longest_call_ns));
    begin(text, number);
    trim_text_add(text, "entered %" PRIu64 " of %" PRIu64 " arenas", release->arenas_reached,
                  release->arenas_wanted);
    if (borrow->heaps_gone != 0) {
        begin(text, number);
        trim_text_add(text, "heaps that malloc unmapped meanwhile: %" PRIu64, borrow->heaps_gone);
    }
    if (borrow->paused_ns != 0) {
        begin(text, number);
        trim_text_add(text, "paused %s for busy threads", trim_format_ms(size, borrow->paused_ns));
    }
    if (borrow->gave_way) {
        begin(text, number);
        trim_text_add(text, "gave way before it was done");
    }
}

static void add_rest(struct trim_text *text, const struct trim_report *report)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    if (report->release.left_bytes != 0) {
        begin(text, report->number);
        trim_text_add(text, "left %s, not worth stopping threads for by malloc_trim",
                      trim_format_bytes(quantity, report->release.left_bytes));
    }
    if (report->tops_bytes != 0) {
        begin(text, report->number);
        trim_text_add(text, "tops of other arenas: %s%s",
                      trim_format_bytes(quantity, report->tops_bytes),
                      report->release.borrowed ? "" : ", which malloc_trim does not reach");
    }
}

void trim_report_add_details(struct trim_text *text, const struct trim_report *report)
{
    if (!report->dry) {
        begin(text, report->number);
        add_way(text, &report->release);
        begin(text, report->number);
        add_released(text, report);
    }
    if (report->release.borrowed) {
        add_borrowed(text, report->number, &report->release);
    }
    add_rest(text, report);
    if (report->figures_dear) {
        begin(text, report->number);
        trim_text_add(text, "figures are malloc_info's: mallinfo2 would take too long here");
    }
    if (report->earned.number != 0) {
        begin(text, report->earned.number);
        trim_text_add(text, "so far: ");
        trim_lot_add(text, &report->earned);
    }
}
