/*
 * Whole pages in a bin of chunks of mixed sizes, of which malloc_info tells how many there are,
 * their bytes, the smallest and the largest: the unsorted bin, where most of what was freed last
 * lies.
 *
 * Pure. Sizes are those of chunks, without flags. A chunk keeps a page and a header back on average
 * (keeps), so that a bin has bytes - count * keeps at least, whatever its sizes are. What it has
 * beyond that hangs on how they are spread, which these four figures do not tell: bins that agree
 * in all of them had 0 and 24 % of their bytes in whole pages (docs/DESIGN.md).
 */
#ifndef TRIMAGENT_MIXED_BIN_H
#define TRIMAGENT_MIXED_BIN_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_mixed_bin {
    uint64_t from;
    uint64_t to;
    uint64_t bytes;
    uint64_t count; /* 0: there is no such bin. */
};

/* Halves of octaves. */
#define TRIM_SORTED_CLASSES 128

/* Chunks in the sorted bins of a whole process. */
struct trim_sorted_sizes {
    double bytes[TRIM_SORTED_CLASSES];
    double count[TRIM_SORTED_CLASSES];
    double inner[TRIM_SORTED_CLASSES]; /* Bytes of whole pages. */
};

struct trim_inner {
    uint64_t bytes; /* Of whole pages, estimated, */
    uint64_t guess; /* and of these what only the guess of how sizes are spread adds. */
};

/* Adds a sorted bin with so many bytes in whole pages. */
void trim_sorted_add(struct trim_sorted_sizes *sorted, const struct trim_mixed_bin *bin,
                     uint64_t inner);

/* Estimates the whole pages. Where as many sorted chunks between the same bounds have the same
 * mean, they tell how the sizes are spread. sorted may be NULL. */
struct trim_inner trim_mixed_inner(const struct trim_mixed_bin *bin, uint64_t keeps,
                                   const struct trim_sorted_sizes *sorted);

#ifdef __cplusplus
}
#endif

#endif
