/* The tops of other arenas in the real glibc of this machine, with and without a threshold. */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "arena_threads.h"
#include "bounded_text.h"
#include "child_process.h"
#include "release_once.h"
#include "sanitized_malloc.h"
#include "trimagent/allocator.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 4;

class Tops : public testing::Test
{
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_GLIBC_MALLOC();
        allocator_ = trim_allocator_glibc();
        ASSERT_NE(allocator_, nullptr);
        allocator_->choose(TRIM_MODE_TRIM);
    }

    /* What they keep once four threads have freed 30 MiB each, and after a trim. */
    uint64_t KeptAfter(trim_tuning tuning) const
    {
        BoundedText failures;
        BoundedText overrides;
        trim_tuning_notes notes = {failures.get(), overrides.get()};
        allocator_->tune(&tuning, false, &notes);
        EXPECT_EQ(failures.str(), "");
        void *volatile raises_dynamic_thresholds = malloc(31 << 20);
        free(raises_dynamic_thresholds);
        ArenaThreads threads(kThreads, 30 << 20);
        threads.FreeAllBut(0);
        (void)ReleaseOnce(allocator_);
        trim_estimate estimate = {};
        EXPECT_EQ(allocator_->estimate(0, &estimate), 0);
        return estimate.tops_bytes;
    }

    const trim_allocator *allocator_ = nullptr;
};

TEST_F(Tops, AreLeftByGlibcAndByATrim)
{
    RunInChild([this] { EXPECT_GT(KeptAfter({}), kThreads * 10 * kMiB); });
}

TEST_F(Tops, KeepNoMoreThanTheTrimThreshold)
{
    RunInChild([this] { EXPECT_LT(KeptAfter({kMiB, 0, 0, 0}), kThreads * 2 * kMiB); });
}

TEST_F(Tops, KeepAsMuchAsTheTrimThreshold)
{
    /* glibc by itself would go down to its padding of 128 KiB, whatever the threshold is. */
    RunInChild([this] {
        const uint64_t kept = KeptAfter({8 * kMiB, 0, 0, 0});
        EXPECT_GT(kept, kThreads * 7 * kMiB);
        EXPECT_LT(kept, kThreads * 9 * kMiB);
    });
}

} // namespace
