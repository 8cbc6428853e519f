#include "trimagent/confirm.h"

#include <string.h>

#include "trimagent/quantity.h"

/* Two looks after an event agree while they differ by no more than this part of the former, */
#define AGREE_PART 8
/* and memory has not fallen while it is less than the most by no more than this part; */
#define FALL_PART 16
/* or either by no more than this part of the threshold, which a busy application may take and give.
 */
#define AGREE_THRESHOLD_PART 2

/* From here on the gap after an event does not grow. */
#define GAP_MAX_NS (1500 * TRIM_NS_PER_MS)

/*
 * The gaps of a check are 4 to 11 eighths of the even one, in an order that repeats after eight:
 * even gaps would meet what goes by a clock always at the same moment of its round.
 */
#define GAP_PARTS 8
#define GAP_LEAST_PARTS 4
#define GAP_STRIDE 5

static uint64_t gap_of_check_ns(const struct trim_confirm *confirm)
{
    uint64_t parts = GAP_LEAST_PARTS + (confirm->looks + 1) * GAP_STRIDE % GAP_PARTS;
    return confirm->gap_ns / GAP_PARTS * parts;
}

void trim_confirm_begin(struct trim_confirm *confirm, uint64_t threshold_bytes, uint64_t gap_ns,
                        uint64_t max_wait_ns, bool event, uint64_t now_ns, uint64_t bytes)
{
    memset(confirm, 0, sizeof *confirm);
    confirm->slack_bytes = threshold_bytes / AGREE_THRESHOLD_PART;
    confirm->event = event;
    confirm->gap_ns = gap_ns;
    confirm->end_ns = now_ns + max_wait_ns;
    confirm->due_ns =
        event ? now_ns + gap_ns : trim_min(now_ns + gap_of_check_ns(confirm), confirm->end_ns);
    confirm->last_bytes = bytes;
    confirm->most_bytes = bytes;
}

static enum trim_confirm_state look_after_event(struct trim_confirm *confirm, uint64_t now_ns,
                                                uint64_t bytes)
{
    uint64_t before = confirm->last_bytes;
    uint64_t slack = trim_max(before / AGREE_PART, confirm->slack_bytes);
    confirm->last_bytes = bytes;
    if (trim_distance(before, bytes) <= slack || now_ns >= confirm->end_ns) {
        return TRIM_CONFIRM_HOLDS;
    }
    /* Memory that is being freed is not kept waiting; anything else is looked at less and less. */
    if (bytes < before && confirm->gap_ns < GAP_MAX_NS) {
        confirm->gap_ns *= 2;
    }
    confirm->due_ns = trim_min(now_ns + confirm->gap_ns, confirm->end_ns);
    return TRIM_CONFIRM_AGAIN;
}

enum trim_confirm_state trim_confirm_look(struct trim_confirm *confirm, uint64_t now_ns,
                                          uint64_t bytes)
{
    if (confirm->event) {
        return look_after_event(confirm, now_ns, bytes);
    }
    confirm->looks++;
    confirm->last_bytes = bytes;
    confirm->most_bytes = trim_max(confirm->most_bytes, bytes);
    uint64_t slack = trim_max(confirm->most_bytes / FALL_PART, confirm->slack_bytes);
    if (confirm->most_bytes - bytes > slack) {
        return TRIM_CONFIRM_FALLS;
    }
    confirm->due_ns = trim_min(now_ns + gap_of_check_ns(confirm), confirm->end_ns);
    return now_ns >= confirm->end_ns ? TRIM_CONFIRM_HOLDS : TRIM_CONFIRM_AGAIN;
}
