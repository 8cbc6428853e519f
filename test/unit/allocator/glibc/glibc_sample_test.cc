/* Samples of free memory in the real glibc of this machine. Each case in a process of its own. */
#include <gtest/gtest.h>
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
    }

    void Lay() const
    {
        (void)Estimate();
        ASSERT_EQ(allocator_->lay_sample(), 0);
    }

    uint32_t Back() const
    {
        return allocator_->read_sample();
    }
};

TEST_F(GlibcSample, StaysAwayWhileNobodyUsesTheMemory)
{
    RunInChild([this] {
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
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(0);
        Lay();
        threads.FillAgain(90 * kMiB);
        threads.FreeAllBut(0);
        EXPECT_GE(Back(), 500U);
    });
}

TEST_F(GlibcSample, CostsAFewPagesAndIsSpreadOverTheArenas)
{
    RunInChild([this] {
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        (void)Estimate();
        const uint64_t before = Resident();
        ASSERT_EQ(allocator_->lay_sample(), 0);
        const uint64_t given = before - Resident();
        const auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
        EXPECT_GE(given, 8 * page);
        EXPECT_LE(given, uint64_t{TRIM_FREE_PICKS_MAX} * TRIM_SAMPLE_SPOT_PAGES * page);
    });
}

TEST_F(GlibcSample, IsRefusedWhereNothingIsBorrowed)
{
    RunInChild([this] {
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        allocator_->choose(TRIM_MODE_TRIM);
        (void)Estimate();
        EXPECT_EQ(allocator_->lay_sample(), -1);
    });
}

} // namespace
