#include "system.h"

#include <dlfcn.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#define PAGE_BYTES 4096
#define NON_MAIN_ARENA 4U
#define MMAPPED 2U
#define MAIN_ARENA 1U

static uint64_t read_clock(clockid_t clock)
{
    struct timespec time;
    (void)clock_gettime(clock, &time);
    return (uint64_t)time.tv_sec * 1000000000U + (uint64_t)time.tv_nsec;
}

uint64_t bench_now_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

uint64_t bench_thread_cpu_ns(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

void bench_sleep_ns(uint64_t ns)
{
    struct timespec time = {.tv_sec = (time_t)(ns / 1000000000U),
                            .tv_nsec = (long)(ns % 1000000000U)};
    (void)nanosleep(&time, NULL);
}

void *bench_map(size_t bytes)
{
    void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) {
        bench_fail("mmap");
    }
    return memory;
}

void bench_unmap(void *memory, size_t bytes)
{
    (void)munmap(memory, bytes);
}

char *bench_allocate(size_t bytes)
{
    char *block = malloc(bytes);
    if (block == NULL) {
        bench_fail("malloc");
    }
    for (size_t at = 0; at < bytes; at += PAGE_BYTES) {
        *(volatile char *)(block + at) = 1;
    }
    *(volatile char *)(block + bytes - 1) = 1;
    return block;
}

uint64_t bench_random_next(struct bench_random *random)
{
    /* xorshift64*. */
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return random->state * UINT64_C(2685821657736338717);
}

size_t bench_random_size(struct bench_random *random, size_t smallest, size_t largest)
{
    double share = (double)(bench_random_next(random) >> 11) * 0x1p-53;
    return (size_t)((double)smallest * exp(share * log((double)largest / (double)smallest)));
}

static int glibc_in_charge(void)
{
    static int known = -1;
    if (known < 0) {
        Dl_info info;
        const void *in_charge = dlsym(RTLD_DEFAULT, "malloc");
        known = dladdr(in_charge, &info) != 0 && strstr(info.dli_fname, "/libc.so") != NULL;
    }
    return known;
}

uintptr_t bench_arena_of(const void *block)
{
    if (!glibc_in_charge()) {
        return 0;
    }
    size_t size = ((const size_t *)block)[-1];
    if ((size & MMAPPED) != 0) {
        return 0;
    }
    if ((size & NON_MAIN_ARENA) == 0) {
        return MAIN_ARENA;
    }
    uintptr_t heap = (uintptr_t)block & ~(uintptr_t)(BENCH_HEAP_BYTES - 1);
    return *(const uintptr_t *)heap; // NOLINT(performance-no-int-to-ptr)
}

_Noreturn void bench_fail(const char *what)
{
    perror(what);
    abort();
}
