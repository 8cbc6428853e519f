/*
 * Sets of sizes of chunks, in quarters of octaves from 4 KiB on: enough to leave out those that an
 * arena has none of.
 */
#ifndef TRIMAGENT_SIZE_CLASS_H
#define TRIMAGENT_SIZE_CLASS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The index of the quarter of an octave, 0 to 63; larger and smaller sizes are in the last and in
 * the first. */
static inline unsigned trim_size_index(uint64_t bytes)
{
    const uint64_t least = 4096;
    if (bytes < least) {
        return 0;
    }
    unsigned octave = 63U - (unsigned)__builtin_clzll(bytes);
    unsigned quarter = (unsigned)(bytes >> (octave - 2)) & 3U;
    unsigned index = (octave - 12) * 4 + quarter;
    return index < 63 ? index : 63;
}

/* The set of this size alone. */
static inline uint64_t trim_size_class(uint64_t bytes)
{
    return UINT64_C(1) << trim_size_index(bytes);
}

/* The set of all sizes of a range. */
static inline uint64_t trim_size_classes(uint64_t from, uint64_t to)
{
    uint64_t upto = UINT64_MAX >> (63 - trim_size_index(to));
    return upto & ~(trim_size_class(from) - 1);
}

#ifdef __cplusplus
}
#endif

#endif
