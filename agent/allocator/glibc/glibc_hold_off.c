#include "glibc_hold_off.h"

#include "glibc_pieces.h"
#include "huge_pages.h"
#include "quantity.h"

/* Dropping so much takes 6 us, and allowing huge pages for that long not two. */
#define ALLOW_FROM_BYTES (64 * TRIM_KIB)

bool trim_glibc_hold_off_look(struct trim_glibc_hold_off *hold_off, bool asked)
{
    bool always = trim_huge_pages_always("");
    enum trim_hold_off held = TRIM_HOLD_OFF_NEEDLESS;
    if (always || asked) {
        held = trim_huge_pages_hold_off();
    }
    hold_off->needed = held == TRIM_HOLD_OFF_DONE;
    trim_glibc_hold_off_end(hold_off);
    return held != TRIM_HOLD_OFF_REFUSED || !always;
}

void trim_glibc_hold_off_begin(const struct trim_glibc_hold_off *hold_off)
{
    if (hold_off->needed) {
        (void)trim_huge_pages_hold_off();
    }
}

void trim_glibc_hold_off_end(const struct trim_glibc_hold_off *hold_off)
{
    if (hold_off->needed) {
        trim_huge_pages_allow();
    }
}

static int drop(const struct trim_span *spans, size_t count)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++) {
        bytes += spans[i].end - spans[i].start;
    }
    if (bytes < ALLOW_FROM_BYTES) {
        return trim_glibc_drop(spans, count);
    }
    trim_huge_pages_allow();
    int result = trim_glibc_drop(spans, count);
    (void)trim_huge_pages_hold_off();
    return result;
}

void trim_glibc_hold_off_drops(const struct trim_glibc_hold_off *hold_off,
                               struct trim_borrow_world *world)
{
    if (hold_off->needed) {
        world->drop = drop;
    }
}
