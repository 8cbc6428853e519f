/*
 * Pieces that are held: taking them, dropping their pages, and giving them back on every path. Used
 * by borrow.c alone.
 */
#ifndef TRIMAGENT_BORROW_HOLD_H
#define TRIMAGENT_BORROW_HOLD_H

#include "borrow.h"
#include "quantity.h"

/* No piece is worked on for longer before it is looked whether the application needs memory. */
#define TRIM_BATCH_MAX_NS (50 * TRIM_NS_PER_MS)

/* The arena may have grown by this part while it is borrowed from: the application needs memory. */
#define TRIM_BORROW_GROWTH_PART 100

/* A piece, and the one before. In its first bytes: on a page that its header keeps anyway. */
struct trim_piece {
    struct trim_piece *before;
};

/* free writes four words into a large chunk: the links of its lists. */
#define TRIM_PIECE_LINKS_BYTES (4 * TRIM_CHUNK_WORD)

/* What one run over an arena holds. */
struct trim_borrow_hold {
    const struct trim_borrow_world *world;
    const struct trim_borrow_arena *arena;
    struct trim_borrow_result *result;
    struct trim_piece *held; /* Until the arena is done, or a size where others work. */
    uint64_t held_bytes;
    uint64_t held_since_ns;
    uint64_t batch_bytes; /* Of these, taken since it was last looked how the application fares, */
    uint64_t batch_since_ns;
    uint64_t batch_max_bytes;             /* and how much that may be. */
    uint64_t unsorted;                    /* Given back since chunks were sorted, */
    uint64_t sorts;                       /* and how often that was. */
    struct trim_span wet[TRIM_SPANS_MAX]; /* Of pieces that are held: still to be dropped. */
    size_t wet_count;
    uint64_t wet_bytes; /* Resident in them. */
    bool one_by_one;    /* Some could not be dropped. */
    bool shared;        /* The application may need what is held. */
    bool in_group;      /* Chunks of one size are being taken, which go back together. */
    uint64_t grown;     /* Bytes that the arena had grown by when it was last looked. */
    bool stranger;      /* What was served last is a free chunk beyond the measured end. */
    bool cut;           /* The last drop came to the end of its time. */
    bool ended;         /* Nothing more is to be taken. */
};

/* Starts with nothing held. */
void trim_hold_init(struct trim_borrow_hold *hold, const struct trim_borrow_world *world,
                    const struct trim_borrow_arena *arena, struct trim_borrow_result *result);

/* Whether all shall end: the VM ends, time is over, or something has failed. */
bool trim_hold_ends(struct trim_borrow_hold *hold);

/* Pauses where threads at work would lose too much otherwise (borrow_pace.h). */
void trim_hold_pause(struct trim_borrow_hold *hold);

/* Takes a piece of this size in and holds it. Returns NULL where the arena has none, or where a
 * stranger was served. */
const struct trim_piece *trim_hold_take(struct trim_borrow_hold *hold, uint64_t bytes);

/* Gives the last piece back at once. */
void trim_hold_give_last(struct trim_borrow_hold *hold);

/* Gives everything back: the chunks are whole again. */
void trim_hold_give_all(struct trim_borrow_hold *hold);

/* Leaves the arena, with nothing held. */
void trim_hold_leave(const struct trim_borrow_hold *hold);

#endif
