/*
 * The process that a strategy lives in: what is in use, free and resident, and the time. It knows
 * nothing of strategies.
 */
#ifndef LAB_WORLD_H
#define LAB_WORLD_H

#include "engine.h"

/*
 * The free layers need no list here: those that were freed since the last release lie lowest and
 * are resident, those above them are not; and growth takes the lowest first.
 */
struct lab_world {
    const struct lab_prices *prices;
    struct lab_tally *tally;
    uint64_t end_ns;
    uint64_t look_ns;
    uint64_t useless_ns;
    uint64_t base_bytes;

    struct lab_cursor cursor;
    struct lab_row ahead; /* What comes next; at LAB_NEVER where nothing does. */

    uint64_t now_ns;
    struct lab_row state; /* What holds now. */
    uint64_t last_old_ns;
    uint64_t resident_bytes; /* Free and resident, */
    uint64_t gone_bytes;     /* and free without being resident. */
    uint64_t faulted_bytes;
    uint64_t refaulted_bytes; /* Since the last release. */

    /* A sample: pages that were spread evenly over what was free when it was laid. */
    uint64_t sampled_bytes; /* What was free then, */
    uint64_t least_bytes;   /* and the least that was free and resident since. */
};

/* Begins at time 0; all that the tally counts is added to it from now on. */
void lab_world_begin(struct lab_world *world, const struct lab_run *run,
                     const struct lab_prices *prices, struct lab_tally *tally);

/* CPU time of the agent so far, */
uint64_t lab_world_agent_cpu_ns(const struct lab_world *world);
/* and of the process, the agent's own and that of refaults included, as its clock tells. */
uint64_t lab_world_cpu_ns(const struct lab_world *world);
uint64_t lab_world_rss_bytes(const struct lab_world *world);

/* Lets time pass in which nobody listens. */
void lab_world_pass(struct lab_world *world, uint64_t ns);

/* Lets time pass until the moment that the choice waits for, or the end. */
void lab_world_sleep(struct lab_world *world, const struct lab_choice *choice);

/* Lays a sample; returns false where nothing is free. */
bool lab_world_lay_sample(struct lab_world *world);

/* The part of the sample that was used since. */
uint32_t lab_world_sample_back_permille(const struct lab_world *world);

/* All that is free and resident goes, which takes so long; returns how much that was. */
uint64_t lab_world_release(struct lab_world *world, double bytes_ns, double fixed_ns);

#endif
