/*
 * What a trim would release: the model, pure.
 *
 * Before the first trim what is free has been used, and so is resident:
 *
 *   expected = inner + main top + share * fastbin gain
 *
 * Afterwards free chunks are in the bins whose pages are gone, and only residency can tell:
 *
 *   expected = resident(arenas) - (system - inner - main top - dry tops) + share * fastbin gain -
 * bias
 *
 * Heaps that are locked release nothing. malloc_info does not know them, so the others are taken
 * for having their part, by size, of all its figures.
 *
 * The bracket is what a trim leaves resident. Of inner the part that is guessed counts by a share
 * that the last trim that it stood out in has shown. The fastbin gain is what chunks in fastbins
 * may add once a trim has merged them with their neighbours; which share of it comes true, and what
 * the model has got wrong altogether (bias: it should be 0 right after a trim), is learned from
 * each trim.
 */
#ifndef TRIMAGENT_ESTIMATE_H
#define TRIMAGENT_ESTIMATE_H

#include <stdbool.h>
#include <stdint.h>

#include "malloc_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* In thousandths: what the share of the fastbin gain is taken for before the first trim. A load of
 * blocks of up to 1 KiB released 77 % of it (allocator measurements in docs/DESIGN.md). */
#define TRIM_FAST_SHARE_START 750

struct trim_estimate_learned {
    bool taught;              /* There was a trim. */
    int64_t bias_bytes;       /* What the model said when it should have said 0, */
    uint64_t locked_permille; /* when so much of the arenas was locked. */
    /* How much of the two gains comes true, in thousandths. */
    uint64_t fast_share;
    uint64_t merge_share;
    uint64_t guess_share; /* And of what is guessed of mixed bins. */
};

struct trim_estimate_input {
    struct trim_malloc_info info;
    bool resident_known;
    uint64_t resident_bytes; /* Of the arenas that were found, what is locked left out. */
    uint64_t seen_bytes;     /* Size of the arenas that were found, */
    uint64_t locked_bytes;   /* and of those of their heaps that are locked. */
    uint64_t dry_tops_bytes; /* In the tops of non-main arenas, and not resident. */
    uint64_t wet_tops_bytes; /* In them and resident. */
    bool tops_count;         /* Tops are released too: they are borrowed. */
};

struct trim_estimate_result {
    uint64_t expected_bytes;
    int64_t model_bytes;   /* Before the bias is taken off and the bounds are applied. */
    uint64_t gain_bytes;   /* The whole fastbin gain, of which the share was added, */
    uint64_t merge_bytes;  /* unless what merging adds by its boundaries was more. */
    uint64_t guess_bytes;  /* Guessed of mixed bins, of which the share was counted. */
    int64_t guessed_from;  /* What was expected without that, tops left out. */
    uint64_t free_bytes;   /* In arenas that are not locked, resident or not, */
    uint64_t whole_bytes;  /* and of these in whole pages, tops included. */
    uint64_t used_bytes;   /* In use in all arenas. */
    bool resident_assumed; /* Part of the arenas was not found, and is taken for resident. */
};

/* Starts with nothing learned. */
void trim_estimate_learned_init(struct trim_estimate_learned *learned);

/*
 * Predicts a trim's release. The result never exceeds the free bytes or the resident ones. Where
 * the model turns out to be below its bias, that is corrected in *learned.
 */
void trim_estimate_predict(struct trim_estimate_learned *learned,
                           const struct trim_estimate_input *input,
                           struct trim_estimate_result *result);

/* How much was counted that is only guessed: of how the sizes of mixed bins are spread, and of what
 * merging fastbins adds. It is known once somebody has asked the arenas for a large block. */
uint64_t trim_estimate_guessed(const struct trim_estimate_learned *learned,
                               const struct trim_estimate_result *result);

/*
 * Learns from a trim: before is the prediction for it, after the input measured right after it,
 * released_bytes what it released, tops left out, left_bytes what it is known to have left. What
 * was freed while it went on may be there still, and so is no error of the model's.
 */
void trim_estimate_learn(struct trim_estimate_learned *learned,
                         const struct trim_estimate_result *before,
                         const struct trim_estimate_input *after, uint64_t released_bytes,
                         uint64_t left_bytes);

#ifdef __cplusplus
}
#endif

#endif
