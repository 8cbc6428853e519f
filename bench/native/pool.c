#include "pool.h"

#include <stdatomic.h>
#include <stdlib.h>

static struct {
    pthread_mutex_t lock;
    pthread_cond_t begun;
    pthread_cond_t done;
    struct bench_worker workers[BENCH_POOL_MAX];
    unsigned threads;
    atomic_uint busy; /* Threads that have not done the job yet. */
    uint64_t round;
    bench_job *job;
    void *argument;
} pool = {.lock = PTHREAD_MUTEX_INITIALIZER,
          .begun = PTHREAD_COND_INITIALIZER,
          .done = PTHREAD_COND_INITIALIZER};

static void *work(void *argument)
{
    struct bench_worker *worker = argument;
    uint64_t round = worker->round;
    for (;;) {
        (void)pthread_mutex_lock(&pool.lock);
        while (pool.round == round) {
            (void)pthread_cond_wait(&pool.begun, &pool.lock);
        }
        round = pool.round;
        bench_job *job = pool.job;
        void *job_argument = pool.argument;
        (void)pthread_mutex_unlock(&pool.lock);

        if (job != NULL) {
            job(worker, job_argument);
        }

        (void)pthread_mutex_lock(&pool.lock);
        pool.busy--;
        if (pool.busy == 0) {
            (void)pthread_cond_signal(&pool.done);
        }
        (void)pthread_mutex_unlock(&pool.lock);
        if (job == NULL) {
            return NULL;
        }
    }
}

/* The first malloc of a thread attaches it to an arena. */
static void find_arena(struct bench_worker *worker, void *argument)
{
    (void)argument;
    char *block = bench_allocate(100);
    worker->arena = bench_arena_of(block);
    free(block);
}

static void start_threads(void)
{
    for (unsigned i = 0; i < pool.threads; i++) {
        /* What was run before is not for this thread. */
        pool.workers[i].round = pool.round;
        if (pthread_create(&pool.workers[i].thread, NULL, work, &pool.workers[i]) != 0) {
            bench_fail("pthread_create");
        }
    }
    bench_pool_run(find_arena, NULL);
}

void bench_pool_start(unsigned threads)
{
    if (threads > BENCH_POOL_MAX || pool.threads != 0) {
        bench_fail("bench_pool_start");
    }
    pool.threads = threads;
    for (unsigned i = 0; i < threads; i++) {
        pool.workers[i].index = i;
        pool.workers[i].random.state = 20240229U + i;
    }
    start_threads();
}

void bench_pool_renew(void)
{
    bench_pool_run(NULL, NULL);
    for (unsigned i = 0; i < pool.threads; i++) {
        (void)pthread_join(pool.workers[i].thread, NULL);
    }
    start_threads();
}

unsigned bench_pool_threads(void)
{
    return pool.threads;
}

const struct bench_worker *bench_pool_worker(unsigned index)
{
    return &pool.workers[index];
}

unsigned bench_pool_arenas(void)
{
    unsigned different = 0;
    for (unsigned i = 0; i < pool.threads; i++) {
        bool seen = pool.workers[i].arena == 0;
        for (unsigned earlier = 0; earlier < i && !seen; earlier++) {
            seen = pool.workers[earlier].arena == pool.workers[i].arena;
        }
        different += !seen;
    }
    return different;
}

bool bench_pool_has_arena(uintptr_t arena)
{
    for (unsigned i = 0; i < pool.threads; i++) {
        if (pool.workers[i].arena == arena) {
            return true;
        }
    }
    return false;
}

bool bench_pool_busy(void)
{
    return atomic_load_explicit(&pool.busy, memory_order_relaxed) != 0;
}

void bench_pool_run(bench_job *job, void *argument)
{
    (void)pthread_mutex_lock(&pool.lock);
    pool.job = job;
    pool.argument = argument;
    pool.busy = pool.threads;
    pool.round++;
    (void)pthread_cond_broadcast(&pool.begun);
    while (pool.busy != 0) {
        (void)pthread_cond_wait(&pool.done, &pool.lock);
    }
    (void)pthread_mutex_unlock(&pool.lock);
}
