#include "trimagent/arena_visit.h"

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trimagent/arena_scan.h"
#include "trimagent/clock.h"
#include "trimagent/quantity.h"
#include "trimagent/thread.h"

/* Above the sizes that a tcache keeps, so that it comes from an arena. */
#define PROBE_BYTES 1072

/* Everything a visit shares with its threads. They run one at a time: what a thread writes before
 * it posts, the worker reads after it has waited. */
struct visit {
    const struct trim_arena_map *map;
    const struct trim_arena_visitor *visitor;
    struct trim_visit_result *result;
    sem_t seen;  /* A thread has done its work. */
    sem_t leave; /* A thread may end. */
    bool more;
};

static void wait_for(sem_t *semaphore)
{
    while (sem_wait(semaphore) != 0 && errno == EINTR) {
    }
}

/*
 * Finds the arena that the address belongs to, if it is one of the map's. It may have grown since
 * the scan, so that its heap, or the one that it has begun meanwhile, has to tell.
 */
static bool arena_of(const struct trim_arena_map *map, uint64_t address, uint64_t *arena)
{
    if (trim_arena_map_arena(map, address, arena)) {
        return true;
    }
    if (map->main_end != 0 && address >= map->main_end && address < (uint64_t)(uintptr_t)sbrk(0)) {
        *arena = TRIM_MAIN_ARENA;
        return true;
    }
    struct trim_heap_header header;
    if (!trim_arena_scan_reread(address / TRIM_ARENA_HEAP_BYTES * TRIM_ARENA_HEAP_BYTES, &header) ||
        trim_arena_map_bytes(map, header.arena) == 0) {
        return false;
    }
    *arena = header.arena;
    return true;
}

static void look(struct visit *visit)
{
    uint64_t arena = 0;
    void *probe = malloc(PROBE_BYTES);
    bool known = arena_of(visit->map, (uint64_t)(uintptr_t)probe, &arena);
    free(probe);
    if (known) {
        visit->more = visit->visitor->visit(visit->visitor->context, arena);
    } else {
        visit->result->foreign++;
    }
}

static void *run(void *argument)
{
    struct visit *visit = argument;
    trim_thread_name("trimagent-b");
    look(visit);
    visit->result->cpu_ns += trim_clock_thread_cpu_ns();
    (void)sem_post(&visit->seen);
    wait_for(&visit->leave);
    return NULL;
}

void trim_arena_visit(const struct trim_arena_map *map, const struct trim_arena_visitor *visitor,
                      uint64_t threads_max, uint64_t foreign_max, struct trim_visit_result *result)
{
    /* Static for its size; the worker alone visits. */
    static pthread_t threads[TRIM_VISIT_THREADS_MAX];
    struct visit visit = {.map = map, .visitor = visitor, .result = result, .more = true};
    memset(result, 0, sizeof *result);
    (void)sem_init(&visit.seen, 0, 0);
    (void)sem_init(&visit.leave, 0, 0);
    threads_max = trim_min(threads_max, TRIM_VISIT_THREADS_MAX);
    while (visit.more && result->threads < threads_max && result->foreign < foreign_max) {
        result->error = trim_thread_start(&threads[result->threads], run, &visit);
        if (result->error != 0) {
            break;
        }
        result->threads++;
        wait_for(&visit.seen);
    }
    for (uint64_t thread = 0; thread < result->threads; thread++) {
        (void)sem_post(&visit.leave);
    }
    for (uint64_t thread = 0; thread < result->threads; thread++) {
        (void)pthread_join(threads[thread], NULL);
    }
    (void)sem_destroy(&visit.seen);
    (void)sem_destroy(&visit.leave);
}
