/*
 * What blocks of glibc's malloc tell of themselves, and what is glibc's own of a thread and of the
 * process. Worker only.
 */
#ifndef TRIMAGENT_GLIBC_BLOCKS_H
#define TRIMAGENT_GLIBC_BLOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "arena_enter.h"

/* The word in front of what malloc returns, or would return, at the address: a chunk's size and
 * flags. Heaps shrink at any moment, so it may be unmapped: then it is 0. */
uint64_t trim_glibc_size_word(uint64_t address);

/*
 * Finds a block's arena. A flag in its size tells the main arena's; others are in a heap, whose
 * header, at a multiple of the heap's size below, names the arena. False for a block that is mapped
 * by itself, and where the header is none: heaps of another size, another malloc.
 */
bool trim_glibc_arena_of(const void *block, uint64_t *arena);

/*
 * Fills in the world for the calling thread: the real malloc and free, and the data of the C
 * library, which is the one that has this code. dl_iterate_phdr(3) tells of it; its dlpi_tls_data
 * is the calling thread's own. Without such a library there are no words, and nothing is proven.
 */
void trim_glibc_arena_world(uint64_t code, struct trim_arena_world *world);

#endif
