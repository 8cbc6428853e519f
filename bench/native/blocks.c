#include "blocks.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "pool.h"

/* Each thread publishes what it has allocated or freed in steps of this many bytes. */
#define PUBLISH_STEP (INT64_C(1) << 20)

static _Atomic int64_t unpublished;
static _Atomic int64_t *live_bytes = &unpublished;

void bench_blocks_publish(const char *path)
{
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) {
        bench_fail(path);
    }
    void *shared = mmap(NULL, sizeof *live_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) {
        bench_fail(path);
    }
    (void)close(file);
    live_bytes = shared;
}

void bench_blocks_count(int64_t change)
{
    atomic_fetch_add_explicit(live_bytes, change, memory_order_relaxed);
}

static void publish(int64_t *change)
{
    bench_blocks_count(*change);
    *change = 0;
}

static void load(struct bench_worker *worker, void *argument)
{
    const struct bench_load *wanted = argument;
    struct bench_blocks *generation = &worker->generations[wanted->generation];
    uint64_t left = wanted->bytes / bench_pool_threads();
    generation->capacity = left / wanted->smallest + 1;
    generation->blocks = bench_map(generation->capacity * sizeof *generation->blocks);
    generation->sizes = bench_map(generation->capacity * sizeof *generation->sizes);
    generation->count = 0;
    int64_t change = 0;
    while (left > 0) {
        size_t size = bench_random_size(&worker->random, wanted->smallest, wanted->largest);
        generation->blocks[generation->count] = bench_allocate(size);
        generation->sizes[generation->count] = (uint32_t)size;
        generation->count++;
        left -= size < left ? size : left;
        change += (int64_t)size;
        if (change >= PUBLISH_STEP) {
            publish(&change);
        }
    }
    publish(&change);
}

void bench_blocks_load(const struct bench_load *wanted)
{
    struct bench_load copy = *wanted;
    bench_pool_run(load, &copy);
}

struct release {
    unsigned generation;
    unsigned keep_one_in;
};

static void release(struct bench_worker *worker, void *argument)
{
    const struct release *wanted = argument;
    struct bench_blocks *generation = &worker->generations[wanted->generation];
    if (generation->blocks == NULL) {
        return;
    }
    int64_t change = 0;
    for (size_t i = 0; i < generation->count; i++) {
        /* The last one stays, so that free itself cannot give the top of the heap back. */
        if (wanted->keep_one_in != 0 &&
            (i % wanted->keep_one_in == 0 || i + 1 == generation->count)) {
            continue;
        }
        free(generation->blocks[i]);
        change -= (int64_t)generation->sizes[i];
        if (change <= -PUBLISH_STEP) {
            publish(&change);
        }
    }
    publish(&change);
    bench_unmap(generation->blocks, generation->capacity * sizeof *generation->blocks);
    bench_unmap(generation->sizes, generation->capacity * sizeof *generation->sizes);
    generation->blocks = NULL;
    generation->count = 0;
}

void bench_blocks_release(unsigned generation, unsigned keep_one_in)
{
    struct release wanted = {.generation = generation, .keep_one_in = keep_one_in};
    bench_pool_run(release, &wanted);
}
