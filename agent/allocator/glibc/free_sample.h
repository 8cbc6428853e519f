/*
 * A sample of free memory: a few pages of it are given back, and tell later whether any of it has
 * been in use meanwhile, for what is used is resident again.
 *
 * The pages are dropped while the agent owns the chunks around them, as in borrowing, and lie in
 * the middle of those. Reading takes no lock and touches no page.
 */
#ifndef TRIMAGENT_FREE_SAMPLE_H
#define TRIMAGENT_FREE_SAMPLE_H

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

struct trim_free_sample {
    size_t count;
    struct {
        uint64_t start;
        uint64_t end;
    } spots[TRIM_FREE_PICKS_MAX];
};

/*
 * Adds spots in chunks of these sizes of an arena, which the calling thread has entered. Takes all,
 * drops a spot of each that lies in the arena and is resident, and gives all back. Worker only.
 */
void trim_free_sample_add(struct trim_free_sample *sample, const struct trim_borrow_world *world,
                          uint64_t arena, const uint64_t *chunk_bytes, size_t count);

/* The part of the sample's pages that is resident again. 0 for an empty one. */
uint32_t trim_free_sample_back_permille(const struct trim_free_sample *sample,
                                        uint64_t (*resident)(uint64_t start, uint64_t end));

#ifdef __cplusplus
}
#endif

#endif
