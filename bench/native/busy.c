#include "busy.h"

#include <stdio.h>
#include <stdlib.h>

#include "crew.h"
#include "pool.h"

#define SLOT_NS UINT64_C(1000000)
/* Three minutes: longer than any load that has such threads. */
#define SLOTS 180000
/* Blocks that a thread holds: about 5 MiB, so that what it works on is small beside the load's. */
#define HELD 512
#define SMALLEST 2048
#define LARGEST 32768

struct slot {
    uint32_t calm; /* Operations while the pool is at rest, */
    uint32_t busy; /* and while it is not. */
};

static bench_crew_work churn;

static struct bench_crew crew = {.work = churn};
static struct slot *slots_of[BENCH_CREW_CANDIDATES]; /* Each written by its own thread. */
static uint64_t began_ns;

static void churn(struct bench_crew *own_crew, unsigned member)
{
    struct slot *slots = slots_of[member];
    struct bench_random random = {.state = 4711U + member};
    char **held = bench_map(HELD * sizeof *held);
    while (!bench_crew_ending(own_crew)) {
        char **block = &held[bench_random_next(&random) % HELD];
        free(*block);
        *block = bench_allocate(bench_random_size(&random, SMALLEST, LARGEST));
        uint64_t slot = (bench_now_ns() - began_ns) / SLOT_NS;
        if (slot < SLOTS) {
            bool calm = !bench_pool_busy();
            slots[slot].calm += calm;
            slots[slot].busy += !calm;
        }
    }
    for (size_t i = 0; i < HELD; i++) {
        free(held[i]);
    }
    bench_unmap(held, HELD * sizeof *held);
}

void bench_busy_start(unsigned threads)
{
    for (unsigned i = 0; i < threads && i < BENCH_CREW_CANDIDATES; i++) {
        slots_of[i] = bench_map(SLOTS * sizeof *slots_of[i]);
    }
    began_ns = bench_now_ns();
    bench_crew_start(&crew, threads);
}

void bench_busy_stop(const char *path)
{
    bench_crew_stop(&crew);
    uint64_t ended = (bench_now_ns() - began_ns) / SLOT_NS;
    FILE *file = fopen(path, "we");
    if (file == NULL) {
        bench_fail(path);
    }
    const uint64_t head[] = {began_ns, SLOT_NS};
    size_t written = fwrite(head, sizeof head, 1, file);
    for (size_t at = 0; at < SLOTS && at <= ended; at++) {
        struct slot sum = {0};
        for (unsigned i = 0; i < crew.members; i++) {
            sum.calm += slots_of[i][at].calm;
            sum.busy += slots_of[i][at].busy;
        }
        written += fwrite(&sum, sizeof sum, 1, file);
    }
    if (written == 0 || fclose(file) != 0) {
        bench_fail(path);
    }
}
