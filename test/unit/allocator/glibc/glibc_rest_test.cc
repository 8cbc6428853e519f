/* A release in a process at rest, from the real glibc: whatever was freed comes back. */
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "child_process.h"
#include "glibc_fixture.h"
#include "mallinfo.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 6;
constexpr size_t kEach = 150 * kMiB; /* More than two heaps. */

/* Above the tcache's count, and of the fastbins' sizes. */
constexpr size_t kLast = 16;
constexpr size_t kLastSize = 64;

/*
 * Threads that fill arenas with blocks of one size, free all of them and rest. The heaps stay,
 * since what was taken last lies in fastbins; malloc unmaps them as soon as somebody frees a larger
 * block there.
 */
class Load
{
public:
    explicit Load(size_t size) : size_(size)
    {
        if (size >= 128 * TRIM_KIB) {
            /* By default such blocks are mapped, until one of that size has been freed. */
            void *volatile block = malloc(31 << 20);
            free(block);
        }
        for (auto &blocks : blocks_) {
            blocks.resize(kEach / size + kLast); /* Not from the threads' arenas. */
        }
        threads_.reserve(kThreads);
    }
    ~Load()
    {
        rest_.set_value();
        for (std::thread &thread : threads_) {
            thread.join();
        }
    }
    Load(const Load &) = delete;
    Load &operator=(const Load &) = delete;

    /* Returns when all have. */
    void TakeAndFree()
    {
        const std::shared_future<void> rested = rest_.get_future().share();
        std::atomic<size_t> done{0};
        for (auto &blocks : blocks_) {
            threads_.emplace_back([this, &blocks, &done, rested] {
                TakeAndFree(&blocks);
                ++done;
                rested.wait();
            });
        }
        while (done < kThreads) {
            std::this_thread::yield();
        }
    }

private:
    void TakeAndFree(std::vector<void *> *blocks) const
    {
        for (size_t i = 0; i < blocks->size(); ++i) {
            const size_t size = i + kLast < blocks->size() ? size_ : kLastSize;
            (*blocks)[i] = malloc(size);
            memset((*blocks)[i], 1, size);
        }
        for (void *block : *blocks) {
            free(block);
        }
    }

    size_t size_;
    std::array<std::vector<void *>, kThreads> blocks_;
    std::vector<std::thread> threads_;
    std::promise<void> rest_;
};

class GlibcAtRest : public GlibcTest, public testing::WithParamInterface<size_t>
{
};

TEST_P(GlibcAtRest, LeavesAHundredthAtMostAndTellsIt)
{
    for (const trim_mode mode : {TRIM_MODE_AUTO, TRIM_MODE_BORROW}) {
        RunInChild([&] {
            allocator_->choose(mode);
            Load load(GetParam());
            const uint64_t floor = Resident();
            load.TakeAndFree();
            const uint64_t freed = trim_excess(Resident(), floor);
            (void)Estimate();
            const trim_release release = ReleaseOnce(allocator_);
            const uint64_t left = trim_excess(Resident(), floor);
            EXPECT_FALSE(release.borrow.gave_way);
            EXPECT_GT(freed, 50 * kMiB);
            EXPECT_LE(left, freed / 100);
            EXPECT_LE(release.left_bytes, left + freed / 50);
            EXPECT_GE(release.left_bytes + freed / 50, left);
        });
    }
}

INSTANTIATE_TEST_SUITE_P(Blocks, GlibcAtRest,
                         testing::Values(100, 1000, 4000, 10000, 60000, 300000, 1 << 20, 4 << 20),
                         [](const auto &row) { return std::to_string(row.param); });

} // namespace
