/*
 * Pauses while an arena is borrowed from, for the sake of threads that allocate in it meanwhile.
 * Pure: times go in, and how long to pause comes out.
 *
 * A call of malloc or free that takes or gives back a large chunk looks through the arena's large
 * chunks under its lock: 30-60 us where 4 GiB in one arena are some thousand chunks. Threads that
 * want the lock sleep meanwhile and have to be woken, and are left to sort what was given back: a
 * thread at full speed got 0.21 of its work done beside 380 ms of it, and 0.77 when it was spread
 * over 2 s. Where calls hardly count, because pieces are few and large, or where nobody works,
 * pauses would only keep the memory for longer. Who works is known from CPU time alone, so threads
 * that only compute count too.
 */
#ifndef TRIMAGENT_BORROW_PACE_H
#define TRIMAGENT_BORROW_PACE_H

#include <stdbool.h>
#include <stdint.h>

struct trim_borrow_pace {
    uint64_t began_ns;
    uint64_t others_began_ns; /* CPU time of the process's other threads until then. */
    uint64_t calls_ns;        /* In calls of malloc and free since. */
    uint64_t paused_ns;       /* In all. Whoever pauses adds to it. */
    uint64_t pause_max_ns;
};

/* Starts at now_ns. others_cpu_ns: CPU time that the process's other threads have taken so far. No
 * more than pause_max_ns is asked for in all. */
void trim_pace_begin(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t others_cpu_ns,
                     uint64_t pause_max_ns);

/* Takes in one call of malloc or free. */
void trim_pace_call(struct trim_borrow_pace *pace, uint64_t took_ns);

/* How long the calls so far ask to pause; 0: not at all, or for too little to stop for. */
uint64_t trim_pace_wanted_ns(const struct trim_borrow_pace *pace, uint64_t now_ns);

/* Whether other threads have been at work: at least half a CPU's worth. */
bool trim_pace_others_work(const struct trim_borrow_pace *pace, uint64_t now_ns,
                           uint64_t others_cpu_ns);

#endif
