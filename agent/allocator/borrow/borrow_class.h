/*
 * When a class of sizes is done. Pieces of it come in rising order of their chunks; each was
 * dropped just now, or was dry: then it may be a chunk of the class that an earlier trim has
 * dropped, or part of a larger one, which came before. Pure.
 */
#ifndef TRIMAGENT_BORROW_CLASS_H
#define TRIMAGENT_BORROW_CLASS_H

#include <stdbool.h>
#include <stdint.h>

#include "borrow.h"

#ifdef __cplusplus
extern "C" {
#endif

/* So many dry pieces in a row end a class whatever is behind them. */
#define TRIM_CLASS_DRY_MAX 4096

enum trim_class_end {
    TRIM_CLASS_GOES_ON = 0,
    TRIM_CLASS_ALL_TAKEN, /* All that surely are there are held; there is no other for the next
                             request to land in, and the heap would grow. */
    TRIM_CLASS_DRY,   /* Nothing larger is there, and this piece was dry: so would the next be. */
    TRIM_CLASS_LARGER /* This piece is part of a larger chunk, or one of too many dry ones. */
};

struct trim_class {
    uint64_t width; /* From the least size to the largest. */
    bool largest;   /* Nothing larger is there for a request that finds none of these. */
    bool ends_dry;  /* So that the next dry piece is the last, */
    uint64_t sure;  /* unless not so many have been taken, which surely are there. */
    uint64_t taken;
    uint64_t dry_in_a_row;
    bool landed; /* A dry piece that may have been the last one is held. */
};

/* Begins the class of sizes from low to high. */
void trim_class_begin(struct trim_class *sizes, const struct trim_borrow_arena *arena, uint64_t low,
                      uint64_t high);

/* Takes in a piece. behind: free bytes right behind a dry one. With TRIM_CLASS_DRY and
 * TRIM_CLASS_LARGER it is to be given back at once. */
enum trim_class_end trim_class_note(struct trim_class *sizes, bool dry, uint64_t behind);

#ifdef __cplusplus
}
#endif

#endif
