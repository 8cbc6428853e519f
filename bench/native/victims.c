#include "victims.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "histogram.h"
#include "pool.h"

#define PERIOD_NS UINT64_C(1000000)
/* glibc keeps blocks of up to 1032 bytes in the tcache, where no lock is needed. */
#define SMALLEST 2048
#define LARGEST 16384
/* Threads that are started to find those that share arenas with the pool. */
#define CANDIDATES_MAX 256

enum role { ROLE_UNKNOWN, ROLE_VICTIM, ROLE_SURPLUS };

/* Stalls without the victim's own waiting for a CPU. */
struct stalls {
    uint64_t max_ns;
    uint64_t blocked_ns;
};

struct candidate {
    uintptr_t arena;
    enum role role;
    struct bench_random random;
    struct bench_histogram *histogram;
    struct stalls all;
    struct stalls calm; /* While the pool is at rest. */
    pthread_t thread;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct candidate candidates[CANDIDATES_MAX];
    unsigned count;
    unsigned attached; /* Candidates that have found their arenas. */
    unsigned sharing;
    unsigned victims;
    atomic_bool ending;
} state = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

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

static void suffer_once(struct candidate *self, int schedstat)
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

static void suffer(struct candidate *self)
{
    int schedstat = open("/proc/thread-self/schedstat", O_RDONLY | O_CLOEXEC);
    while (!atomic_load_explicit(&state.ending, memory_order_relaxed)) {
        suffer_once(self, schedstat);
        bench_sleep_ns(PERIOD_NS);
    }
    if (schedstat >= 0) {
        (void)close(schedstat);
    }
}

static void *run(void *argument)
{
    struct candidate *self = argument;
    char *block = bench_allocate(SMALLEST);
    (void)pthread_mutex_lock(&state.lock);
    self->arena = bench_arena_of(block);
    state.attached++;
    (void)pthread_cond_broadcast(&state.changed);
    /* Surplus threads wait too: one that ended would hand its arena to the next candidate. */
    while (self->role == ROLE_UNKNOWN) {
        (void)pthread_cond_wait(&state.changed, &state.lock);
    }
    (void)pthread_mutex_unlock(&state.lock);
    free(block);
    if (self->role == ROLE_VICTIM) {
        suffer(self);
    }
    return NULL;
}

static bool is_of_pool(uintptr_t arena)
{
    for (unsigned i = 0; i < bench_pool_threads(); i++) {
        if (bench_pool_worker(i)->arena == arena) {
            return true;
        }
    }
    return false;
}

/* The number of candidates before this one that are in the same arena. */
static unsigned earlier_in(const struct candidate *candidate)
{
    unsigned earlier = 0;
    for (const struct candidate *other = state.candidates; other < candidate; other++) {
        earlier += other->arena == candidate->arena;
    }
    return earlier;
}

/* Starts one candidate and waits until it has its arena; returns whether it is a good victim. */
static bool try_candidate(void)
{
    struct candidate *candidate = &state.candidates[state.count];
    candidate->random.state = 77U + state.count;
    if (pthread_create(&candidate->thread, NULL, run, candidate) != 0) {
        bench_fail("pthread_create");
    }
    state.count++;
    while (state.attached < state.count) {
        (void)pthread_cond_wait(&state.changed, &state.lock);
    }
    unsigned arenas = bench_pool_arenas();
    return candidate->arena == 0 || !is_of_pool(candidate->arena)
               ? candidate->arena == 0
               : earlier_in(candidate) <= state.sharing / arenas;
}

void bench_victims_start(unsigned victims)
{
    (void)pthread_mutex_lock(&state.lock);
    while (state.victims < victims && state.count < CANDIDATES_MAX) {
        if (try_candidate()) {
            struct candidate *chosen = &state.candidates[state.count - 1];
            chosen->role = ROLE_VICTIM;
            chosen->histogram = bench_map(sizeof *chosen->histogram);
            state.victims++;
            state.sharing += chosen->arena != 0;
        }
    }
    for (unsigned i = 0; i < state.count; i++) {
        struct candidate *candidate = &state.candidates[i];
        candidate->role = candidate->role == ROLE_VICTIM ? ROLE_VICTIM : ROLE_SURPLUS;
    }
    (void)pthread_cond_broadcast(&state.changed);
    (void)pthread_mutex_unlock(&state.lock);
}

void bench_victims_stop(struct bench_victims_result *result)
{
    memset(result, 0, sizeof *result);
    struct bench_histogram *all = bench_map(sizeof *all);
    struct stalls stalls = {0};
    struct stalls calm = {0};
    atomic_store(&state.ending, true);
    for (unsigned i = 0; i < state.count; i++) {
        struct candidate *candidate = &state.candidates[i];
        (void)pthread_join(candidate->thread, NULL);
        if (candidate->role != ROLE_VICTIM) {
            continue;
        }
        bench_histogram_merge(all, candidate->histogram);
        merge_stalls(&stalls, &candidate->all);
        merge_stalls(&calm, &candidate->calm);
    }
    result->max_unqueued_ns = stalls.max_ns;
    result->blocked_ns = stalls.blocked_ns;
    result->calm_max_unqueued_ns = calm.max_ns;
    result->calm_blocked_ns = calm.blocked_ns;
    result->victims = state.victims;
    result->sharing = state.sharing;
    result->pairs = all->count;
    result->p50_ns = bench_histogram_quantile(all, 0.5);
    result->p999_ns = bench_histogram_quantile(all, 0.999);
    result->max_ns = all->max_ns;
    bench_unmap(all, sizeof *all);
}
