/* The tops of other arenas in the real glibc of this machine, with and without a threshold. */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>

#include "arena_threads.h"
#include "child_process.h"
#include "glibc_fixture.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 4;

class Tops : public GlibcTest
{
protected:
    void SetUp() override
    {
        GlibcTest::SetUp();
        if (allocator_ != nullptr) {
            allocator_->choose(TRIM_MODE_TRIM);
        }
    }

    /* What they keep once four threads have freed 30 MiB each, and after a trim. */
    uint64_t KeptAfter(trim_tuning tuning) const
    {
        Tune(tuning);
        void *volatile raises_dynamic_thresholds = malloc(31 << 20);
        free(raises_dynamic_thresholds);
        ArenaThreads threads(kThreads, 30 << 20);
        threads.FreeAllBut(0);
        (void)ReleaseOnce(allocator_);
        return Estimate().tops_bytes;
    }
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
