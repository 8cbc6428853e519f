#include "block_table.h"

#include <utility>

namespace stress
{

Exchange::~Exchange()
{
    for (CheckedBlock &block : places_) {
        if (block.address != nullptr) {
            block.Free();
        }
    }
}

void Exchange::Swap(Random &random, CheckedBlock &block)
{
    const std::lock_guard<std::mutex> lock(mutex_);
    std::swap(block, places_[random.Below(places_.size())]);
}

BlockTable::~BlockTable()
{
    FreeAll();
}

bool BlockTable::Operate(size_t first, Exchange &exchange)
{
    /* A step of the sweep that frees what lies beyond, in an order that leaves holes. */
    sweep_ = (sweep_ + 5) % kBlocks;
    if (sweep_ >= first && blocks_[sweep_].address != nullptr) {
        blocks_[sweep_].Free();
    }
    CheckedBlock &block = blocks_[random_.Below(first)];
    if (block.address == nullptr) {
        return block.Allocate(random_);
    }
    switch (random_.Below(8)) {
    case 0:
        block.Verify();
        return true;
    case 1:
        return block.Reallocate(random_);
    case 2:
    case 3:
        exchange.Swap(random_, block);
        return true;
    default:
        block.Free();
        return block.Allocate(random_);
    }
}

void BlockTable::VerifyAll() const
{
    for (const CheckedBlock &block : blocks_) {
        if (block.address != nullptr) {
            block.Verify();
        }
    }
}

void BlockTable::FreeAll()
{
    for (CheckedBlock &block : blocks_) {
        if (block.address != nullptr) {
            block.Free();
        }
    }
}

} // namespace stress
