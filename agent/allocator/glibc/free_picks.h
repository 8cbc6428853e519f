/*
 * A few of the free chunks that malloc_info tells of, picked so that each stands for as many bytes
 * as any other: what is true of most of them is true of most of the free memory.
 *
 * They are picked while the text goes by, whose length nobody knows before: one at each multiple of
 * a distance that doubles, and every second one is dropped, whenever there are too many. Pure.
 */
#ifndef TRIMAGENT_FREE_PICKS_H
#define TRIMAGENT_FREE_PICKS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Enough for some to be in each of many arenas, of which perhaps one has what is resident. */
#define TRIM_FREE_PICKS_MAX 64

struct trim_free_pick {
    uint64_t heap_number; /* Of its arena, as malloc_info counts them. */
    uint64_t chunk_bytes;
};

struct trim_free_picks {
    struct trim_free_pick items[TRIM_FREE_PICKS_MAX]; /* In the order of the text. */
    size_t count;
    uint64_t distance; /* From one to the next, in bytes of free chunks. */
    uint64_t left;     /* Until the next. */
};

/* Starts on a new text. */
void trim_free_picks_begin(struct trim_free_picks *picks);

/* Passes over free chunks of bytes altogether, each about chunk_bytes large. */
void trim_free_picks_pass(struct trim_free_picks *picks, uint64_t heap_number, uint64_t chunk_bytes,
                          uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
