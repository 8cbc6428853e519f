#include "trimagent/movement.h"

#include <string.h>

#include "trimagent/quantity.h"

#define UNCHANGED_IN_A_ROW_MAX 9

/* Movements below this part of the threshold do not count. */
#define SMALL_PART 8

/* Two looks that are this close together tell whether the process is growing now. */
#define GROWTH_WINDOW_NS TRIM_NS_PER_S

/*
 * So many looks in a row must find a process calm that has grown. Loading ends with freeing what it
 * took on the way: 0.1-0.5 s in which small blocks fill the fastbins, and then RSS falls.
 */
#define CALM_LOOKS 2

/* The smallest page: what a minor fault brings in at least. */
#define FAULT_BYTES 4096

void trim_movement_init(struct trim_movement *movement, uint64_t threshold_bytes)
{
    memset(movement, 0, sizeof *movement);
    trim_movement_scale(movement, threshold_bytes);
}

void trim_movement_scale(struct trim_movement *movement, uint64_t threshold_bytes)
{
    uint64_t small_bytes = threshold_bytes / SMALL_PART;
    if (small_bytes < movement->small_bytes) {
        trim_movement_forget(movement); /* What was too little may be enough now. */
    }
    movement->small_bytes = small_bytes;
}

bool trim_movement_grows(struct trim_movement *movement, uint64_t now_ns, uint64_t rss_bytes,
                         bool otherwise)
{
    bool recent = movement->seen_at_ns != 0 && now_ns - movement->seen_at_ns < GROWTH_WINDOW_NS;
    bool moves = trim_distance(rss_bytes, movement->seen_rss_bytes) >= movement->small_bytes;
    bool grows = moves && rss_bytes > movement->seen_rss_bytes;
    if (!recent) {
        movement->restless = 0;
    } else if (grows || (moves && movement->restless > 0)) {
        movement->restless = CALM_LOOKS;
    } else if (movement->restless > 0) {
        movement->restless--;
    }
    movement->seen_rss_bytes = rss_bytes;
    movement->seen_at_ns = now_ns;
    return recent ? movement->restless > 0 : otherwise;
}

bool trim_movement_unchanged(struct trim_movement *movement, uint64_t rss_bytes,
                             uint64_t minor_faults, uint64_t signals)
{
    bool unchanged =
        movement->has_base && movement->base_signals == signals &&
        trim_distance(movement->base_rss_bytes, rss_bytes) < movement->small_bytes &&
        minor_faults - movement->base_minor_faults < movement->small_bytes / FAULT_BYTES &&
        movement->unchanged_in_a_row < UNCHANGED_IN_A_ROW_MAX;
    movement->unchanged_in_a_row += unchanged ? 1 : 0;
    return unchanged;
}

void trim_movement_rebase(struct trim_movement *movement, uint64_t rss_bytes, uint64_t minor_faults,
                          uint64_t signals)
{
    movement->has_base = true;
    movement->unchanged_in_a_row = 0;
    movement->base_rss_bytes = rss_bytes;
    movement->base_minor_faults = minor_faults;
    movement->base_signals = signals;
}

void trim_movement_trimmed(struct trim_movement *movement, uint64_t rss_bytes,
                           uint64_t minor_faults, uint64_t old_pauses, uint64_t left_bytes)
{
    trim_movement_forget(movement);
    movement->trimmed = true;
    movement->trimmed_rss_bytes = rss_bytes;
    movement->trimmed_minor_faults = minor_faults;
    movement->trimmed_old_pauses = old_pauses;
    movement->trimmed_left_bytes = left_bytes;
}

bool trim_movement_as_trimmed(struct trim_movement *movement, uint64_t rss_bytes,
                              uint64_t minor_faults, uint64_t old_pauses, uint64_t threshold_bytes)
{
    uint64_t gone = trim_excess(movement->trimmed_rss_bytes, rss_bytes);
    bool comparable = movement->trimmed && old_pauses == movement->trimmed_old_pauses &&
                      gone < movement->small_bytes;
    movement->trimmed = false;
    if (!comparable) {
        return false;
    }
    /* Faults tell of pages that came while others went, RSS of huge pages that came in one. */
    uint64_t faulted = (minor_faults - movement->trimmed_minor_faults) * FAULT_BYTES;
    uint64_t back = trim_max(faulted, trim_excess(rss_bytes, movement->trimmed_rss_bytes));
    return back < threshold_bytes && movement->trimmed_left_bytes < threshold_bytes - back;
}

void trim_movement_forget(struct trim_movement *movement)
{
    movement->has_base = false;
    movement->trimmed = false;
}
