/* A map of arenas to ask: the main one, one of three heaps, and one of one heap. */
#ifndef TRIMAGENT_TEST_ARENA_MAP_SAMPLE_H
#define TRIMAGENT_TEST_ARENA_MAP_SAMPLE_H

#include <cstdint>
#include <memory>

#include "arena_map.h"
#include "quantity.h"

constexpr uint64_t kHeapBytes = TRIM_ARENA_HEAP_BYTES;
constexpr uint64_t kFirstHeap = UINT64_C(0x7f0000000000);
constexpr uint64_t kMainStart = UINT64_C(0x555500000000);

/* The place of a heap. */
constexpr uint64_t HeapAt(uint64_t number)
{
    return kFirstHeap + number * kHeapBytes;
}

/* The state of the arena whose first heap this is. */
constexpr uint64_t ArenaOf(uint64_t number)
{
    return HeapAt(number) + 48;
}

/* Too large for a stack. */
class SampleMap
{
public:
    trim_arena_map &get() const
    {
        return *map_;
    }

    void SetMain(uint64_t bytes, uint64_t resident) const
    {
        map_->main_start = kMainStart;
        map_->main_end = kMainStart + bytes;
        map_->main_resident_bytes = resident;
    }

    /* Heaps come by rising number. previous: the arena's heap before, or its own number. */
    void Add(uint64_t number, uint64_t first, uint64_t previous, uint64_t bytes,
             uint64_t resident) const
    {
        trim_arena_heap &heap = map_->heaps[map_->heap_count++];
        heap.address = HeapAt(number);
        heap.resident_bytes = resident;
        heap.header = {ArenaOf(first), previous == number ? 0 : HeapAt(previous), bytes, bytes};
    }

private:
    std::unique_ptr<trim_arena_map> map_ = std::make_unique<trim_arena_map>();
};

#endif
