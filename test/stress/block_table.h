/*
 * The live blocks of one thread, and where threads exchange them. Nothing here allocates but the
 * blocks themselves, so that it works where memory has run out.
 */
#ifndef TRIMAGENT_STRESS_BLOCK_TABLE_H
#define TRIMAGENT_STRESS_BLOCK_TABLE_H

#include <array>
#include <cstddef>
#include <mutex>

#include "checked_block.h"
#include "random.h"

namespace stress
{

/* Blocks that one thread leaves and another takes. */
class Exchange
{
public:
    Exchange() = default;
    ~Exchange();
    Exchange(const Exchange &) = delete;
    Exchange &operator=(const Exchange &) = delete;

    /* Leaves the block in a place and takes what was there, which may be none. */
    void Swap(Random &random, CheckedBlock &block);

private:
    std::mutex mutex_;
    std::array<CheckedBlock, 128> places_{};
};

/* One thread at a time. */
class BlockTable
{
public:
    /* Enough for each arena of a few threads to have 8 MiB to release, which is what a visit to one
     * needs, though half of them were kept off the CPU. */
    static constexpr size_t kBlocks = 1024;

    explicit BlockTable(uint64_t seed) : random_(seed) {}
    ~BlockTable();
    BlockTable(const BlockTable &) = delete;
    BlockTable &operator=(const BlockTable &) = delete;

    /* One operation at random, in the first blocks of the table; empties one beyond if there is
     * one. False where there was no memory. */
    bool Operate(size_t first, Exchange &exchange);
    void VerifyAll() const;
    void FreeAll();

private:
    Random random_;
    std::array<CheckedBlock, kBlocks> blocks_{};
    size_t sweep_ = 0;
};

} // namespace stress

#endif
