#include "churn.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "blocks.h"
#include "histogram.h"
#include "pool.h"

#define STEADY_SLOTS 4096
#define STEADY_SMALLEST 64
#define STEADY_LARGEST 65536
/* Replacements between two waves. */
#define STEADY_WAVE (8 * STEADY_SLOTS)
#define BURST_SMALLEST 4096
#define BURST_LARGEST 65536
#define BURST_SURVIVORS 200
#define PAUSE_MIN_NS UINT64_C(500000000)
#define PAUSE_SPREAD_NS UINT64_C(1000000000)

struct churn {
    uint64_t duration_ns;
    uint64_t bytes;
    pthread_mutex_t lock;
    struct bench_churn_result *result;
    struct bench_histogram bursts;
};

static void steady_replace(struct bench_random *random, char **slot)
{
    free(*slot);
    *slot = bench_allocate(bench_random_size(random, STEADY_SMALLEST, STEADY_LARGEST));
}

static void steady_wave(struct bench_random *random, char **slots)
{
    for (size_t i = 0; i < STEADY_SLOTS / 2; i++) {
        free(slots[i]);
        slots[i] = NULL;
    }
    for (size_t i = 0; i < STEADY_SLOTS / 2; i++) {
        steady_replace(random, &slots[i]);
    }
}

static void steady(struct bench_worker *worker, void *argument)
{
    struct churn *churn = argument;
    char **slots = bench_map(STEADY_SLOTS * sizeof *slots);
    for (size_t i = 0; i < STEADY_SLOTS; i++) {
        steady_replace(&worker->random, &slots[i]);
    }
    uint64_t operations = 0;
    uint64_t began_cpu_ns = bench_thread_cpu_ns();
    uint64_t began_ns = bench_now_ns();
    uint64_t wall_ns = 0;
    for (; wall_ns < churn->duration_ns; wall_ns = bench_now_ns() - began_ns) {
        for (size_t i = 0; i < STEADY_WAVE; i++) {
            steady_replace(&worker->random,
                           &slots[bench_random_next(&worker->random) % STEADY_SLOTS]);
        }
        steady_wave(&worker->random, slots);
        operations += STEADY_WAVE + STEADY_SLOTS / 2;
    }
    uint64_t cpu_ns = bench_thread_cpu_ns() - began_cpu_ns;
    for (size_t i = 0; i < STEADY_SLOTS; i++) {
        free(slots[i]);
    }
    bench_unmap(slots, STEADY_SLOTS * sizeof *slots);

    (void)pthread_mutex_lock(&churn->lock);
    churn->result->operations += operations;
    churn->result->wall_ns += wall_ns;
    churn->result->cpu_ns += cpu_ns;
    (void)pthread_mutex_unlock(&churn->lock);
}

static void burst(struct bench_random *random, char **blocks, uint64_t bytes)
{
    size_t count = 0;
    while (bytes > 0) {
        size_t size = bench_random_size(random, BURST_SMALLEST, BURST_LARGEST);
        blocks[count] = bench_allocate(size);
        memset(blocks[count], 1, size);
        count++;
        bytes -= size < bytes ? size : bytes;
    }
    while (count > 0) {
        free(blocks[--count]);
    }
}

static void bursts(struct bench_worker *worker, void *argument)
{
    struct churn *churn = argument;
    size_t table_bytes = (churn->bytes / BURST_SMALLEST + 1) * sizeof(char *);
    char **blocks = bench_map(table_bytes);
    struct bench_histogram *durations = bench_map(sizeof *durations);
    uint64_t total_ns = 0;
    uint64_t total_cpu_ns = 0;
    uint64_t began_ns = bench_now_ns();
    while (bench_now_ns() - began_ns < churn->duration_ns) {
        uint64_t burst_cpu_ns = bench_thread_cpu_ns();
        uint64_t burst_ns = bench_now_ns();
        burst(&worker->random, blocks, churn->bytes);
        burst_ns = bench_now_ns() - burst_ns;
        total_cpu_ns += bench_thread_cpu_ns() - burst_cpu_ns;
        total_ns += burst_ns;
        bench_histogram_add(durations, burst_ns);
        bench_sleep_ns(PAUSE_MIN_NS + bench_random_next(&worker->random) % PAUSE_SPREAD_NS);
    }
    bench_unmap(blocks, table_bytes);

    (void)pthread_mutex_lock(&churn->lock);
    churn->result->wall_ns += total_ns;
    churn->result->burst_cpu_ns += total_cpu_ns;
    bench_histogram_merge(&churn->bursts, durations);
    (void)pthread_mutex_unlock(&churn->lock);
    bench_unmap(durations, sizeof *durations);
}

void bench_churn_steady(uint64_t duration_ns, struct bench_churn_result *result)
{
    memset(result, 0, sizeof *result);
    struct churn churn = {
        .duration_ns = duration_ns, .lock = PTHREAD_MUTEX_INITIALIZER, .result = result};
    bench_pool_run(steady, &churn);
}

void bench_churn_bursts(uint64_t duration_ns, uint64_t bytes, struct bench_churn_result *result)
{
    memset(result, 0, sizeof *result);
    struct bench_load first = {.bytes = bytes * bench_pool_threads() * 11 / 10,
                               .smallest = BURST_SMALLEST,
                               .largest = BURST_LARGEST};
    bench_blocks_load(&first);
    bench_blocks_release(first.generation, BURST_SURVIVORS);

    struct churn *churn = bench_map(sizeof *churn);
    churn->duration_ns = duration_ns;
    churn->bytes = bytes;
    churn->result = result;
    (void)pthread_mutex_init(&churn->lock, NULL);
    bench_pool_run(bursts, churn);
    result->operations = churn->bursts.count;
    result->median_burst_ns = bench_histogram_quantile(&churn->bursts, 0.5);
    result->longest_burst_ns = churn->bursts.max_ns;
    bench_unmap(churn, sizeof *churn);
}
