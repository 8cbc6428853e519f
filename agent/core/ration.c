#include "trimagent/ration.h"

#include <stdint.h>

static void accrue(struct trim_ration *ration, uint64_t now_ns)
{
    if (now_ns <= ration->as_of_ns) {
        return;
    }
    uint64_t income = (now_ns - ration->as_of_ns) / TRIM_RATION_SHARE;
    /* Only the time that has become income is used up, so that asking often loses nothing. */
    ration->as_of_ns += income * TRIM_RATION_SHARE;
    trim_ration_refund(ration, income);
}

void trim_ration_init(struct trim_ration *ration, uint64_t now_ns)
{
    ration->balance_ns = TRIM_RATION_CEILING_NS;
    ration->as_of_ns = now_ns;
}

uint64_t trim_ration_ready_ns(struct trim_ration *ration, uint64_t now_ns, uint64_t predicted_ns)
{
    accrue(ration, now_ns);
    int64_t needed = predicted_ns < (uint64_t)TRIM_RATION_CEILING_NS ? (int64_t)predicted_ns
                                                                     : TRIM_RATION_CEILING_NS;
    if (ration->balance_ns >= needed) {
        return now_ns;
    }
    return now_ns + (uint64_t)(needed - ration->balance_ns) * TRIM_RATION_SHARE;
}

void trim_ration_spend(struct trim_ration *ration, uint64_t now_ns, uint64_t cost_ns)
{
    /* No estimate takes an hour; the bound only keeps a broken clock from overflowing the balance.
     */
    const uint64_t bound = UINT64_C(3600000000000);
    accrue(ration, now_ns);
    int64_t cost = (int64_t)(cost_ns < bound ? cost_ns : bound);
    ration->balance_ns =
        ration->balance_ns > -(int64_t)bound ? ration->balance_ns - cost : ration->balance_ns;
}

void trim_ration_refund(struct trim_ration *ration, uint64_t cost_ns)
{
    uint64_t room = (uint64_t)(TRIM_RATION_CEILING_NS - ration->balance_ns);
    ration->balance_ns =
        cost_ns < room ? ration->balance_ns + (int64_t)cost_ns : TRIM_RATION_CEILING_NS;
}
