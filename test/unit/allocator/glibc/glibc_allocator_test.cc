/* The allocator seam over the real glibc of this machine. */
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "arena_threads.h"
#include "bounded_text.h"
#include "child_process.h"
#include "glibc_fixture.h"
#include "mallinfo.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

class GlibcAllocator : public GlibcTest
{
protected:
    void SetUp() override
    {
        GlibcTest::SetUp();
        if (allocator_ == nullptr) {
            return;
        }
        allocator_->choose(TRIM_MODE_TRIM);
        (void)ReleaseOnce(allocator_);
        uint64_t released = 0;
        trim_estimate after = {};
        ASSERT_EQ(allocator_->learn(0, &after, &released), 0);
    }

    uint64_t Refaulted() const
    {
        uint64_t bytes = 0;
        uint64_t refilled = 0;
        EXPECT_EQ(allocator_->refaulted(&bytes, &refilled), 0);
        EXPECT_LE(refilled, bytes);
        return bytes;
    }

    /* What a trim has released. */
    uint64_t Trim() const
    {
        uint64_t released = 0;
        (void)Release(&released);
        return released;
    }
};

TEST_F(GlibcAllocator, IsInChargeAndNamedWithItsVersion)
{
    BoundedText description;
    EXPECT_EQ(trim_allocator_in_charge(description.get()), allocator_);
    EXPECT_STREQ(allocator_->name, "glibc");
    EXPECT_EQ(description.str().rfind("glibc 2.", 0), 0U) << description.str();
}

/* Blocks of which five in six are free, in no whole page, beside a few smaller chunks and one of
 * several pages: malloc_info tells the same of chunks of which many have whole pages, until
 * somebody has sorted them. */
/* No trim has taught it anything. */
class GlibcUntaught : public GlibcTest
{
};

TEST_F(GlibcUntaught, ExpectsNothingOfHolesThatHaveNoWholePage)
{
    for (const trim_mode mode : {TRIM_MODE_TRIM, TRIM_MODE_AUTO}) {
        RunInChild([&] {
            allocator_->choose(mode);
            /* The test's thread is in the main arena; there has to be another one to go by. */
            std::thread([&] {
                std::vector<void *> blocks(300000);
                for (void *&block : blocks) {
                    block = malloc(580);
                    memset(block, 1, 580);
                }
                void *volatile larger = malloc(16000);
                std::vector<void *> smaller(40); /* More than a tcache takes. */
                for (void *&block : smaller) {
                    block = malloc(200);
                }
                for (size_t i = 0; i < blocks.size(); ++i) {
                    if (i % 6 != 0) {
                        free(blocks[i]);
                    }
                }
                free(larger);
                for (size_t i = 0; i < smaller.size(); i += 2) {
                    free(smaller[i]);
                }
                const trim_estimate estimate = Estimate();
                EXPECT_GT(estimate.free_bytes, 120 * kMiB);
                if (mode == TRIM_MODE_TRIM) {
                    EXPECT_GT(estimate.expected_bytes, 8 * kMiB) << "a guess";
                } else {
                    EXPECT_LT(estimate.expected_bytes, 4 * kMiB);
                }
            }).join();
        });
    }
}

/* Chunks in fastbins of which every eighth block lives, so that nothing merges to a whole page. */
TEST_F(GlibcUntaught, ExpectsNothingOfFastbinsWhoseChunksMakeNoWholePage)
{
    RunInChild([&] {
        allocator_->choose(TRIM_MODE_AUTO);
        std::thread([&] {
            std::vector<void *> blocks(1000000);
            for (void *&block : blocks) {
                block = malloc(100);
                memset(block, 1, 100);
            }
            for (size_t i = 0; i < blocks.size(); ++i) {
                if (i % 8 != 0) {
                    free(blocks[i]);
                }
            }
            const trim_estimate estimate = Estimate();
            EXPECT_GT(estimate.free_bytes, 90 * kMiB);
            EXPECT_LT(estimate.expected_bytes, 4 * kMiB);
        }).join();
    });
}

