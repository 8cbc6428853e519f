/*
 * Whether something grows for good: the trend of its floors.
 *
 * What a process has in use comes and goes with its work, so a single figure tells little, and
 * the least of a while tells more. Native memory that only dead Java objects hold is in use until
 * an old collection has found them. So time is cut into parts, and a part ends only when an old
 * collection has been followed by a figure. The least figure of a part is its floor.
 *
 * A window is a number of floors in a row. It tells of growth where
 * - the growth is much, by the median of the slopes between all pairs of floors (Theil and Sen),
 * - each floor is above the one before by a good part of that slope, so that no day with a night,
 *   no staircase and no single leap passes, and
 * - the second half grows nearly as fast as the first, so that no cache passes that fills up.
 *
 * There are windows of three lengths: the wanted time, and four and sixteen times as long. A leak
 * below the noise of the short ones is found by the long ones.
 *
 * Numbers in, numbers out; nothing is allocated and nobody is woken for it. Worker only.
 */
#ifndef TRIMAGENT_TREND_H
#define TRIMAGENT_TREND_H

#include <stdbool.h>
#include <stdint.h>

#include "heap_verdict.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Floors of a window; windows; and how many floors of one make a floor of the next. */
#define TRIM_TREND_FLOORS 16
#define TRIM_TREND_WINDOWS 3
#define TRIM_TREND_FACTOR 4

/* The least of a part of time, and the counts at its end. */
struct trim_floor {
    uint64_t end_ns;
    uint64_t bytes;
    uint64_t old_pauses;
    uint64_t reloads;
};

struct trim_trend_window {
    struct trim_floor floors[TRIM_TREND_FLOORS]; /* A ring; floor n is at n % TRIM_TREND_FLOORS. */
    uint64_t count;                              /* Of floors so far. */
    struct trim_floor open;                      /* In the making, from the window before, */
    uint32_t parts;                              /* of so many of its floors so far. */
};

/* All zero but wanted_ns at first. */
struct trim_trend {
    uint64_t wanted_ns; /* Length of the shortest window; 0: nothing is looked for. */
    bool begun;
    uint64_t first_ns;
    struct trim_floor start; /* Counts when the first part began. */
    struct trim_floor part;  /* Of the part that is open: when it began, and its least so far. */
    struct trim_trend_window windows[TRIM_TREND_WINDOWS];
    uint32_t told;             /* The window that has told of growth. */
    struct trim_growth growth; /* What is known now. */
};

/* Begins anew with windows of another length; nothing is done where it is the same. */
void trim_trend_configure(struct trim_trend *trend, uint64_t wanted_ns);

/* Takes in what was in use at now_ns, after so many old collections and reloads in all. */
void trim_trend_take(struct trim_trend *trend, uint64_t now_ns, uint64_t bytes, uint64_t old_pauses,
                     uint64_t reloads);

#ifdef __cplusplus
}
#endif

#endif
