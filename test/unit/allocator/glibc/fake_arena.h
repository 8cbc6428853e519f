/*
 * The world of the borrowing, on a fake heap: with a clock of its own, it notes what is done to it,
 * and does what else a test tells it.
 */
#ifndef TRIMAGENT_TEST_FAKE_ARENA_H
#define TRIMAGENT_TEST_FAKE_ARENA_H

extern "C" {
#include "borrow_pace.h"
}

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "fake_heap.h"
#include "free_sample.h"

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
        const trim_borrow_world world = World();
        trim_borrow_pace never = {};
        trim_borrow_arena paced = arena;
        paced.pace = arena.pace != nullptr ? arena.pace : &never;
        trim_borrow_result result = {};
        trim_borrow_run(&world, &paced, &result);
        EXPECT_TRUE(held_.empty()) << held_.size() << " pieces were kept";
        return result;
    }
    trim_borrow_result Run()
    {
        return Run(heap.Measured(false));
    }

    /* Returns false where the lay has to end. */
    bool Sample(trim_free_sample *sample, const std::vector<uint64_t> &sizes, size_t spots)
    {
        const trim_borrow_world world = World();
        const trim_sample_order order = {heap.start(), spots, sizes.data(), sizes.size(),
                                         sample_each_bytes};
        const bool inside = trim_free_sample_add(sample, &world, &order);
        EXPECT_TRUE(held_.empty()) << held_.size() << " pieces were kept";
        return inside;
    }

    uint64_t sample_each_bytes = TRIM_SAMPLE_PIECE_BYTES; /* That each size stands for. */

    FakeHeap heap;

    /* What has happened, but for small pieces. */
    uint64_t takes = 0;
    uint64_t drops = 0;             /* Calls, */
    uint64_t dropped_spans = 0;     /* and what was dropped by them. */
    uint64_t dry_drops = 0;         /* Of ranges of which nothing was resident. */
    uint64_t outside_max_bytes = 0; /* The largest served from beyond the arena. */
    uint64_t outside_in_vain = 0; /* Times of that while a chunk was held that fits, and was dry. */
    uint64_t held_max_bytes = 0;  /* At once. */
    uint64_t held_max_ns = 0;     /* The longest that a piece was held. */
    uint64_t paused_ns = 0;
    uint64_t longest_work_ns = 0; /* Before a pause. */
    uint64_t largest_request = 0;
    std::set<uint64_t> small_requests;      /* Sizes of those that have chunks sorted. */
    uint64_t now_ns = 1000 * TRIM_NS_PER_S; /* Large, as real clocks are. */

    /* What shall happen. */
    uint64_t ns_per_mib = 100000;  /* That dropping takes: 100 ms per GiB. */
    std::function<void()> on_take; /* Called before each larger request, */
    std::function<void()> on_drop; /* and before each drop. */
    bool memory_is_out = false;
    bool drops_fail = false;
    uint64_t locked_before = 0; /* Up to this address nothing can be dropped. */
    bool pauses_fail = false;
    bool cancelled = false;
    uint64_t grown_bytes = 0;
    uint64_t heaps_gone = 0;
    uint64_t call_ns = TRIM_NS_PER_US;     /* What a call of malloc or free takes. */
    uint64_t own_percent = 100;            /* Of the time without pauses, that is work on a CPU. */
    uint64_t others_percent = 0;           /* Of one CPU, that other threads take. */
    uint64_t page_bytes = FakeHeap::kPage; /* What the system drops at once: that or more. */

