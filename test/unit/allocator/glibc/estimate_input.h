/* What estimates are made from, for tests to change a part of. */
#ifndef TRIMAGENT_TEST_ESTIMATE_INPUT_H
#define TRIMAGENT_TEST_ESTIMATE_INPUT_H

#include <gtest/gtest.h>

#include "estimate.h"
#include "quantity.h"

/* A heap of 1000 MiB, all of it found and resident, with 400 MiB of whole free pages, a main top of
 * 30 and other tops of as many as told. */
inline trim_estimate_input HeapWithTops(uint64_t other_tops_mib)
{
    trim_estimate_input input = {};
    input.info.complete = true;
    input.info.arenas = 8;
    input.info.system_bytes = 1000 * TRIM_MIB;
    input.info.main_system_bytes = 200 * TRIM_MIB;
    input.info.rest_count = 1000;
    input.info.chunk_keeps = 4144;
    input.info.rest_bytes = (440 + other_tops_mib) * TRIM_MIB;
    input.info.inner_bytes = 400 * TRIM_MIB;
    input.info.main_top_bytes = 30 * TRIM_MIB;
    input.info.other_top_bytes = other_tops_mib * TRIM_MIB;
    input.resident_known = true;
    input.resident_bytes = 1000 * TRIM_MIB;
    input.seen_bytes = 1000 * TRIM_MIB;
    return input;
}

/* Predicts with what has been learned: nothing, to begin with. */
class Estimating : public testing::Test
{
protected:
    Estimating()
    {
        trim_estimate_learned_init(&learned_);
    }

    trim_estimate_result Predict(const trim_estimate_input &input)
    {
        trim_estimate_result result = {};
        trim_estimate_predict(&learned_, &input, &result);
        return result;
    }

    trim_estimate_learned learned_ = {};
};

#endif