TEST_F(GlibcAllocator, PredictsWhatATrimOfFragmentedArenasReleases)
{
    ArenaThreads threads(4, 50 << 20);
    threads.FreeAllBut(50);
    const trim_estimate before = Estimate();
    EXPECT_FALSE(before.bound_only);
    EXPECT_FALSE(before.resident_assumed);
    EXPECT_GE(before.arenas, 4U);
    EXPECT_GT(before.free_chunks, 100U);

    const uint64_t resident_before = Resident();
    const trim_release release = ReleaseOnce(allocator_);
    EXPECT_TRUE(release.trimmed);
    EXPECT_FALSE(release.borrowed);
    const uint64_t released = resident_before - Resident();
    EXPECT_GT(released, 100 * kMiB);
    EXPECT_NEAR(static_cast<double>(before.expected_bytes), static_cast<double>(released),
                static_cast<double>(released) * 0.1);

    trim_estimate after = {};
    uint64_t learned_released = 0;
    ASSERT_EQ(allocator_->learn(before.resident_bytes, &after, &learned_released), 0);
    EXPECT_NEAR(static_cast<double>(learned_released), static_cast<double>(released), 2.0 * kMiB);
    EXPECT_LT(after.expected_bytes, 2 * kMiB);
    EXPECT_LT(Estimate().expected_bytes, 2 * kMiB);
    EXPECT_NEAR(static_cast<double>(after.resident_bytes), static_cast<double>(Resident()),
                2.0 * kMiB);
}

TEST_F(GlibcAllocator, PredictsNothingWhereNothingIsFree)
{
    const ArenaThreads threads(4, 50 << 20);
    const trim_estimate estimate = Estimate();
    EXPECT_GE(estimate.resident_bytes, 190 * kMiB);
    EXPECT_LT(estimate.expected_bytes, 10 * kMiB);
}

TEST_F(GlibcAllocator, PredictsTheMainArenasTop)
{
    RunInChild([this] {
        mallopt(M_TRIM_THRESHOLD, 1 << 30);
        /* Below the mmap threshold, in the main thread: freed from the end, they become the top. */
        std::vector<void *> blocks;
        for (int i = 0; i < 800; ++i) {
            blocks.push_back(malloc(100000));
            std::memset(blocks.back(), 1, 100000);
        }
        while (!blocks.empty()) {
            free(blocks.back());
            blocks.pop_back();
        }
        const auto expected = static_cast<double>(Estimate().expected_bytes);
        const auto released = static_cast<double>(Trim());
        EXPECT_GT(released, 70.0 * kMiB);
        EXPECT_NEAR(expected, released, released * 0.1);
    });
}

/*
 * A large block that is freed raises glibc's dynamic thresholds, and the tops of other arenas then
 * keep what merges into them. Where a trim has dropped the pages of that before, the tops are not
 * resident, which the figures of malloc_info do not show.
 */
void RaiseDynamicThresholds()
{
    void *volatile block = malloc(31 << 20);
    free(block);
}

TEST_F(GlibcAllocator, SeesWhatIsFreeBesideTopsThatAreNotResident)
{
    RunInChild([this] {
        RaiseDynamicThresholds();
        ArenaThreads threads(4, 50 << 20);
        threads.FreeAllBut(50);
        EXPECT_GT(Trim(), 100 * kMiB);
        threads.FreeAllBut(0); /* Merges into the tops what has been dropped. */
        (void)Estimate();      /* As a check of the watermark would. */

        ArenaThreads others(4, 25 << 20);
        others.FreeAllBut(50);
        const auto expected = static_cast<double>(Estimate().expected_bytes);
        const auto released = static_cast<double>(Trim());
        EXPECT_GT(released, 80.0 * kMiB);
        EXPECT_NEAR(expected, released, released * 0.1);
    });
}

