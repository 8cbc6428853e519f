/* How a release was carried out, as text. */
#include <inttypes.h>

#include "error_text.h"
#include "quantity.h"
#include "report_text.h"

const char *trim_release_name(const struct trim_release *release)
{
    if (!release->borrowed) {
        return "trim";
    }
    if (release->trimmed_first) {
        return "trim+borrow";
    }
    return release->trimmed ? "borrow+trim" : "borrow";
}

static void add_borrow(struct trim_text *text, const struct trim_release *release)
{
    char dropped[TRIM_QUANTITY_TEXT_MAX];
    char tops[TRIM_QUANTITY_TEXT_MAX];
    char held[TRIM_QUANTITY_TEXT_MAX];
    char held_for[TRIM_QUANTITY_TEXT_MAX];
    char longest[TRIM_QUANTITY_TEXT_MAX];
    const struct trim_borrow_result *borrow = &release->borrow;
    trim_text_add(text,
                  "; borrowed %s (tops %s) in %" PRIu64 " pieces, held at most %s for %s, longest "
                  "call of malloc or free %s, arenas %" PRIu64 " of %" PRIu64 "%s",
                  trim_format_bytes(dropped, borrow->dropped_bytes),
                  trim_format_bytes(tops, borrow->top_dropped_bytes), borrow->pieces,
                  trim_format_bytes(held, borrow->held_max_bytes),
                  trim_format_ms(held_for, borrow->held_max_ns),
                  trim_format_ms(longest, borrow->longest_call_ns), release->arenas_reached,
                  release->arenas_wanted, borrow->gave_way ? ", gave way" : "");
}

void trim_release_add(struct trim_text *text, const struct trim_release *release)
{
    char quantity[TRIM_QUANTITY_TEXT_MAX];
    if (release->borrowed) {
        add_borrow(text, release);
    }
    if (release->borrow.heaps_gone != 0) {
        trim_text_add(text, ", %" PRIu64 " heap%s unmapped by malloc", release->borrow.heaps_gone,
                      release->borrow.heaps_gone == 1 ? "" : "s");
    }
    if (release->borrow.paused_ns != 0) {
        trim_text_add(text, ", paused %s for busy threads",
                      trim_format_ms(quantity, release->borrow.paused_ns));
    }
    if (release->borrowed && release->trimmed) {
        trim_text_add(text, ", %s malloc_trim for %s", release->trimmed_first ? "after" : "then",
                      trim_format_ms(quantity, release->trim_ns));
    }
    if (release->left_bytes != 0) {
        trim_text_add(text, ", left %s", trim_format_bytes(quantity, release->left_bytes));
    }
}
