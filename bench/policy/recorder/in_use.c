/*
 * Stands in front of glibc's malloc and counts. The counts are exact: each chunk carries its size,
 * so nothing is remembered here. It costs one atomic addition a call, in a cache line of the
 * thread's own.
 */
#include "in_use.h"

#include <errno.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#define EXPORTED __attribute__((visibility("default")))

/* glibc's own names for its functions: unlike dlsym, they can be had from the first call on. */
extern void *__libc_malloc(size_t bytes);
extern void __libc_free(void *block);
extern void *__libc_calloc(size_t count, size_t bytes);
extern void *__libc_realloc(void *block, size_t bytes);
extern void *__libc_memalign(size_t alignment, size_t bytes);
extern void *__libc_valloc(size_t bytes);
extern void *__libc_pvalloc(size_t bytes);

/* The low bits of a chunk's size word, which stands before the block. */
#define MAPPED_ALONE 2U
#define FLAGS 7U

/* Threads take shards in turn. Where there are more threads than shards, some share one. */
#define SHARDS 256
#define LINE 128 /* Two cache lines: processors fetch them in pairs. */

struct shard {
    alignas(LINE) _Atomic int64_t bytes;
};

static struct shard shards[SHARDS];
static atomic_uint threads_seen;
/* Counted from 1; 0: none yet. This model of thread-local memory never calls malloc. */
static _Thread_local unsigned own_shard __attribute__((tls_model("initial-exec")));

static int64_t size_of(const void *block)
{
    if (block == NULL) {
        return 0;
    }
    size_t word = ((const size_t *)block)[-1];
    return (word & MAPPED_ALONE) != 0 ? 0 : (int64_t)(word & ~(size_t)FLAGS);
}

static void count(int64_t change)
{
    if (change == 0) {
        return;
    }
    if (own_shard == 0) {
        own_shard = 1 + atomic_fetch_add_explicit(&threads_seen, 1, memory_order_relaxed) % SHARDS;
    }
    (void)atomic_fetch_add_explicit(&shards[own_shard - 1].bytes, change, memory_order_relaxed);
}

static void *counted(void *block)
{
    count(size_of(block));
    return block;
}

int64_t recorder_in_use_bytes(void)
{
    int64_t sum = 0;
    unsigned seen = atomic_load_explicit(&threads_seen, memory_order_relaxed);
    for (unsigned i = 0; i < SHARDS && i < seen; i++) {
        sum += atomic_load_explicit(&shards[i].bytes, memory_order_relaxed);
    }
    return sum > 0 ? sum : 0;
}

EXPORTED void *malloc(size_t bytes)
{
    return counted(__libc_malloc(bytes));
}

EXPORTED void free(void *block)
{
    count(-size_of(block));
    __libc_free(block);
}

EXPORTED void *calloc(size_t number, size_t bytes)
{
    return counted(__libc_calloc(number, bytes));
}

EXPORTED void *realloc(void *block, size_t bytes)
{
    int64_t before = size_of(block);
    void *moved = __libc_realloc(block, bytes);
    if (moved != NULL) {
        count(size_of(moved) - before);
    } else if (bytes == 0) {
        count(-before); /* glibc frees the block then. */
    }
    return moved;
}

EXPORTED void *memalign(size_t alignment, size_t bytes)
{
    return counted(__libc_memalign(alignment, bytes));
}

EXPORTED void *aligned_alloc(size_t alignment, size_t bytes)
{
    return counted(__libc_memalign(alignment, bytes));
}

EXPORTED int posix_memalign(void **block, size_t alignment, size_t bytes)
{
    bool power_of_two = alignment != 0 && (alignment & (alignment - 1)) == 0;
    if (!power_of_two || alignment % sizeof(void *) != 0) {
        return EINVAL;
    }
    int saved = errno; /* The standard has it left alone. */
    void *made = counted(__libc_memalign(alignment, bytes));
    errno = saved;
    if (made == NULL) {
        return ENOMEM;
    }
    *block = made;
    return 0;
}

EXPORTED void *valloc(size_t bytes)
{
    return counted(__libc_valloc(bytes));
}

EXPORTED void *pvalloc(size_t bytes)
{
    return counted(__libc_pvalloc(bytes));
}
