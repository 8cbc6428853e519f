/*
 * Pauses while arenas are borrowed from, for the sake of threads that are at work meanwhile. Pure:
 * times go in, and how long to pause comes out.
 *
 * A call of malloc or free that takes or gives back a large chunk looks through the arena's large
 * chunks under its lock: 30-60 us where 4 GiB in one arena are some thousand chunks. Threads that
 * want the lock sleep meanwhile and have to be woken, and are left to sort what was given back: a
 * thread at full speed got 0.21 of its work done beside 380 ms of it. Pauses of twice that time
 * leave it 0.71-0.92, and pauses of six times hold 4 GiB for 3.4 s instead of 1.5. Where pieces are
 * few and large, what remains is dropping pages, for which the kernel interrupts each CPU that the
 * process runs on. A thread in an arena of its own got 0.94 done beside it, and 0.88 where the
 * kernel takes no ranges together; beside malloc_trim 0.78. Pauses did not help there: as long as
 * the work, they left it 0.93 and 0.84. Where nobody works pauses would only keep the memory for
 * longer. Who works is known from CPU time alone, so threads that only compute count too.
 *
 * Pauses follow the CPU time of the work, which is what others feel of it. When they followed the
 * wall clock, waits for a CPU and for the lock included, a model server that kept both CPUs busy
 * had 543 MiB back after 407 ms, 204 of them pauses, though its four trims took 52 ms of CPU in
 * all.
 */
#ifndef TRIMAGENT_BORROW_PACE_H
#define TRIMAGENT_BORROW_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Of all arenas together: one alone may be too short to know who works. */
struct trim_borrow_pace {
    uint64_t pause_max_ns;
    uint64_t paused_ns; /* In all. Whoever pauses adds to it. */
    uint64_t spared_ns; /* Pauses that were not made, since nobody worked beside the work. */
    uint64_t owed_ns;   /* Pauses that the arenas before ask for. */
    /* Of the arena at hand: */
    uint64_t calls_ns; /* In calls of malloc and free. */
    uint64_t began_ns;
    uint64_t paused_began_ns; /* Paused until then, */
    uint64_t own_began_ns;    /* and CPU time of the thread that works. */
    /* What the process's other threads do: when that was looked at last, their CPU time then, */
    uint64_t looked_ns;
    uint64_t others_looked_ns;
    uint64_t window_ns; /* and between the last two looks: how long that was (0: not known yet), */
    uint64_t others_ns; /* and their CPU time in it. */
};

/* No more than pause_max_ns is asked for in all. */
void trim_pace_init(struct trim_borrow_pace *pace, uint64_t pause_max_ns);

/* An arena is begun and left, all of them by one thread, which has had own_cpu_ns of CPU time so
 * far. */
void trim_pace_enter(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns);
void trim_pace_leave(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns);

/* Takes in one call of malloc or free. */
void trim_pace_call(struct trim_borrow_pace *pace, uint64_t took_ns);

/* Whether it is time to look at what others do. Reading the process's CPU time takes longer the
 * more threads it has. */
bool trim_pace_look_is_due(const struct trim_borrow_pace *pace, uint64_t now_ns);

/* Where it is: takes in what CPU time this thread and the process's others have had so far. What
 * they do now is told from the last 20 ms or more: a thread that frees a model at full speed may
 * end before the release. Pauses that are owed for a time in which nobody worked are spared. */
void trim_pace_look(struct trim_borrow_pace *pace, uint64_t now_ns, uint64_t own_cpu_ns,
                    uint64_t others_cpu_ns);

/* How long the work so far asks to pause; 0: not at all, or for too little to stop for. */
uint64_t trim_pace_wanted_ns(const struct trim_borrow_pace *pace, uint64_t now_ns,
                             uint64_t own_cpu_ns);

/* Whether other threads do anything worth mentioning: a quarter of a CPU's work. False as long as
 * nobody can tell. */
bool trim_pace_others_are_awake(const struct trim_borrow_pace *pace);

/* Whether other threads are at work: at least half a CPU's worth. */
bool trim_pace_others_work(const struct trim_borrow_pace *pace);

#endif