TEST_F(GlibcAllocator, DoesNotPredictTopsThatAreInUseAgain)
{
    RunInChild([this] {
        RaiseDynamicThresholds();
        ArenaThreads threads(4, 50 << 20);
        ArenaThreads others(4, 25 << 20); /* Leave free chunks whose pages the trims drop. */
        threads.FreeAllBut(50);
        others.FreeAllBut(50);
        EXPECT_GT(Trim(), 200 * kMiB);
        threads.FreeAllBut(0);
        (void)Trim(); /* Learns that the tops are not resident; */
        threads.FillAgain(50 << 20);
        EXPECT_LT(Estimate().expected_bytes, 10 * kMiB) << "now they are";
    });
}

TEST_F(GlibcAllocator, SeesWhatIsFreeBesideMemoryThatIsInUseAndWasNeverTouched)
{
    RunInChild([this] {
        for (int i = 0; i < 3000; ++i) {
            void *volatile untouched = malloc(100 << 10);
            (void)untouched;
        }
        ArenaThreads threads(2, 60 << 20);
        (void)Estimate(); /* As a check of the watermark would: it sees what is not resident. */
        for (int round = 0; round < 2; ++round) {
            threads.FreeAllBut(50);
            const auto expected = static_cast<double>(Estimate().expected_bytes);
            const auto released = static_cast<double>(Trim());
            EXPECT_GT(released, 80.0 * kMiB) << round;
            EXPECT_NEAR(expected, released, released * 0.1) << round;
            threads.FillAgain(60 << 20);
        }
    });
}

TEST_F(GlibcAllocator, SavesTheWalkWhereTooLittleIsResidentAtAll)
{
    const trim_estimate estimate = Estimate(UINT64_C(1) << 40);
    EXPECT_TRUE(estimate.bound_only);
    EXPECT_LT(estimate.expected_bytes, UINT64_C(1) << 40);
    EXPECT_GE(estimate.expected_bytes, Estimate().expected_bytes);
    EXPECT_FALSE(Estimate(1).bound_only);
}

TEST_F(GlibcAllocator, SeesWhatIsResidentAgainOfTheLastRelease)
{
    ArenaThreads threads(4, 50 << 20);
    threads.FreeAllBut(50);
    (void)Trim();
    EXPECT_LT(Refaulted(), 2 * kMiB);

    threads.FillAgain(30 << 20);
    EXPECT_NEAR(static_cast<double>(Refaulted()), 120.0 * kMiB, 30.0 * kMiB);
}

TEST_F(GlibcAllocator, DoesNotTakeWhatTheArenasHaveGrownByForRefaults)
{
    /* More than any test before has left free in these arenas, so that what follows is fresh. */
    ArenaThreads threads(4, 100 << 20);
    (void)Trim();
    threads.FillAgain(50 << 20);
    EXPECT_LT(Refaulted(), 20 * kMiB);
}

#if __GLIBC_PREREQ(2, 33) // Before, there is no mallinfo2.
TEST_F(GlibcAllocator, FiguresAreThoseOfMallinfo2)
{
    ASSERT_NE(allocator_->figures, nullptr);
    const ArenaThreads threads(2, 5 << 20);
    trim_heap_figures figures = {};
    ASSERT_EQ(allocator_->figures(&figures), 0);
    const auto info = MallInfo();
    EXPECT_EQ(figures.source, TRIM_FIGURES_MALLINFO2);
    EXPECT_EQ(figures.arena, info.arena);
    EXPECT_EQ(figures.ordblks, info.ordblks);
    EXPECT_EQ(figures.smblks, info.smblks);
    EXPECT_EQ(figures.hblks, info.hblks);
    EXPECT_EQ(figures.hblkhd, info.hblkhd);
    EXPECT_EQ(figures.fsmblks, info.fsmblks);
    EXPECT_EQ(figures.uordblks, info.uordblks);
    EXPECT_EQ(figures.fordblks, info.fordblks);
    EXPECT_EQ(figures.keepcost, info.keepcost);
}

