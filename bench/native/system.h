/*
 * What the loads need of the system: clocks, memory that does not come from malloc, random numbers,
 * and the arena that a block lies in.
 */
#ifndef BENCH_SYSTEM_H
#define BENCH_SYSTEM_H

#include <stddef.h>
#include <stdint.h>

/* The size and alignment of a heap of an arena but the main one: glibc's HEAP_MAX_SIZE. */
#define BENCH_HEAP_BYTES (UINT64_C(64) << 20)

uint64_t bench_now_ns(void);
uint64_t bench_thread_cpu_ns(void);
void bench_sleep_ns(uint64_t ns);

/* Maps zeroed memory, outside malloc; ends the process where there is none. */
void *bench_map(size_t bytes);
void bench_unmap(void *memory, size_t bytes);

/* Allocates with malloc and touches each page; ends the process where there is no memory. */
char *bench_allocate(size_t bytes);

struct bench_random {
    uint64_t state; /* Not 0. */
};

uint64_t bench_random_next(struct bench_random *random);
/* A size whose logarithm is spread evenly between the two bounds. */
size_t bench_random_size(struct bench_random *random, size_t smallest, size_t largest);

/*
 * A number for the glibc arena that a malloc'ed block lies in: the same for two blocks exactly
 * where they share one. 0 where another allocator is in charge. Reads glibc's private layout (the
 * chunk's NON_MAIN_ARENA bit and the first word of its 64 MiB-aligned heap), stable since 2.10.
 */
uintptr_t bench_arena_of(const void *block);

/* Ends the process with a message. */
_Noreturn void bench_fail(const char *what);

#endif
