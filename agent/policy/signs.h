/*
 * What the process's cheap figures say: RSS, page faults and CPU time, which cost microseconds to
 * read where an estimate costs milliseconds.
 *
 * - Nothing can have come free in a process that has used no CPU since the last estimate. A still
 *   RSS alone proves nothing: a model that takes the place of the last but one moves no page.
 * - A burst of page faults is something being loaded. Its end is a moment to look, since what it
 *   replaces is freed after it.
 * - A process that comes to rest will leave what it has freed alone.
 * - One that does much more than usual for a moment, and loads nothing, may have freed something:
 *   that takes 20 ms for 200 MiB.
 *
 * Pure.
 */
#ifndef TRIMAGENT_SIGNS_H
#define TRIMAGENT_SIGNS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The figures of one moment. */
struct trim_vitals {
    uint64_t at_ns;
    uint64_t rss_bytes;
    uint64_t minor_faults; /* Since the start of the process. */
    uint64_t cpu_ns;       /* Of all threads but the agent's own, since the start. */
};

enum trim_sign {
    TRIM_SIGN_NONE = 0,
    TRIM_SIGN_LOADED, /* A burst of page faults has ended. */
    TRIM_SIGN_RESTED, /* The process has been at work, and is at rest now. */
    TRIM_SIGN_BLIP    /* It has done much more than usual, and does not any more, or that has become
                         usual. */
};

struct trim_signs {
    bool seen;
    struct trim_vitals last; /* The beginning of the next interval. */
    bool working;            /* CPU was used in the last interval. */
    double idle_share;       /* Of one core, that the process takes at rest, */
    double usual_share;      /* and what it took in the last seconds at work. */
    bool stands_out;         /* The last interval was much more than that. */

    /* At the last estimate. */
    bool marked;
    struct trim_vitals mark;

    bool loading;
    uint32_t calm; /* Intervals in a row without. */
    uint64_t loading_since_ns;
    uint64_t loaded_bytes; /* In this burst, or in the last one. */
};

/* Takes in a look. One that follows the last too closely is not compared with it. */
enum trim_sign trim_signs_take(struct trim_signs *signs, const struct trim_vitals *now);

/* Until when the last look serves, because another one would be too close to tell more; 0: there
 * was none. */
uint64_t trim_signs_fresh_until_ns(const struct trim_signs *signs);

/* An estimate follows: what can come free later is told by what has moved since now. */
void trim_signs_mark(struct trim_signs *signs, const struct trim_vitals *now);

/* Whether memory can have come free between the mark and the last look. */
bool trim_signs_moved(const struct trim_signs *signs);

/* Whether the process has used more CPU since the mark than it takes at rest. */
bool trim_signs_worked(const struct trim_signs *signs, uint64_t now_ns, uint64_t cpu_ns);

/* Whether the process has done nothing at all between the mark and the last look: not even a single
 * large block can have been freed. */
bool trim_signs_still(const struct trim_signs *signs);

/* Whether a burst of page faults is under way, and has not lasted for longer than most_ns. */
bool trim_signs_loading(const struct trim_signs *signs, uint64_t now_ns, uint64_t most_ns);

#ifdef __cplusplus
}
#endif

#endif
