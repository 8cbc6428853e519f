/*
 * Holds known amounts of memory, and says when: lines of milliseconds since its start and KiB that
 * a trace must show then. Chunks are a multiple of 16 bytes, with a header of 8.
 */
#include <malloc.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define THREADS 4
#define BLOCKS 20000
#define PHASE_MS 300
#define ALONE ((size_t)64 << 20) /* Above the largest threshold of glibc's: mapped alone. */

static void *blocks[THREADS][BLOCKS];
static int64_t known; /* Bytes. Changed by the main thread alone. */
static int64_t began_ms;

static int64_t chunk(size_t bytes)
{
    int64_t whole = ((int64_t)bytes + 8 + 15) / 16 * 16;
    return whole < 32 ? 32 : whole;
}

static size_t small(size_t i)
{
    return 24 + i * 37 % 4000;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Ends a phase: rests, and says in the middle of the rest what is held. */
static void rest(void)
{
    const struct timespec half = {.tv_nsec = PHASE_MS * 500000L};
    nanosleep(&half, NULL);
    printf("%ld %ld\n", now_ms() - began_ms, known / 1024);
    nanosleep(&half, NULL);
}

static void *take(void *own)
{
    void **mine = own;
    for (size_t i = 0; i < BLOCKS; i++) {
        mine[i] = i % 2 == 0 ? malloc(small(i)) : calloc(1, small(i));
    }
    return NULL;
}

static void *give_back(void *own)
{
    void **mine = own;
    for (size_t i = 0; i < BLOCKS; i++) {
        free(mine[i]);
    }
    return NULL;
}

/* Each thread works on the blocks of the next one where others is 1. */
static void on_threads(void *(*work)(void *), int others)
{
    pthread_t threads[THREADS];
    for (int t = 0; t < THREADS; t++) {
        pthread_create(&threads[t], NULL, work, blocks[(t + others) % THREADS]);
    }
    for (int t = 0; t < THREADS; t++) {
        pthread_join(threads[t], NULL);
    }
}

int main(void)
{
    began_ms = now_ms();
    rest();

    on_threads(take, 0);
    for (size_t i = 0; i < BLOCKS; i++) {
        known += THREADS * chunk(small(i));
    }
    rest();

    void *alone = malloc(ALONE);
    rest();

    for (int t = 0; t < THREADS; t++) {
        for (size_t i = 0; i < BLOCKS; i++) {
            blocks[t][i] = realloc(blocks[t][i], 2 * small(i));
            known += chunk(2 * small(i)) - chunk(small(i));
        }
    }
    rest();

    /* Below a page a free remainder before or behind the aligned block is cut off. */
    static void *aligned[BLOCKS];
    for (size_t i = 0; i < BLOCKS; i++) {
        if (i % 2 == 0) {
            aligned[i] = aligned_alloc(64, 1024);
        } else if (posix_memalign(&aligned[i], 64, 1024) != 0) {
            return EXIT_FAILURE;
        }
        known += (int64_t)malloc_usable_size(aligned[i]) + 8;
    }
    rest();

    on_threads(give_back, 1);
    for (size_t i = 0; i < BLOCKS; i++) {
        known -= THREADS * chunk(2 * small(i));
    }
    rest();

    for (size_t i = 0; i < BLOCKS; i++) {
        known -= (int64_t)malloc_usable_size(aligned[i]) + 8;
        free(aligned[i]);
    }
    free(alone);
    rest();
    return EXIT_SUCCESS;
}
