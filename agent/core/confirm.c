#include "trimagent/confirm.h"

#include <string.h>

#include "trimagent/quantity.h"

/* Two looks agree while they differ by no more than this part of the former, */
#define AGREE_PART 8
/* or by no more than this part of the threshold, which a busy application may take and give. */
#define AGREE_THRESHOLD_PART 2

/* From here on the gap does not grow: looks must meet bursts of a second's rhythm by chance. */
#define GAP_MAX_NS (1500 * TRIM_NS_PER_MS)

void trim_confirm_begin(struct trim_confirm *confirm, uint64_t threshold_bytes, uint64_t gap_ns,
                        uint64_t max_wait_ns, uint32_t wanted, uint64_t now_ns, uint64_t bytes)
{
    memset(confirm, 0, sizeof *confirm);
    confirm->threshold_bytes = threshold_bytes;
    confirm->gap_ns = gap_ns;
    confirm->due_ns = now_ns + gap_ns;
    confirm->end_ns = now_ns + max_wait_ns;
    confirm->wanted = wanted;
    confirm->last_bytes = bytes;
}

static bool agrees(const struct trim_confirm *confirm, uint64_t bytes)
{
    uint64_t distance = trim_distance(confirm->last_bytes, bytes);
    return distance <= confirm->last_bytes / AGREE_PART ||
           distance <= confirm->threshold_bytes / AGREE_THRESHOLD_PART;
}

enum trim_confirm_state trim_confirm_look(struct trim_confirm *confirm, uint64_t now_ns,
                                          uint64_t bytes)
{
    bool agreed = agrees(confirm, bytes);
    bool grown = !agreed && bytes > confirm->last_bytes;
    confirm->moved = confirm->moved || !agreed;
    confirm->agreed = agreed ? confirm->agreed + 1 : 0;
    confirm->last_bytes = bytes;
    if (confirm->agreed >= confirm->wanted) {
        return TRIM_CONFIRM_HOLDS;
    }
    if (now_ns >= confirm->end_ns) {
        bool told = confirm->wanted <= TRIM_CONFIRM_EVENT_LOOKS;
        return told || !confirm->moved ? TRIM_CONFIRM_HOLDS : TRIM_CONFIRM_MOVES;
    }
    /* Memory that is being freed is not kept waiting; anything else is looked at less and less. */
    if (!grown && confirm->gap_ns < GAP_MAX_NS) {
        confirm->gap_ns *= 2;
    }
    confirm->due_ns = trim_min(now_ns + confirm->gap_ns, confirm->end_ns);
    return TRIM_CONFIRM_AGAIN;
}
