/*
 * What is resident in the heaps of the load's arenas, looked at page by page.
 */
#ifndef BENCH_HEAPS_H
#define BENCH_HEAPS_H

#include <stdint.h>

/*
 * Resident bytes in the heaps of the pool's arenas, the main one left out. Where the pool holds no
 * blocks this is what the tops of its arenas keep, since freed chunks have merged into them. Reads
 * glibc's private layout as bench_arena_of does; 0 where another allocator is in charge.
 */
uint64_t bench_heaps_resident(void);

#endif