TEST_F(GlibcAllocator, FiguresOfTheEstimatesOwnWalkAreTheSameButForFlagsInChunkSizes)
{
    ArenaThreads threads(2, 5 << 20);
    threads.FreeAllBut(10);
    const trim_heap_figures walked = Estimate().figures;
    trim_heap_figures figures = {};
    ASSERT_EQ(allocator_->figures(&figures), 0);
    EXPECT_EQ(walked.source, TRIM_FIGURES_MALLOC_INFO);
    EXPECT_EQ(walked.arena, figures.arena);
    EXPECT_EQ(walked.ordblks, figures.ordblks);
    EXPECT_EQ(walked.smblks, figures.smblks);
    EXPECT_EQ(walked.fsmblks, figures.fsmblks);
    EXPECT_EQ(walked.hblks, figures.hblks);
    EXPECT_EQ(walked.hblkhd, figures.hblkhd);
    const double flags = 7.0 * static_cast<double>(figures.ordblks);
    EXPECT_NEAR(static_cast<double>(walked.fordblks), static_cast<double>(figures.fordblks), flags);
    EXPECT_NEAR(static_cast<double>(walked.uordblks), static_cast<double>(figures.uordblks), flags);
    EXPECT_NEAR(static_cast<double>(walked.keepcost), static_cast<double>(figures.keepcost), 16.0);
}
#endif

TEST_F(GlibcAllocator, DoesNotAllocateWhileItWorks)
{
    (void)Estimate();
    const auto before = MallInfo();
    trim_estimate estimate = {};
    trim_heap_figures figures = {};
    uint64_t bytes = 0;
    for (int i = 0; i < 10; ++i) {
        ASSERT_EQ(allocator_->estimate(0, &estimate), 0);
        ASSERT_EQ(allocator_->refaulted(&bytes, &bytes), 0);
        ASSERT_EQ(allocator_->figures(&figures), kHasMallinfo2 ? 0 : -1);
        ASSERT_EQ(allocator_->learn(bytes, &estimate, &bytes), 0);
    }
    const auto after = MallInfo();
    EXPECT_EQ(after.uordblks, before.uordblks);
    EXPECT_EQ(after.fordblks, before.fordblks);
    EXPECT_EQ(after.hblkhd, before.hblkhd);
}

TEST(AllocatorUnsupported, CanDoNothingButTellItsName)
{
    EXPECT_NE(trim_allocator_unsupported.name, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.estimate, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.refaulted, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.figures, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.choose, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.trim, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.learn, nullptr);
    EXPECT_EQ(trim_allocator_unsupported.tune, nullptr);
}

TEST(AllocatorInCharge, IsNeverGlibcWhereMallocIsASanitizers)
{
    BoundedText description;
    const trim_allocator *allocator = trim_allocator_in_charge(description.get());
    ASSERT_NE(allocator, nullptr);
    EXPECT_NE(description.str(), "");
    EXPECT_EQ(allocator == &trim_allocator_unsupported, kSanitizedMalloc) << description.str();
}

/* Moves the RSS, so that the arenas are looked at again. */
void MoveRss()
{
    const size_t bytes = 8 * kMiB;
    void *memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    std::memset(memory, 1, bytes);
}

TEST_F(GlibcAllocator, ExpectsNothingOfLockedArenasUntilTheyAreUnlocked)
{
    ArenaThreads threads(4, 40 << 20);
    if (mlockall(MCL_CURRENT) != 0) {
        GTEST_SKIP() << "no memory may be locked here";
    }
    threads.FreeAllBut(50);
    MoveRss();
    const trim_estimate locked = Estimate();
    EXPECT_LT(locked.expected_bytes, 8 * kMiB);
    EXPECT_GT(locked.locked_bytes, 4U * 30 * kMiB);
    EXPECT_LT(Trim(), 8 * kMiB);
    MoveRss();
    EXPECT_LT(Estimate().expected_bytes, 8 * kMiB);
    ASSERT_EQ(munlockall(), 0);
    MoveRss();
    const trim_estimate unlocked = Estimate();
    EXPECT_EQ(unlocked.locked_bytes, 0U);
    EXPECT_GT(unlocked.expected_bytes, 4U * 30 * kMiB);
    const uint64_t released = Trim();
    EXPECT_NEAR(static_cast<double>(unlocked.expected_bytes), static_cast<double>(released),
                static_cast<double>(released) / 50);
}

} // namespace
