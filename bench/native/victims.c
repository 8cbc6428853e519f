#include "victims.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crew.h"
#include "histogram.h"
#include "pool.h"

#define PERIOD_NS UINT64_C(1000000)
/* glibc keeps blocks of up to 1032 bytes in the tcache, where no lock is needed. */
#define SMALLEST 2048
#define LARGEST 16384

/* Stalls without the victim's own waiting for a CPU. */
struct stalls {
    uint64_t max_ns;
    uint64_t blocked_ns;
};

struct victim {
    struct bench_random random;
    struct bench_histogram *histogram;
    struct stalls all;
    struct stalls calm; /* While the pool is at rest. */
};

static bench_crew_work suffer;

static struct victim victims[BENCH_CREW_CANDIDATES];
static struct bench_crew crew = {.work = suffer};

/* How long this thread has waited for a CPU so far; 0 where the kernel does not tell. */
static uint64_t queued_ns(int schedstat)
{
    char text[96];
    ssize_t length = pread(schedstat, text, sizeof text - 1, 0);
    if (length <= 0) {
        return 0;
    }
    text[length] = '\0';
    const char *second = strchr(text, ' ');
    return second == NULL ? 0 : strtoull(second, NULL, 10);
}

static void add_stall(struct stalls *stalls, uint64_t ns)
{
    stalls->blocked_ns += ns > BENCH_BLOCKED_NS ? ns : 0;
    stalls->max_ns = ns > stalls->max_ns ? ns : stalls->max_ns;
}

static void merge_stalls(struct stalls *stalls, const struct stalls *other)
{
    stalls->blocked_ns += other->blocked_ns;
    stalls->max_ns = other->max_ns > stalls->max_ns ? other->max_ns : stalls->max_ns;
}

static void suffer_once(struct victim *self, int schedstat)
{
    size_t size = SMALLEST + bench_random_next(&self->random) % (LARGEST - SMALLEST);
    bool calm = !bench_pool_busy();
    uint64_t queued_before_ns = queued_ns(schedstat);
    uint64_t began_ns = bench_now_ns();
    char *block = malloc(size);
    if (block == NULL) {
        bench_fail("malloc");
    }
    *(volatile char *)block = 1;
    free(block);
    uint64_t took_ns = bench_now_ns() - began_ns;
    bench_histogram_add(self->histogram, took_ns);
    uint64_t waited_ns = 0;
    if (took_ns > BENCH_BLOCKED_NS) {
        waited_ns = queued_ns(schedstat) - queued_before_ns;
    }
    uint64_t unqueued_ns = took_ns > waited_ns ? took_ns - waited_ns : 0;
    add_stall(&self->all, unqueued_ns);
    if (calm && !bench_pool_busy()) {
        add_stall(&self->calm, unqueued_ns);
    }
}

static void suffer(struct bench_crew *own_crew, unsigned member)
{
    struct victim *self = &victims[member];
    self->random.state = 77U + member;
    self->histogram = bench_map(sizeof *self->histogram);
    int schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    while (!bench_crew_ending(own_crew)) {
        suffer_once(self, schedstat);
        bench_sleep_ns(PERIOD_NS);
    }
    if (schedstat >= 0) {
        (void)close(schedstat);
    }
}

void bench_victims_start(unsigned wanted)
{
    bench_crew_start(&crew, wanted);
}

void bench_victims_stop(struct bench_victims_result *result)
{
    memset(result, 0, sizeof *result);
    struct bench_histogram *all = bench_map(sizeof *all);
    struct stalls stalls = {0};
    struct stalls calm = {0};
    bench_crew_stop(&crew);
    for (unsigned i = 0; i < crew.members; i++) {
        bench_histogram_merge(all, victims[i].histogram);
        merge_stalls(&stalls, &victims[i].all);
        merge_stalls(&calm, &victims[i].calm);
    }
    result->max_unqueued_ns = stalls.max_ns;
    result->blocked_ns = stalls.blocked_ns;
    result->calm_max_unqueued_ns = calm.max_ns;
    result->calm_blocked_ns = calm.blocked_ns;
    result->victims = crew.members;
    result->sharing = crew.sharing;
    result->pairs = all->count;
    result->p50_ns = bench_histogram_quantile(all, 0.5);
    result->p999_ns = bench_histogram_quantile(all, 0.999);
    result->max_ns = all->max_ns;
    bench_unmap(all, sizeof *all);
}
