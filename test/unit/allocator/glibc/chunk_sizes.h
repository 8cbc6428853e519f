/* Distributions of free chunks, the same each time. */
#ifndef TRIMAGENT_TEST_CHUNK_SIZES_H
#define TRIMAGENT_TEST_CHUNK_SIZES_H

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

#include "fake_heap.h"

inline std::vector<FakeChunk> EqualChunks(size_t count, uint64_t bytes)
{
    return std::vector<FakeChunk>(count, {bytes, false});
}

/* Sizes as merging leaves them. */
inline std::vector<FakeChunk> MixedChunks(uint64_t total, uint64_t mean)
{
    std::mt19937 random(3);
    std::exponential_distribution<double> size(1.0 / static_cast<double>(mean));
    std::vector<FakeChunk> chunks;
    for (uint64_t sum = 0; sum < total; sum += chunks.back().bytes) {
        chunks.push_back({32 + static_cast<uint64_t>(size(random)), false});
    }
    return chunks;
}

/* Of a hundred chunks so many were dropped before. */
inline std::vector<FakeChunk> PartlyDry(uint64_t percent, std::vector<FakeChunk> chunks)
{
    std::mt19937 random(5);
    for (FakeChunk &chunk : chunks) {
        chunk.dry = random() % 100 < percent;
    }
    return chunks;
}

/* With others in their middle. */
inline std::vector<FakeChunk> With(std::vector<FakeChunk> chunks,
                                   const std::vector<FakeChunk> &others)
{
    const auto middle = chunks.begin() + static_cast<std::ptrdiff_t>(chunks.size() / 2);
    chunks.insert(middle, others.begin(), others.end());
    return chunks;
}

#endif
