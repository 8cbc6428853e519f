/* Samples of free memory in the real glibc of this machine. Each case in a process of its own. */
#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <cstdint>

#include "arena_threads.h"
#include "child_process.h"
#include "free_sample.h"
#include "glibc_fixture.h"
#include "huge_pages.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 4;

class GlibcSample : public GlibcTest
{
protected:
    void SetUp() override
    {
        GlibcTest::SetUp();
        if (!IsSkipped() && trim_huge_pages_always("")) {
            GTEST_SKIP() << "huge pages are always on here, where no sample is laid";
        }
        if (!IsSkipped()) {
            allocator_->choose(TRIM_MODE_AUTO); /* Other tests of this process choose too. */
        }
    }

    void Lay() const
    {
        (void)Estimate();
        ASSERT_EQ(allocator_->lay_sample(), 0);
    }

    /* What other tests of this process have freed before must not be sampled too. */
    static void ForgetParent()
    {
        (void)malloc_trim(0);
    }

    uint32_t Back() const
    {
        return allocator_->read_sample();
    }
};

TEST_F(GlibcSample, StaysAwayWhileNobodyUsesTheMemory)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        Lay();
        EXPECT_EQ(Back(), 0U);
        EXPECT_TRUE(threads.Intact());
        EXPECT_EQ(Back(), 0U) << "those who use what is theirs do not count";
    });
}

TEST_F(GlibcSample, ComesBackWithWhatIsUsedAgain)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        Lay();
        threads.FillAgain(90 * kMiB);
        EXPECT_GE(Back(), 700U);
        EXPECT_TRUE(threads.Intact());
    });
}

TEST_F(GlibcSample, IsBackEvenIfTheMemoryWasInUseForAMoment)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(0);
        Lay();
        threads.FillAgain(90 * kMiB);
        threads.FreeAllBut(0);
        EXPECT_GE(Back(), 500U);
    });
}

TEST_F(GlibcSample, CostsAFewPages)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        (void)Estimate();
        const uint64_t before = Resident();
        ASSERT_EQ(allocator_->lay_sample(), 0);
        const uint64_t given = before - Resident();
        const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
        EXPECT_GE(given, 8 * page);
        EXPECT_LE(given, uint64_t{TRIM_SAMPLE_SPOTS_MAX} * TRIM_SAMPLE_SPOT_PAGES * page);
    });
}

TEST_F(GlibcSample, IsSpreadOverTheArenas)
{
    RunInChild([this] {
        ForgetParent();
        /* One of them alone has a quarter of the memory. */
        ArenaThreads large(1, 100 * kMiB);
        ArenaThreads others(3, 98 * kMiB);
        large.FreeAllBut(50);
        others.FreeAllBut(50);
        Lay();
        large.FillAgain(95 * kMiB);
        EXPECT_GE(Back(), 125U);
        EXPECT_LE(Back(), 375U);
        others.FillAgain(95 * kMiB);
        EXPECT_GE(Back(), 700U);
    });
}

TEST_F(GlibcSample, IsOfWhatIsResidentAfterARelease)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads released(3, 100 * kMiB);
        ArenaThreads freed_later(1, 110 * kMiB);
        released.FreeAllBut(50);
        (void)Release();
        freed_later.FreeAllBut(50);
        Lay();
        EXPECT_EQ(Back(), 0U);
        released.FillAgain(60 * kMiB);
        EXPECT_LE(Back(), 250U) << "what is dry already tells nothing";
        freed_later.FillAgain(100 * kMiB);
        EXPECT_GE(Back(), 600U);
    });
}

TEST_F(GlibcSample, IsRefusedWhereHardlyAnythingIsResident)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        (void)Release();
        (void)Estimate();
        EXPECT_EQ(allocator_->lay_sample(), -1);
    });
}

TEST_F(GlibcSample, IsRefusedWhereAFewSpotsAreAllThereIs)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(1, 400 * TRIM_KIB);
        threads.FreeAllBut(3);
        (void)Estimate();
        const uint64_t before = Resident();
        EXPECT_EQ(allocator_->lay_sample(), -1);
        EXPECT_LT(Resident(), before) << "there were some";
    });
}

TEST_F(GlibcSample, IsRefusedWhereNothingIsBorrowed)
{
    RunInChild([this] {
        ForgetParent();
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        allocator_->choose(TRIM_MODE_TRIM);
        (void)Estimate();
        EXPECT_EQ(allocator_->lay_sample(), -1);
    });
}

} // namespace
