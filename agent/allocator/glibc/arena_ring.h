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

/* The address of the main arena's state, found from that of another arena; 0 where there is no such
 * ring, or more than one that differs. */
uint64_t trim_arena_ring_main(const struct trim_arena_world *world, uint64_t arena);

/* Whether the state of an arena beside the main one is at the address. */
bool trim_arena_ring_other(const struct trim_arena_world *world, uint64_t address);

#endif
