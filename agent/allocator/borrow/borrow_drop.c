#include "borrow_drop.h"

#include "quantity.h"

/* A piece counts as dry where less than this part of it is resident. */
#define DRY_PART 8
/* Or where it is a single one of at least so many pages. */
#define HEADER_PAGES 4

/* Pages are dropped in steps of so much, so that the time is seen to pass. */
#define STEP_BYTES (8 * TRIM_MIB)

/* Takes back what has been counted and could not be dropped: the application may have locked some
 * of it. From then on each piece is dropped by itself, so that it is known which those are. */
static void count_refused(struct trim_borrow_hold *hold)
{
    uint64_t left = 0;
    for (size_t i = 0; i < hold->wet_count; i++) {
        left += hold->world->resident(hold->wet[i].start, hold->wet[i].end);
    }
    hold->result->dropped_bytes -= trim_min(left, hold->wet_bytes);
    hold->one_by_one = true;
}

void trim_hold_drop_all(struct trim_borrow_hold *hold)
{
    if (hold->wet_count != 0 && hold->world->drop(hold->wet, hold->wet_count) != 0) {
        count_refused(hold);
    }
    hold->wet_count = 0;
    hold->wet_bytes = 0;
}

void trim_hold_drop_last(struct trim_borrow_hold *hold)
{
    uint64_t piece = (uint64_t)(uintptr_t)hold->held;
    if (hold->wet_count == 0) {
        return;
    }
    uint64_t last = hold->wet[hold->wet_count - 1].start;
    if (last >= piece && last < piece + hold->world->usable(hold->held)) {
        trim_hold_drop_all(hold);
    }
}

static void add(struct trim_borrow_hold *hold, uint64_t start, uint64_t end, uint64_t resident)
{
    hold->wet[hold->wet_count++] = (struct trim_span){start, end};
    hold->wet_bytes += resident;
    hold->result->dropped_bytes += resident;
    if (hold->wet_count == TRIM_SPANS_MAX || hold->wet_bytes >= STEP_BYTES) {
        trim_hold_drop_all(hold);
    }
}

/* Has the whole pages of [start, end) dropped for as long as they may be held; returns how much of
 * them was resident. */
static uint64_t drop(struct trim_borrow_hold *hold, uint64_t start, uint64_t end)
{
    uint64_t dropped = 0;
    while (start < end && !hold->ended &&
           hold->world->now_ns() - hold->batch_since_ns < TRIM_BATCH_MAX_NS &&
           !hold->world->cancelled(hold->world->context)) {
        uint64_t step_end = trim_min(start + STEP_BYTES, end);
        uint64_t resident = hold->world->resident(start, step_end);
        if (resident != 0) {
            add(hold, start, step_end, resident);
        }
        dropped += resident;
        start = step_end;
    }
    hold->cut = start < end;
    return dropped;
}

uint64_t trim_hold_drop(struct trim_borrow_hold *hold, const struct trim_piece *piece)
{
    uint64_t page = hold->world->page_bytes;
    uint64_t address = (uint64_t)(uintptr_t)piece;
    uint64_t start = (address + TRIM_PIECE_LINKS_BYTES + page - 1) / page * page;
    uint64_t end = (address + hold->world->usable(piece)) / page * page;
    uint64_t before = hold->result->dropped_bytes;
    uint64_t dropped = drop(hold, start, end);
    if (hold->one_by_one) {
        trim_hold_drop_all(hold);
        dropped = trim_excess(hold->result->dropped_bytes, before);
    }
    /* malloc itself may have written to one of the pages: a chunk's header is there. */
    bool header_only = dropped <= page && end - start >= HEADER_PAGES * page;
    bool dry = dropped == 0 || header_only || dropped < (end - start) / DRY_PART;
    hold->result->pieces += dry ? 0 : 1;
    return dropped;
}
