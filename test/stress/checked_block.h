/*
 * A block of malloc's whose whole content is known, so that every byte can be verified at any time.
 *
 * What is wrong ends the process with a message: after that no other result means anything.
 */
#ifndef TRIMAGENT_STRESS_CHECKED_BLOCK_H
#define TRIMAGENT_STRESS_CHECKED_BLOCK_H

#include <cstddef>
#include <cstdint>

#include "random.h"

namespace stress
{

constexpr size_t kLeastBytes = 16;
constexpr size_t kMostBytes = size_t{4} << 20;

/* Mostly small, a few of them up to kMostBytes; the logarithms of the sizes are spread evenly. */
size_t AnySize(Random &random);

/* Plain data: it is copied from thread to thread, and whoever has it last frees it. */
struct CheckedBlock {
    void *address = nullptr; /* NULL: there is none. */
    size_t bytes = 0;
    uint64_t seed = 0;

    /* By malloc, calloc, posix_memalign or aligned_alloc; false where there is no memory. What
     * calloc returns is verified to be zero. */
    bool Allocate(Random &random);
    /* By realloc; what it keeps is verified. The block stays as it is where there is no memory. */
    bool Reallocate(Random &random);
    void Verify() const;
    /* Verifies it first. */
    void Free();
};

} // namespace stress

#endif
