#include "tops.h"

#include <inttypes.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"

/* Mapped by itself, since glibc's dynamic threshold begins at 128 KiB, and at most 32 MiB counts.
 */
#define RAISING_BLOCK ((size_t)31 << 20)
#define SMALLEST 2048
#define LARGEST 65536
#define ROUNDS_PER_PEAK 32
#define PEAK_OF_ROUND 12

struct tops {
    uint64_t duration_ns;
    uint64_t bytes;
    pthread_mutex_t lock;
    struct bench_churn_result *result;
};

/* One round; returns the number of its blocks. */
static size_t work(struct bench_random *random, char **blocks, uint64_t bytes)
{
    size_t count = 0;
    while (bytes > 0) {
        size_t size = bench_random_size(random, SMALLEST, LARGEST);
        blocks[count] = bench_allocate(size);
        memset(blocks[count], 1, size);
        count++;
        bytes -= size < bytes ? size : bytes;
    }
    for (size_t i = 0; i < count; i++) {
        free(blocks[i]);
    }
    return count;
}

static void run(struct bench_worker *worker, void *argument)
{
    struct tops *tops = argument;
    size_t table_bytes = (tops->bytes / SMALLEST + 1) * sizeof(char *);
    char **blocks = bench_map(table_bytes);
    free(bench_allocate(RAISING_BLOCK));
    uint64_t operations = 0;
    uint64_t began_cpu_ns = bench_thread_cpu_ns();
    uint64_t began_ns = bench_now_ns();
    uint64_t wall_ns = 0;
    for (uint64_t round = 0; wall_ns < tops->duration_ns; round++) {
        bool peak = round % ROUNDS_PER_PEAK == 0;
        operations +=
            work(&worker->random, blocks, peak ? tops->bytes : tops->bytes / PEAK_OF_ROUND);
        wall_ns = bench_now_ns() - began_ns;
    }
    uint64_t cpu_ns = bench_thread_cpu_ns() - began_cpu_ns;
    bench_unmap(blocks, table_bytes);

    (void)pthread_mutex_lock(&tops->lock);
    tops->result->operations += operations;
    tops->result->wall_ns += wall_ns;
    tops->result->cpu_ns += cpu_ns;
    (void)pthread_mutex_unlock(&tops->lock);
}

void bench_tops_run(uint64_t duration_ns, uint64_t bytes, struct bench_churn_result *result)
{
    memset(result, 0, sizeof *result);
    struct tops tops = {.duration_ns = duration_ns,
                        .bytes = bytes,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .result = result};
    bench_pool_run(run, &tops);
}

/* The number behind an attribute's name, such as total=", in a line; 0 where it is not there. */
static uint64_t number_of(const char *line, const char *name)
{
    const char *found = strstr(line, name);
    return found == NULL ? 0 : strtoull(found + strlen(name), NULL, 10);
}

/*
 * What malloc_info prints of an arena: its bins, each with a total, then a total of its fastbins,
 * which are among these bins, and a total of the rest, in which the top is. So what the rest has
 * more than the other bins is the top.
 */
static uint64_t tops_in(FILE *text)
{
    char line[256];
    uint64_t tops = 0;
    uint64_t bins = 0;
    uint64_t fast = 0;
    bool other = false;
    while (fgets(line, sizeof line, text) != NULL) {
        if (strstr(line, "<heap nr=") != NULL) {
            other = number_of(line, "nr=\"") != 0;
            bins = 0;
        } else if (strstr(line, "</heap>") != NULL) {
            other = false;
        } else if (strstr(line, "total type=\"fast\"") != NULL) {
            fast = number_of(line, " size=\"");
        } else if (strstr(line, "total type=\"rest\"") != NULL) {
            uint64_t rest = number_of(line, " size=\"");
            uint64_t below_top = bins > fast ? bins - fast : 0;
            tops += other && rest > below_top ? rest - below_top : 0;
        } else {
            bins += number_of(line, " total=\"");
        }
    }
    return tops;
}

uint64_t bench_tops_bytes(void)
{
    FILE *text = tmpfile();
    if (text == NULL) {
        return 0;
    }
    uint64_t tops = 0;
    if (malloc_info(0, text) == 0) {
        rewind(text);
        tops = tops_in(text);
    }
    (void)fclose(text);
    return tops;
}
