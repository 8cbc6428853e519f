/*
 * The world of the borrowing, on a fake heap: with a clock of its own, it notes what is done to it,
 * and does what else a test tells it.
 */
#ifndef TRIMAGENT_TEST_FAKE_ARENA_H
#define TRIMAGENT_TEST_FAKE_ARENA_H

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <vector>

#include "fake_heap.h"

class FakeArena
{
public:
    /* Smaller pieces are those that the agent takes to have a chunk sorted. */
    static constexpr uint64_t kSmall = 2 * FakeHeap::kPage;

    explicit FakeArena(const std::vector<FakeChunk> &chunks, uint64_t top_bytes = 0)
        : heap(chunks, top_bytes)
    {
        current_ = this;
    }

    trim_borrow_result Run(const trim_borrow_arena &arena)
    {
        const trim_borrow_world world = {Take,   Give,  Usable,    Resident, Drop,
                                         Inside, Grown, Cancelled, Now,      FakeHeap::kPage};
        trim_borrow_result result = {};
        trim_borrow_run(&world, &arena, &result);
        EXPECT_TRUE(held_.empty()) << held_.size() << " pieces were kept";
        return result;
    }
    trim_borrow_result Run()
    {
        return Run(heap.Measured(false));
    }

    FakeHeap heap;

    /* What has happened, but for small pieces. */
    uint64_t takes = 0;
    uint64_t drops = 0;
    uint64_t dry_drops = 0;       /* Of ranges of which nothing was resident. */
    uint64_t outside_bytes = 0;   /* Served from beyond the arena. */
    uint64_t outside_in_vain = 0; /* Times of that while a chunk was held that fits, and was dry. */
    uint64_t together_max_bytes = 0; /* Held at once in more than one piece, */
    uint64_t alone_max_bytes = 0;    /* and in one. */
    uint64_t held_max_ns = 0;        /* The longest that a piece was held. */
    uint64_t largest_request = 0;
    uint64_t now_ns = 1000;

    /* What shall happen. */
    uint64_t ns_per_mib = 100000;  /* That dropping takes: 100 ms per GiB. */
    std::function<void()> on_take; /* Called before each larger request, */
    std::function<void()> on_drop; /* and before each drop. */
    bool memory_is_out = false;
    bool drops_fail = false;
    bool cancelled = false;
    uint64_t grown_bytes = 0;

private:
    struct Held {
        uint64_t bytes;
        uint64_t since_ns;
        bool dry;
    };

    static uint64_t ChunkOf(const void *piece)
    {
        return reinterpret_cast<uint64_t>(piece) - FakeHeap::kHeader;
    }

    void NoteTaken(uint64_t chunk, uint64_t bytes)
    {
        if (chunk >= heap.end()) {
            outside_bytes += bytes;
            for (const auto &piece : held_) {
                outside_in_vain += piece.second.dry && piece.second.bytes >= bytes ? 1 : 0;
            }
        }
        const bool dry = heap.Resident(FakeHeap::FirstPage(chunk), chunk + bytes) == 0;
        held_[chunk] = {bytes, now_ns, dry};
        uint64_t held = 0;
        uint64_t pieces = 0;
        for (const auto &piece : held_) {
            held += piece.second.bytes;
            pieces += piece.second.bytes >= kSmall ? 1 : 0;
        }
        uint64_t &most = pieces > 1 ? together_max_bytes : alone_max_bytes;
        most = std::max(most, held);
    }

    static void *Take(size_t bytes)
    {
        FakeArena &arena = *current_;
        arena.now_ns += TRIM_NS_PER_US;
        if (bytes >= kSmall) {
            if (arena.on_take) {
                arena.on_take();
            }
            ++arena.takes;
            arena.largest_request = std::max<uint64_t>(arena.largest_request, bytes);
        }
        if (arena.memory_is_out) {
            return nullptr;
        }
        const uint64_t chunk = arena.heap.Serve((bytes + FakeHeap::kWord + 15) / 16 * 16);
        arena.NoteTaken(chunk, arena.heap.BytesOf(chunk));
        return reinterpret_cast<void *>(chunk + FakeHeap::kHeader);
    }

    static void Give(void *piece)
    {
        FakeArena &arena = *current_;
        arena.now_ns += TRIM_NS_PER_US;
        const auto held = arena.held_.find(ChunkOf(piece));
        if (held == arena.held_.end()) {
            ADD_FAILURE() << "a piece was given back that was not held";
            return;
        }
        if (held->second.bytes >= kSmall) {
            arena.held_max_ns = std::max(arena.held_max_ns, arena.now_ns - held->second.since_ns);
        }
        arena.heap.Free(held->first);
        arena.held_.erase(held);
    }

    static size_t Usable(const void *piece)
    {
        return current_->heap.BytesOf(ChunkOf(piece)) - FakeHeap::kWord;
    }

    static uint64_t Resident(uint64_t start, uint64_t end)
    {
        return current_->heap.Resident(start, end);
    }

    /* Whether the pages belong to a piece, without what its owner needs of it. */
    bool IsHeld(uint64_t start, uint64_t end) const
    {
        const auto after = held_.upper_bound(start);
        if (after == held_.begin()) {
            return false;
        }
        const auto &[chunk, piece] = *std::prev(after);
        return start >= FakeHeap::FirstPage(chunk) && end <= chunk + piece.bytes &&
               (start | end) % FakeHeap::kPage == 0;
    }

    static int Drop(uint64_t start, uint64_t end)
    {
        FakeArena &arena = *current_;
        if (arena.on_drop) {
            arena.on_drop();
        }
        EXPECT_TRUE(arena.IsHeld(start, end)) << "only whole pages of pieces may be dropped";
        ++arena.drops;
        if (arena.drops_fail) {
            return -1;
        }
        arena.dry_drops += arena.heap.Resident(start, end) == 0 ? 1 : 0;
        arena.now_ns += (end - start) / FakeHeap::kPage * arena.ns_per_mib / 256;
        arena.heap.SetDry(start, end);
        return 0;
    }

    static bool Inside(uint64_t arena, uint64_t start, uint64_t end)
    {
        const FakeHeap &heap = current_->heap;
        return arena == heap.start() && start >= heap.start() && end <= heap.end();
    }
    static uint64_t Grown(const trim_borrow_arena *)
    {
        return current_->grown_bytes;
    }
    static bool Cancelled()
    {
        return current_->cancelled;
    }
    static uint64_t Now()
    {
        return current_->now_ns;
    }

    static inline FakeArena *current_ = nullptr; /* The world's functions get no context. */

    std::map<uint64_t, Held> held_;
};

#endif
