/*
 * How the process moves, by its RSS and minor faults alone: figures of microseconds, which tell
 * where an estimate of milliseconds would be for nothing.
 *
 * Pure.
 */
#ifndef TRIMAGENT_MOVEMENT_H
#define TRIMAGENT_MOVEMENT_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_movement {
    uint64_t small_bytes; /* Movements below this do not count. */

    /* The process at the last estimate. */
    bool has_base;
    uint64_t base_rss_bytes;
    uint64_t base_minor_faults;
    uint64_t base_signals;
    uint32_t unchanged_in_a_row;

    /* The process right after a trim, until it is looked at again. */
    bool trimmed;
    uint64_t trimmed_rss_bytes;
    uint64_t trimmed_minor_faults;
    uint64_t trimmed_old_pauses;
    uint64_t trimmed_left_bytes;

    /* RSS at the last look, and when that was; 0: never. */
    uint64_t seen_rss_bytes;
    uint64_t seen_at_ns;
    uint32_t restless; /* Calm looks that are wanted yet. */
};

/* Starts without a look. Movements below an eighth of threshold_bytes do not count. */
void trim_movement_init(struct trim_movement *movement, uint64_t threshold_bytes);

/* The threshold is another one now. */
void trim_movement_scale(struct trim_movement *movement, uint64_t threshold_bytes);

/*
 * Takes in a look. Returns whether the process has grown since one of less than a second ago, or
 * had then: a model is being loaded, and right after that what it replaces is being freed. An
 * estimate in the midst of it tells too little, and finds all small blocks in fastbins, unmerged
 * (50 ms where it costs 1 ms a moment later). Where there was no such look it returns otherwise.
 */
bool trim_movement_grows(struct trim_movement *movement, uint64_t now_ns, uint64_t rss_bytes,
                         bool otherwise);

/*
 * Whether the process is as it was at the last estimate: same RSS, few faults, no signal (old
 * pauses and class loads) since. One such look in ten is not called unchanged all the same, since
 * memory can be freed without any of them.
 */
bool trim_movement_unchanged(struct trim_movement *movement, uint64_t rss_bytes,
                             uint64_t minor_faults, uint64_t signals);

/* An estimate follows: later looks are compared with this one. */
void trim_movement_rebase(struct trim_movement *movement, uint64_t rss_bytes, uint64_t minor_faults,
                          uint64_t signals);

/* A trim has ended and left so many bytes that another one would release. */
void trim_movement_trimmed(struct trim_movement *movement, uint64_t rss_bytes,
                           uint64_t minor_faults, uint64_t old_pauses, uint64_t left_bytes);

/*
 * Whether the first look after a trim finds the process as that has left it: no old pause since, no
 * RSS gone, and what has become resident, with what was left, is less than threshold_bytes. A trim
 * can then be worth it only for memory that was freed in place without a sign. The next looks are
 * not answered so, until there is another trim.
 */
bool trim_movement_as_trimmed(struct trim_movement *movement, uint64_t rss_bytes,
                              uint64_t minor_faults, uint64_t old_pauses, uint64_t threshold_bytes);

/* There is nothing to compare with until the next estimate or trim. */
void trim_movement_forget(struct trim_movement *movement);

#ifdef __cplusplus
}
#endif

#endif
