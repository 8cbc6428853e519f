/*
 * A sample of free memory: a few pages of it are given back, and tell later whether any of it has
 * been in use meanwhile, for what is used is resident again.
 *
 * The pages are dropped while the agent owns the chunks around them, as in borrowing, and lie in
 * the middle of those. Reading takes no lock and touches no page.
 */
#ifndef TRIMAGENT_FREE_SAMPLE_H
#define TRIMAGENT_FREE_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "borrow.h"
#include "free_picks.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages of a chunk, at most: those of 64 take 0.1 ms to fault in again. */
#define TRIM_SAMPLE_SPOT_PAGES 4

/* No more is asked for at once: what is held for some microseconds is missing to the application.
 */
#define TRIM_SAMPLE_PIECE_BYTES (UINT64_C(4) << 20)

/* Spots altogether, and how many tell anything of the rest. */
#define TRIM_SAMPLE_SPOTS_MAX 16
#define TRIM_SAMPLE_SPOTS_LEAST 6

/* In one arena no more chunks are taken, and no more bytes altogether. */
#define TRIM_SAMPLE_PIECES_MAX 64
#define TRIM_SAMPLE_HELD_BYTES (TRIM_SAMPLE_SPOTS_MAX * TRIM_SAMPLE_PIECE_BYTES)

/* What to look for in an arena. */
struct trim_sample_order {
    uint64_t arena;
    size_t spots;                /* That are wanted. */
    const uint64_t *chunk_bytes; /* Sizes of free chunks, */
    size_t count;                /* so many, at least one, */
    uint64_t each_bytes;         /* each of which stands for so many bytes of such chunks. */
};

struct trim_free_sample {
    size_t count;
    struct {
        uint64_t start;
        uint64_t end;
    } spots[TRIM_SAMPLE_SPOTS_MAX];
};

/*
 * Adds spots in chunks of the arena, which the calling thread has entered. After a release most
 * free chunks are dry: they are taken too, so that malloc serves others, until there are as many
 * spots as are wanted. In the end all are given back. Worker only. Returns false where a piece came
 * from outside the arena as it was measured, or none was to be had: then it ends at once, since the
 * next ones would make the heap grow too.
 */
bool trim_free_sample_add(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                          const struct trim_sample_order *order);

/* The part of the sample's pages that is resident again. 0 for an empty one. */
uint32_t trim_free_sample_back_permille(const struct trim_free_sample *sample,
                                        uint64_t (*resident)(uint64_t start, uint64_t end));

#ifdef __cplusplus
}
#endif

#endif
