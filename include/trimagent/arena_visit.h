/*
 * Reaching glibc's arenas: a thread allocates from the arena that it is attached to, and glibc does
 * not let it choose. Its first allocation attaches a thread to an arena that no thread has, if
 * there is one; else to a new one, as long as there are fewer than the limit; else to one of all of
 * them in turn. So once the limit is reached, threads that live side by side come to all arenas.
 */
#ifndef TRIMAGENT_ARENA_VISIT_H
#define TRIMAGENT_ARENA_VISIT_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/arena_map.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What is done in the arenas. The functions run on the visiting threads, one at a time. */
struct trim_arena_visitor {
    void *context;
    /* Called once for each thread, attached to this arena, which others may have been to. Returns
     * whether further arenas are wanted. */
    bool (*visit)(void *context, uint64_t arena);
};

struct trim_visit_result {
    uint64_t threads; /* That were started. */
    uint64_t foreign; /* Of these in an arena that is not on the map. */
    uint64_t cpu_ns;  /* Of all of them. */
    int error;        /* Why a thread could not be started; 0: none failed. */
};

/*
 * Starts up to threads_max threads one after another, all alive until the last has been started,
 * and ends all of them before it returns. Ends early when the visitor wants no more, when a thread
 * cannot be started, and after foreign_max threads outside the map. Worker only.
 */
void trim_arena_visit(const struct trim_arena_map *map, const struct trim_arena_visitor *visitor,
                      uint64_t threads_max, uint64_t foreign_max, struct trim_visit_result *result);

/* More threads than these are never started. */
#define TRIM_VISIT_THREADS_MAX 256

#ifdef __cplusplus
}
#endif

#endif
