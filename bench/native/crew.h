/*
 * Threads beside the load that have to share its arenas. glibc does not let a thread choose its
 * arena, so threads are started until enough of them have landed in one of the pool's.
 */
#ifndef BENCH_CREW_H
#define BENCH_CREW_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* Threads that are started to find those that share arenas with the pool. */
#define BENCH_CREW_CANDIDATES 256

struct bench_crew;

/* What a member does, in its own thread, until bench_crew_ending; members count from 0. */
typedef void bench_crew_work(struct bench_crew *crew, unsigned member);

enum bench_crew_role { BENCH_ROLE_UNKNOWN, BENCH_ROLE_MEMBER, BENCH_ROLE_SURPLUS };

struct bench_crew_candidate {
    struct bench_crew *crew;
    uintptr_t arena;
    enum bench_crew_role role;
    unsigned member;
    pthread_t thread;
};

/* Static and all zero but for the work before bench_crew_start. */
struct bench_crew {
    bench_crew_work *work;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct bench_crew_candidate candidates[BENCH_CREW_CANDIDATES];
    unsigned count;
    unsigned attached; /* Candidates that have found their arenas. */
    unsigned members;
    unsigned sharing; /* Members in an arena of the pool, each in one of its own while there are. */
    atomic_bool ending;
};

/* Finds the members and starts them; after bench_pool_start. */
void bench_crew_start(struct bench_crew *crew, unsigned members);

/* Whether the members are to come to their ends. Any thread. */
bool bench_crew_ending(struct bench_crew *crew);

/* Ends the members and waits for them. */
void bench_crew_stop(struct bench_crew *crew);

#endif
