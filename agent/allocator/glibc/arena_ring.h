/*
 * The ring of glibc's arenas: each state holds the address of the next at the same offset. Other
 * arenas' states are behind a heap's header; the main arena's is in the C library's own data, and
 * this is what tells its address. Worker only.
 */
#ifndef TRIMAGENT_ARENA_RING_H
#define TRIMAGENT_ARENA_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "arena_enter.h"
#include "malloc_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The address of the main arena's state, found from that of another arena, and at which offset each
 * state has the address of the next; 0 where there is no such ring, or more than one that differs.
 */
uint64_t trim_arena_ring_main(const struct trim_arena_world *world, uint64_t arena,
                              uint64_t *offset);

/*
 * Tells the addresses of the arenas that malloc_info has printed, of which there were so many:
 * it goes round the ring from the main arena on, and so does this. An arena that was made meanwhile
 * would be in the ring as well: then no address is told.
 */
void trim_arena_ring_name(const struct trim_arena_door *door, uint64_t arenas,
                          struct trim_arena_figures *figures, size_t count);

/* Whether the state of an arena beside the main one is at the address. */
bool trim_arena_ring_other(const struct trim_arena_world *world, uint64_t address);

#ifdef __cplusplus
}
#endif

#endif
