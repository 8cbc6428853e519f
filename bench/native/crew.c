#include "crew.h"

#include <stdlib.h>

#include "pool.h"

/* Above the tcache's sizes, so that it is the arena that serves. */
#define FIRST_BLOCK 2048

static void *run(void *argument)
{
    struct bench_crew_candidate *self = argument;
    struct bench_crew *crew = self->crew;
    char *block = bench_allocate(FIRST_BLOCK);
    (void)pthread_mutex_lock(&crew->lock);
    self->arena = bench_arena_of(block);
    crew->attached++;
    (void)pthread_cond_broadcast(&crew->changed);
    /* Surplus threads wait too: one that ended would hand its arena to the next candidate. */
    while (self->role == BENCH_ROLE_UNKNOWN) {
        (void)pthread_cond_wait(&crew->changed, &crew->lock);
    }
    (void)pthread_mutex_unlock(&crew->lock);
    free(block);
    if (self->role == BENCH_ROLE_MEMBER) {
        crew->work(crew, self->member);
    }
    return NULL;
}

/* The number of candidates before this one that are in the same arena. */
static unsigned earlier_in(const struct bench_crew *crew,
                           const struct bench_crew_candidate *candidate)
{
    unsigned earlier = 0;
    for (const struct bench_crew_candidate *other = crew->candidates; other < candidate; other++) {
        earlier += other->arena == candidate->arena;
    }
    return earlier;
}

/* Starts one candidate and waits until it has its arena; returns whether it is a good member. */
static bool try_candidate(struct bench_crew *crew)
{
    struct bench_crew_candidate *candidate = &crew->candidates[crew->count];
    candidate->crew = crew;
    if (pthread_create(&candidate->thread, NULL, run, candidate) != 0) {
        bench_fail("pthread_create");
    }
    crew->count++;
    while (crew->attached < crew->count) {
        (void)pthread_cond_wait(&crew->changed, &crew->lock);
    }
    unsigned arenas = bench_pool_arenas();
    return candidate->arena == 0 || !bench_pool_has_arena(candidate->arena)
               ? candidate->arena == 0
               : earlier_in(crew, candidate) <= crew->sharing / arenas;
}

void bench_crew_start(struct bench_crew *crew, unsigned members)
{
    (void)pthread_mutex_init(&crew->lock, NULL);
    (void)pthread_cond_init(&crew->changed, NULL);
    (void)pthread_mutex_lock(&crew->lock);
    while (crew->members < members && crew->count < BENCH_CREW_CANDIDATES) {
        if (try_candidate(crew)) {
            struct bench_crew_candidate *chosen = &crew->candidates[crew->count - 1];
            chosen->role = BENCH_ROLE_MEMBER;
            chosen->member = crew->members++;
            crew->sharing += chosen->arena != 0;
        }
    }
    for (unsigned i = 0; i < crew->count; i++) {
        if (crew->candidates[i].role == BENCH_ROLE_UNKNOWN) {
            crew->candidates[i].role = BENCH_ROLE_SURPLUS;
        }
    }
    (void)pthread_cond_broadcast(&crew->changed);
    (void)pthread_mutex_unlock(&crew->lock);
}

bool bench_crew_ending(struct bench_crew *crew)
{
    return atomic_load_explicit(&crew->ending, memory_order_relaxed);
}

void bench_crew_stop(struct bench_crew *crew)
{
    atomic_store(&crew->ending, true);
    for (unsigned i = 0; i < crew->count; i++) {
        (void)pthread_join(crew->candidates[i].thread, NULL);
    }
}
