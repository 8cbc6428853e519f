/*
 * A heap that serves, splits and merges chunks as an arena of glibc does, but knows by heart which
 * of its pages are resident. Its addresses are real, because whoever owns a chunk may write to it.
 *
 * Like glibc it keeps chunks by bins. In the bin that a request belongs to, of the chunks of the
 * least size that fits the one that was freed last serves it; in a higher bin, the one freed first.
 */
#ifndef TRIMAGENT_TEST_FAKE_HEAP_H
#define TRIMAGENT_TEST_FAKE_HEAP_H

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <set>
#include <vector>

#include "borrow.h"
#include "quantity.h"

/* A free chunk to begin with. */
struct FakeChunk {
    uint64_t bytes;
    bool dry; /* Its whole pages are not resident. */
};

class FakeHeap
{
public:
    static constexpr uint64_t kPage = 4096;
    static constexpr uint64_t kWord = 8;
    static constexpr uint64_t kHeader = 2 * kWord;
    static constexpr uint64_t kLinks = 4 * kWord;
    static constexpr uint64_t kLeast = 32;

    explicit FakeHeap(const std::vector<FakeChunk> &chunks, uint64_t top_bytes)
    {
        uint64_t total = top_bytes + 2 * kPage;
        for (const FakeChunk &chunk : chunks) {
            total += chunk.bytes + kPage;
        }
        mapped_ = 2 * total / kPage * kPage;
        start_ =
            reinterpret_cast<uint64_t>(mmap(nullptr, mapped_, PROT_READ | PROT_WRITE,
                                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        resident_.assign(mapped_ / kPage, 1);
        uint64_t at = start_;
        uint64_t between = 48; /* Live blocks keep the chunks apart. */
        for (const FakeChunk &chunk : chunks) {
            const uint64_t bytes = chunk.bytes / 16 * 16;
            used_[at] = between;
            at += between;
            between = 48 + (between + 592) % 2048;
            AddFree(at, bytes);
            if (chunk.dry) {
                SetDry(FirstPage(at), (at + bytes) / kPage * kPage);
            }
            at += bytes;
        }
        used_[at] = 64;
        at += 64;
        end_ = (at + top_bytes + kPage - 1) / kPage * kPage;
        top_ = top_bytes == 0 ? end_ : at;
        outside_ = end_;
    }
    ~FakeHeap()
    {
        munmap(reinterpret_cast<void *>(start_), mapped_);
    }
    FakeHeap(const FakeHeap &) = delete;
    FakeHeap &operator=(const FakeHeap &) = delete;

    /* The first whole page of a chunk behind what its owner needs of it. */
    static uint64_t FirstPage(uint64_t chunk)
    {
        return (chunk + kHeader + kLinks + kPage - 1) / kPage * kPage;
    }

    /* Of a free chunk beyond the end, where the arena has grown since. 0: there is none. */
    uint64_t stranger_bytes = 0;

    uint64_t start() const
    {
        return start_;
    }
    uint64_t end() const
    {
        return end_;
    }
    uint64_t top() const
    {
        return top_;
    }
    size_t free_chunks() const
    {
        return free_.size();
    }

    /* What malloc_info and a look at the pages would say. */
    trim_borrow_arena Measured(bool with_top) const
    {
        trim_borrow_arena arena = {};
        arena.arena = start_;
        arena.system_bytes = end_ - start_;
        for (const auto &bin : bins_) {
            for (const auto &[bytes, places] : bin.second) {
                arena.chunks += places.size();
                arena.free_bytes += places.size() * trim_excess(bytes, kPage + kHeader);
                arena.largest_bytes = std::max(arena.largest_bytes, bytes);
            }
        }
        arena.wanted_bytes = ResidentInFreeChunks();
        arena.end = end_;
        arena.top_start = with_top ? (top_ + kPage - 1) / kPage * kPage : 0;
        arena.deadline_ns = UINT64_MAX;
        return arena;
    }

    /* In whole pages of chunks of this size at least. */
    uint64_t ResidentInFreeChunks(uint64_t least = 0) const
    {
        uint64_t bytes = 0;
        for (const auto &chunk : free_) {
            if (chunk.second >= least) {
                bytes += Resident(FirstPage(chunk.first), chunk.first + chunk.second);
            }
        }
        return bytes;
    }
    /* Likewise, where pages are so large. */
    uint64_t ResidentInWhole(uint64_t page, uint64_t least) const
    {
        uint64_t bytes = 0;
        for (const auto &[at, size] : free_) {
            const uint64_t start = (at + kHeader + kLinks + page - 1) / page * page;
            const uint64_t end = (at + size) / page * page;
            bytes += size >= least && start < end ? Resident(start, end) : 0;
        }
        return bytes;
    }
    uint64_t ResidentInTop() const
    {
        return Resident(FirstPage(top_), end_);
    }
    /* Of the whole pages from start on. */
    uint64_t Resident(uint64_t start, uint64_t end) const
    {
        uint64_t bytes = 0;
        /* What is served from beyond the end may lie beyond the mapping too: nobody touched it. */
        for (end = std::min(end, start_ + mapped_); start + kPage <= end; start += kPage) {
            bytes += resident_[(start - start_) / kPage] * kPage;
        }
        return bytes;
    }
    void SetDry(uint64_t start, uint64_t end)
    {
        for (; start + kPage <= end; start += kPage) {
            resident_[(start - start_) / kPage] = 0;
        }
    }

    uint64_t BytesOf(uint64_t chunk) const
    {
        return used_.at(chunk);
    }

    bool IsOfTheStranger(uint64_t chunk) const
    {
        return strangers_.count(chunk) != 0;
    }

    /* Whether there were other free chunks of this one's size when it was taken. */
    bool HadEquals(uint64_t chunk) const
    {
        return had_equals_.at(chunk);
    }

    /* Bytes of the free chunk that begins there; 0: there is none. */
    uint64_t FreeAt(uint64_t chunk) const
    {
        const auto found = free_.find(chunk);
        return found != free_.end() ? found->second : 0;
    }

    /* Takes a chunk: a free one, of the top, or, where neither is large enough, from beyond end. */
    uint64_t Serve(uint64_t bytes)
    {
        uint64_t at = TakeUnsorted(bytes);
        if (at != 0) {
            return at;
        }
        at = Best(bytes);
        if (bytes <= stranger_bytes && (at == 0 || free_.at(at) >= stranger_bytes)) {
            strangers_.insert(outside_);
            used_[outside_] = bytes;
            had_equals_[outside_] = false;
            outside_ += bytes;
            return outside_ - bytes;
        }
        if (at != 0) {
            const uint64_t whole = free_.at(at);
            RemoveFree(at);
            had_equals_[at] = Best(whole) != 0 && free_.at(Best(whole)) == whole;
            if (whole - bytes >= kLeast) {
                AddFree(at + bytes, whole - bytes);
            } else {
                bytes = whole;
            }
        } else if (end_ - top_ >= bytes + kLeast) {
            at = top_;
            had_equals_[at] = false;
            top_ += bytes;
        } else {
            at = outside_;
            had_equals_[at] = false;
            outside_ += bytes;
        }
        used_[at] = bytes;
        return at;
    }

    void Free(uint64_t at)
    {
        uint64_t bytes = used_.at(at);
        used_.erase(at);
        if (at >= end_) {
            return;
        }
        const auto next = free_.find(at + bytes);
        if (next != free_.end()) {
            bytes += next->second;
            RemoveFree(next->first);
        }
        const auto after = free_.lower_bound(at);
        if (after != free_.begin() && std::prev(after)->first + std::prev(after)->second == at) {
            at = std::prev(after)->first;
            bytes += free_.at(at);
            RemoveFree(at);
        }
        if (at + bytes == top_) {
            top_ = at;
        } else {
            AddFree(at, bytes);
            unsorted_.push_back(at);
        }
    }

private:
    /* What was freed is sorted by the next request that fits none of it exactly. Until then it
     * names no others, as if there were equals. */
    uint64_t TakeUnsorted(uint64_t bytes)
    {
        for (const uint64_t at : unsorted_) {
            if (FreeAt(at) == bytes) {
                RemoveFree(at);
                had_equals_[at] = true;
                used_[at] = bytes;
                return at;
            }
        }
        unsorted_.clear();
        return 0;
    }

    using Places = std::vector<uint64_t>; /* Of one size. */
    using Bin = std::map<uint64_t, Places>;

    /* glibc's largebin_index_64. Sizes that it has small bins for go by one of their own, too. */
    static uint64_t BinOf(uint64_t bytes)
    {
        constexpr uint64_t kSteps[][3] = {
            {6, 48, 48}, {9, 20, 91}, {12, 10, 110}, {15, 4, 119}, {18, 2, 124}};
        for (const auto &step : kSteps) {
            if (bytes >> step[0] <= step[1]) {
                return step[2] + (bytes >> step[0]);
            }
        }
        return 126;
    }

    void AddFree(uint64_t at, uint64_t bytes)
    {
        free_[at] = bytes;
        Places &places = bins_[BinOf(bytes)][bytes];
        places.insert(places.empty() ? places.end() : places.begin() + 1, at);
    }

    void RemoveFree(uint64_t at)
    {
        const uint64_t bytes = free_.at(at);
        const auto bin = bins_.find(BinOf(bytes));
        const auto group = bin->second.find(bytes);
        group->second.erase(std::find(group->second.begin(), group->second.end(), at));
        if (group->second.empty()) {
            bin->second.erase(group);
        }
        if (bin->second.empty()) {
            bins_.erase(bin);
        }
        free_.erase(at);
    }

    /* The free chunk that serves the request, or 0. */
    uint64_t Best(uint64_t bytes) const
    {
        for (auto bin = bins_.lower_bound(BinOf(bytes)); bin != bins_.end(); ++bin) {
            const auto group = bin->second.lower_bound(bytes);
            if (group != bin->second.end()) {
                const Places &places = group->second;
                const bool own = bin->first == BinOf(bytes);
                return own ? places[places.size() > 1 ? 1 : 0] : places.back();
            }
        }
        return 0;
    }

    uint64_t start_ = 0;
    uint64_t mapped_ = 0;
    uint64_t end_ = 0;
    uint64_t top_ = 0;
    uint64_t outside_ = 0;                /* What is served from beyond the end comes from here. */
    std::vector<unsigned char> resident_; /* By page. */
    std::map<uint64_t, uint64_t> used_;   /* Sizes by address: of the application, and of others. */
    std::map<uint64_t, uint64_t> free_;
    std::map<uint64_t, bool> had_equals_;
    std::vector<uint64_t> unsorted_;
    std::set<uint64_t> strangers_;
    std::map<uint64_t, Bin> bins_;
};

#endif