private:
    struct Held {
        uint64_t bytes;
        uint64_t since_ns;
        bool dry;
    };

    static trim_borrow_world World()
    {
        return {nullptr,   Take,  Give,      Usable,     Resident,  Drop,
                Inside,    Grown, HeapsGone, FreeBehind, HasEquals, TopBehind,
                Cancelled, Now,   Pause,     OwnCpu,     OthersCpu, current_->page_bytes};
    }

    static uint64_t ChunkOf(const void *piece)
    {
        return reinterpret_cast<uint64_t>(piece) - FakeHeap::kHeader;
    }

    void NoteTaken(uint64_t chunk, uint64_t bytes)
    {
        if (chunk >= heap.end()) {
            outside_max_bytes = std::max(outside_max_bytes, bytes);
            for (const auto &piece : held_) {
                outside_in_vain += piece.second.dry && piece.second.bytes >= bytes ? 1 : 0;
            }
        }
        const bool dry = heap.Resident(FakeHeap::FirstPage(chunk), chunk + bytes) == 0;
        const Held held = {bytes, now_ns, dry};
        held_[chunk] = held;
        held_bytes_ += bytes;
        held_max_bytes = std::max(held_max_bytes, held_bytes_);
    }

    /* Before a piece is given back. */
    void NoteGiven(const Held &piece)
    {
        held_bytes_ -= piece.bytes;
        if (piece.bytes >= kSmall) {
            held_max_ns = std::max(held_max_ns, now_ns - piece.since_ns);
        }
    }

    static uint64_t FreeBehind(const trim_borrow_arena *, const void *piece)
    {
        const FakeHeap &heap = current_->heap;
        const uint64_t chunk = ChunkOf(piece);
        return heap.FreeAt(chunk + heap.BytesOf(chunk));
    }

    static bool HasEquals(const void *piece)
    {
        return current_->heap.HadEquals(ChunkOf(piece));
    }

    /* Where the heap has grown for a piece, a new top is behind it. */
    static uint64_t TopBehind(const trim_borrow_arena *, const void *piece)
    {
        const FakeHeap &heap = current_->heap;
        const uint64_t chunk = ChunkOf(piece);
        if (chunk >= heap.end()) {
            return heap.IsOfTheStranger(chunk) ? 0 : FakeHeap::kPage;
        }
        return chunk + heap.BytesOf(chunk) == heap.top() ? heap.end() - heap.top() : 0;
    }

    static uint64_t ChunkBytes(size_t bytes)
    {
        return (bytes + FakeHeap::kWord + 15) / 16 * 16;
    }

    static void *Take(void *, size_t bytes)
    {
        FakeArena &arena = *current_;
        arena.now_ns += arena.call_ns;
        if (bytes >= kSmall) {
            if (arena.on_take) {
                arena.on_take();
            }
            ++arena.takes;
            arena.largest_request = std::max<uint64_t>(arena.largest_request, bytes);
        }
        if (bytes < kSmall) {
            arena.small_requests.insert(bytes);
        }
        if (arena.memory_is_out) {
            return nullptr;
        }
        const uint64_t chunk = arena.heap.Serve(ChunkBytes(bytes));
        arena.NoteTaken(chunk, arena.heap.BytesOf(chunk));
        return reinterpret_cast<void *>(chunk + FakeHeap::kHeader);
    }

    static void Give(void *piece)
    {
        FakeArena &arena = *current_;
        arena.now_ns += arena.call_ns;
        const auto held = arena.held_.find(ChunkOf(piece));
        if (held == arena.held_.end()) {
            ADD_FAILURE() << "a piece was given back that was not held";
            return;
        }
        arena.NoteGiven(held->second);
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
               (start | end) % page_bytes == 0;
    }

    static int Drop(const trim_span *spans, size_t count)
    {
        FakeArena &arena = *current_;
        if (arena.on_drop) {
            arena.on_drop();
        }
        ++arena.drops;
        EXPECT_LE(count, size_t{TRIM_SPANS_MAX});
        int result = 0;
        for (size_t i = 0; i < count; ++i) {
            const uint64_t start = spans[i].start;
            const uint64_t end = spans[i].end;
            EXPECT_TRUE(arena.IsHeld(start, end)) << "only whole pages of pieces may be dropped";
            if (arena.drops_fail || start < arena.locked_before) {
                result = -1;
                continue;
            }
            ++arena.dropped_spans;
            arena.dry_drops += arena.heap.Resident(start, end) == 0 ? 1 : 0;
            arena.now_ns += (end - start) / FakeHeap::kPage * arena.ns_per_mib / 256;
            arena.heap.SetDry(start, end);
        }
        return result;
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
    static uint64_t HeapsGone(const trim_borrow_arena *)
    {
        return current_->heaps_gone;
    }
    static bool Cancelled(void *)
    {
        return current_->cancelled;
    }
    static uint64_t Now()
    {
        return current_->now_ns;
    }
    static void Pause(void *, uint64_t ns)
    {
        EXPECT_GT(ns, 0U) << "that is no pause";
        FakeArena &arena = *current_;
        if (!arena.pauses_fail) {
            arena.longest_work_ns =
                std::max(arena.longest_work_ns, arena.now_ns - arena.worked_since_ns_);
            arena.paused_ns += ns;
            arena.now_ns += ns;
            arena.worked_since_ns_ = arena.now_ns;
        }
    }
    static uint64_t OwnCpu()
    {
        return (current_->now_ns - current_->paused_ns) / 100 * current_->own_percent;
    }
    static uint64_t OthersCpu()
    {
        return current_->now_ns / 100 * current_->others_percent;
    }

    static inline FakeArena *current_ = nullptr; /* The world's functions get no context. */

    std::map<uint64_t, Held> held_;
    uint64_t held_bytes_ = 0;
    uint64_t worked_since_ns_ = now_ns;
};

#endif
