/*
 * How much room is left below the memory limit, and what that does to the policy: a threshold that
 * is a share of the limit follows it, and above the urgent share the threshold falls step by step,
 * the cooldown shortens and checks come closer together, so that what can be given back is given
 * back before the kernel kills.
 *
 * Pure.
 */
#ifndef TRIMAGENT_ROOM_H
#define TRIMAGENT_ROOM_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/options.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The least threshold that a share or urgency can lead to; no option allows less either. */
#define TRIM_ROOM_THRESHOLD_MIN UINT64_C(1048576)

/* What stands in for a share of a limit that is not known. */
#define TRIM_ROOM_THRESHOLD_UNKNOWN (64 * TRIM_ROOM_THRESHOLD_MIN)

struct trim_room {
    uint64_t threshold_bytes;   /* The option, where it is a size, */
    uint64_t threshold_percent; /* and where it is a share; 0: a size. */
    uint64_t urgent_percent;    /* 0: never urgent. */

    /* As last observed. */
    uint64_t limit_bytes; /* 0: unknown. */
    bool fill_known;
    uint32_t fill_permille;
};

/* Starts with an unknown limit. */
void trim_room_init(struct trim_room *room, const struct trim_options *options);

/* Takes in the limit and how full it is. */
void trim_room_take(struct trim_room *room, uint64_t limit_bytes, bool fill_known,
                    uint32_t fill_permille);

/* Whether the fill has reached the urgent share. */
bool trim_room_urgent(const struct trim_room *room);

/* The threshold in force, in bytes. */
uint64_t trim_room_threshold(const struct trim_room *room);

/* The longest time until the next check; TRIM_NEVER where there is no hurry. */
uint64_t trim_room_check_ns(const struct trim_room *room);

#ifdef __cplusplus
}
#endif

#endif
