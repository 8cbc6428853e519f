/* Releasing by borrowing, from the real glibc of this machine. Each case in a process of its own.
 */
#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <memory>
#include <thread>
#include <vector>

#include "arena_threads.h"
#include "child_process.h"
#include "glibc_fixture.h"
#include "glibc_info.h"
#include "glibc_release.h"
#include "mallinfo.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 4;

class GlibcBorrow : public GlibcTest
{
protected:
    /* Lets glibc make an arena for each of the threads beside the main one, and no more. */
    void Choose(trim_mode mode, uint64_t arenas = kThreads + 1) const
    {
        trim_tuning tuning = {};
        tuning.arena_max = arenas;
        Tune(tuning);
        allocator_->choose(mode);
    }

    /* What a release in this mode gives back of a gibibyte over four arenas of which a part lives.
     */
    uint64_t ReleasedOfAGibibyte(trim_mode mode, size_t one_in) const
    {
        void *shared = mmap(nullptr, sizeof(uint64_t), PROT_READ | PROT_WRITE,
                            MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        auto *outcome = static_cast<uint64_t *>(shared); /* What the child tells its parent. */
        RunInChild([&] {
            Choose(mode);
            ArenaThreads threads(kThreads, 256 * kMiB);
            threads.FreeAllBut(one_in);
            const trim_release release = Release(outcome);
            EXPECT_EQ(release.borrowed, mode != TRIM_MODE_TRIM);
            EXPECT_TRUE(threads.Intact()) << "data of live blocks";
        });
        const uint64_t released = *outcome;
        munmap(shared, sizeof(uint64_t));
        return released;
    }
};

TEST_F(GlibcBorrow, ReleasesNearlyWhatMallocTrimWouldAndLeavesLiveDataAlone)
{
    const uint64_t by_trim = ReleasedOfAGibibyte(TRIM_MODE_TRIM, 50);
    const uint64_t by_borrow = ReleasedOfAGibibyte(TRIM_MODE_BORROW, 50);
    EXPECT_GT(by_trim, 900 * kMiB);
    EXPECT_GE(by_borrow, by_trim / 100 * 98);
}

TEST_F(GlibcBorrow, ReleasesNearlyWhatMallocTrimWouldWhereAFifthLives)
{
    const uint64_t by_trim = ReleasedOfAGibibyte(TRIM_MODE_TRIM, 5);
    const uint64_t by_auto = ReleasedOfAGibibyte(TRIM_MODE_AUTO, 5);
    EXPECT_GT(by_trim, 600 * kMiB);
    EXPECT_GE(by_auto, by_trim / 100 * 98);
}

TEST_F(GlibcBorrow, ReachesAllArenasAndTellsWhatItDid)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        uint64_t released = 0;
        const trim_release release = Release(&released);
        EXPECT_TRUE(release.borrowed);
        EXPECT_EQ(release.arenas_wanted, uint64_t{kThreads});
        EXPECT_EQ(release.arenas_reached, uint64_t{kThreads});
        EXPECT_FALSE(release.borrow.gave_way);
        EXPECT_GT(release.borrow.pieces, 100U);
        EXPECT_GT(release.borrow.calls, release.borrow.pieces);
        EXPECT_GT(release.borrow.held_max_bytes, 0U);
        if (!release.trimmed) {
            /* Some pages are touched again where chunks are split. */
            EXPECT_NEAR(static_cast<double>(release.borrow.dropped_bytes),
                        static_cast<double>(released), static_cast<double>(released) * 0.05);
        }
    });
}

TEST_F(GlibcBorrow, DoesNotMakeTheHeapGrowAndKeepsNothing)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        (void)Release();
        threads.FillAgain(50 * kMiB);
        threads.FreeAllBut(50);
        const auto before = MallInfo();
        const trim_release release = Release();
        const auto after = MallInfo();
        EXPECT_TRUE(release.borrowed);
        EXPECT_LE(after.uordblks, before.uordblks + 4096) << "a thread's own data, at most";
        EXPECT_LE(after.arena, before.arena + before.arena / 100);
        EXPECT_EQ(after.hblkhd, before.hblkhd);
    });
}

TEST_F(GlibcBorrow, LeavesNothingThatTheNextEstimateWouldExpect)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(50);
        uint64_t released = 0;
        for (int round = 0; round < 3; ++round) {
            const uint64_t expected = Estimate().expected_bytes;
            (void)Release(&released);
            EXPECT_NEAR(static_cast<double>(released), static_cast<double>(expected),
                        static_cast<double>(expected) * 0.1)
                << round;
            EXPECT_LT(Estimate().expected_bytes, released / 50) << round;
            threads.FillAgain(50 * kMiB);
            threads.FreeAllBut(50);
        }
    });
}

/* A large block that is freed raises glibc's dynamic thresholds: tops keep up to 64 MiB then. */
void RaiseDynamicThresholds()
{
    void *volatile block = malloc(31 << 20);
    free(block);
}

TEST_F(GlibcBorrow, ReleasesTheTopsOfNonMainArenas)
{
    for (const trim_mode mode : {TRIM_MODE_BORROW, TRIM_MODE_AUTO}) {
        RunInChild([&] {
            Choose(mode);
            RaiseDynamicThresholds();
            ArenaThreads threads(kThreads, 40 * kMiB);
            threads.FreeAllBut(0);
            const trim_estimate before = Estimate();
            ASSERT_GT(before.wet_tops_bytes, kThreads * 20 * kMiB);
            EXPECT_GE(before.expected_bytes, before.wet_tops_bytes);
            uint64_t released = 0;
            const trim_release release = Release(&released);
            EXPECT_TRUE(release.borrowed);
            EXPECT_GE(release.borrow.top_dropped_bytes, before.wet_tops_bytes / 100 * 95);
            EXPECT_GE(released, before.wet_tops_bytes / 100 * 95);
            EXPECT_LE(Estimate().wet_tops_bytes, before.wet_tops_bytes / 20);
            EXPECT_LT(Estimate().expected_bytes, 8 * kMiB);
        });
    }
}

TEST_F(GlibcBorrow, ExpectsNothingOfTopsThatMallocTrimDoesNotReach)
{
    RunInChild([this] {
        Choose(TRIM_MODE_TRIM);
        RaiseDynamicThresholds();
        ArenaThreads threads(kThreads, 40 * kMiB);
        threads.FreeAllBut(0);
        (void)Release();
        EXPECT_GT(Estimate().wet_tops_bytes, kThreads * 20 * kMiB);
        EXPECT_LT(Estimate().expected_bytes, 8 * kMiB);
    });
}

TEST_F(GlibcBorrow, LeavesShortHoldsToMallocTrimByItself)
{
    RunInChild([this] {
        Choose(TRIM_MODE_AUTO);
        ArenaThreads threads(kThreads, 20 * kMiB);
        threads.FreeAllBut(50);
        uint64_t released = 0;
        const trim_release release = Release(&released);
        EXPECT_TRUE(release.trimmed);
        EXPECT_FALSE(release.borrowed);
        EXPECT_EQ(release.arenas_wanted, 0U);
        EXPECT_GT(released, 60 * kMiB);
    });
}

constexpr uint64_t kSlow = 1000; /* A second for each GiB. */

int Measure(void *context)
{
    const auto *allocator = static_cast<const trim_allocator *>(context);
    trim_estimate estimate = {};
    return allocator->estimate(0, &estimate);
}

TEST_F(GlibcBorrow, BorrowsShortHoldsWhereReleasesHaveTakenLong)
{
    RunInChild([this] {
        Choose(TRIM_MODE_AUTO);
        ArenaThreads threads(kThreads, 20 * kMiB);
        const auto releaser = std::make_unique<trim_glibc_releaser>();
        const trim_cancel cancel = {};
        trim_glibc_order order = {};
        order.mode = TRIM_MODE_AUTO;
        order.cancel = &cancel;
        order.measure = Measure;
        order.context = const_cast<trim_allocator *>(allocator_);
        order.info = trim_glibc_info_last();
        order.malloc_trim = malloc_trim;
        for (const bool slow : {false, true}) {
            threads.FillAgain(20 * kMiB);
            threads.FreeAllBut(50);
            (void)Resident(); /* The map that plans are made by. */
            ASSERT_EQ(Measure(order.context), 0);
            trim_release release = {};
            trim_glibc_release(releaser.get(), &order, &release);
            EXPECT_EQ(release.borrowed, slow);
            EXPECT_EQ(release.refusal, nullptr);
            EXPECT_NE(releaser->lock.ps_per_byte, slow ? kSlow : 0) << "learned from it";
            releaser->lock.ps_per_byte = kSlow;
        }
    });
}

/* Such as buffers that were made large in case they are needed, or what is swapped out. */
TEST_F(GlibcBorrow, ReleasesWhatIsFreeBesideMemoryInUseThatIsNotResident)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ASSERT_EQ(mallopt(M_MMAP_THRESHOLD, 32 << 20), 1);
        std::thread([this] {
            for (int i = 0; i < 20; ++i) {
                void *volatile untouched = malloc(20 * kMiB);
                ASSERT_NE(untouched, nullptr);
            }
            ArenaBlocks blocks(1);
            blocks.Fill(150 * kMiB);
            (void)Estimate(); /* It learns what is in use and not resident. */
            blocks.FreeAllBut(50);
        }).join();
        uint64_t released = 0;
        const trim_release release = Release(&released);
        EXPECT_TRUE(release.borrowed);
        EXPECT_GT(release.borrow.dropped_bytes, 140 * kMiB);
        EXPECT_GT(released, 140 * kMiB);
        EXPECT_LT(Estimate().expected_bytes, 8 * kMiB);
    });
}

/* As where an application locks what it has at its start. */
TEST_F(GlibcBorrow, ReleasesWhatIsNotLockedOfAnArena)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(1, 40 * kMiB);
        if (mlockall(MCL_CURRENT) != 0) {
            return; /* No memory may be locked here. */
        }
        threads.FillAgain(200 * kMiB);
        threads.FreeAllBut(50);
        uint64_t released = 0;
        const trim_release release = Release(&released);
        EXPECT_TRUE(release.borrowed);
        EXPECT_GT(released, 120 * kMiB);
        EXPECT_TRUE(threads.Intact());
    });
}

/*
 * With a large M_TOP_PAD arenas grow by whole heaps, so that many have one size. By the figures of
 * another arena chunks are cut up, and pieces of them taken for the whole.
 */
TEST_F(GlibcBorrow, ReleasesAllOfArenasOfOneSize)
{
    RunInChild([this] {
        trim_tuning tuning = {};
        tuning.arena_max = kThreads + 1;
        tuning.trim_threshold_bytes = 64 * kMiB;
        tuning.mmap_threshold_bytes = 32 * kMiB;
        Tune(tuning);
        allocator_->choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 100 * kMiB);
        threads.FreeAllBut(200);
        const uint64_t expected = Estimate().expected_bytes;
        EXPECT_GT(expected, kThreads * 90 * kMiB);
        uint64_t released = 0;
        const trim_release release = Release(&released);
        EXPECT_EQ(release.arenas_reached, uint64_t{kThreads});
        EXPECT_GE(release.borrow.dropped_bytes, expected / 100 * 98);
        EXPECT_GE(released, expected / 100 * 98);
        EXPECT_TRUE(threads.Intact());
    });
}

/* Blocks for fastbins, of which every other one lives: merging them makes no chunk larger. */
TEST_F(GlibcBorrow, SaysNothingOfBorrowingWhereThereIsNothingToBorrowOnceChunksAreMerged)
{
    RunInChild([this] {
        for (const trim_mode mode : {TRIM_MODE_AUTO, TRIM_MODE_BORROW}) {
            allocator_->choose(mode);
            std::vector<void *> blocks((400 * kMiB) / 112);
            for (void *&block : blocks) {
                block = malloc(100);
                memset(block, 1, 100);
            }
            for (size_t i = 0; i < blocks.size(); i += 2) {
                free(blocks[i]);
            }
            (void)Estimate();
            const trim_release release = ReleaseOnce(allocator_);
            EXPECT_EQ(release.arenas_wanted, 0U);
            EXPECT_FALSE(release.borrowed);
            EXPECT_TRUE(release.trimmed);
            for (size_t i = 1; i < blocks.size(); i += 2) {
                free(blocks[i]);
            }
        }
    });
}

size_t ThreadsAlive()
{
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

/* A machine of so many CPUs: glibc would give each new thread an arena of its own. */
TEST_F(GlibcBorrow, ReachesAllArenasHoweverManyGlibcAllows)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW, 2000);
        ArenaThreads threads(kThreads, 60 * kMiB);
        threads.FreeAllBut(50);
        const size_t before = Estimate().arenas;
        const trim_release release = Release();
        EXPECT_TRUE(release.borrowed);
        EXPECT_EQ(release.arenas_reached, uint64_t{kThreads});
        EXPECT_EQ(Estimate().arenas, before) << "none was made";
        EXPECT_EQ(ThreadsAlive(), 1 + kThreads);
    });
}

/* Sets a limit to the address space that leaves no room. */
class NoRoom
{
public:
    NoRoom()
    {
        uint64_t pages = 0;
        FILE *statm = fopen("/proc/self/statm", "r");
        EXPECT_NE(statm, nullptr);
        EXPECT_EQ(fscanf(statm, "%lu", &pages), 1);
        fclose(statm);
        const rlimit limit = {pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)), RLIM_INFINITY};
        EXPECT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
    }
    ~NoRoom()
    {
        const rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        EXPECT_EQ(setrlimit(RLIMIT_AS, &none), 0);
    }
    NoRoom(const NoRoom &) = delete;
    NoRoom &operator=(const NoRoom &) = delete;
};

TEST_F(GlibcBorrow, NeedsNoRoomInTheAddressSpaceForOtherArenas)
{
    RunInChild([this] {
        Choose(TRIM_MODE_AUTO);
        ArenaThreads threads(kThreads, 150 * kMiB); /* Enough to borrow. */
        threads.FreeAllBut(50);
        const trim_estimate before = Estimate();
        const trim_release release = [this] {
            const NoRoom no_room;
            return ReleaseOnce(allocator_);
        }();
        EXPECT_EQ(release.arenas_reached, release.arenas_wanted);
        EXPECT_GT(release.borrow.dropped_bytes, 300 * kMiB);
        EXPECT_GT(before.resident_bytes - Resident(), 300 * kMiB);
        EXPECT_TRUE(threads.Intact());
    });
}

/* Asked for what it cannot serve, glibc would attach the thread to another arena. */
TEST_F(GlibcBorrow, LeavesAMainArenaThatCannotGrowToMallocTrim)
{
    RunInChild([this] {
        Choose(TRIM_MODE_AUTO);
        ArenaBlocks blocks(1); /* The test's own thread has the main arena. */
        blocks.Fill(300 * kMiB);
        blocks.FreeAllBut(50);
        trim_release release = {};
        const trim_estimate before = Estimate();
        std::thread([&] {
            /* Not in the main arena, as the worker. */
            const NoRoom no_room;
            release = ReleaseOnce(allocator_);
        }).join();
        EXPECT_EQ(release.arenas_wanted, 1U);
        EXPECT_EQ(release.arenas_reached, 0U);
        EXPECT_EQ(release.refusal, nullptr) << "there may be room another time";
        EXPECT_TRUE(release.trimmed);
        EXPECT_GT(before.resident_bytes - Resident(), 200 * kMiB);
        EXPECT_TRUE(blocks.Intact());
    });
}

TEST_F(GlibcBorrow, BorrowsFromTheMainArenaWhereverTheWorkerIs)
{
    for (const uint64_t arenas : {1U, 2U, 100U}) {
        RunInChild([&] {
            Choose(TRIM_MODE_BORROW, arenas);
            ArenaBlocks blocks(1);
            blocks.Fill(300 * kMiB);
            blocks.FreeAllBut(50);
            uint64_t released = 0;
            trim_release release = {};
            std::thread([&] { release = Release(&released); }).join();
            EXPECT_EQ(release.arenas_reached, 1U) << arenas;
            EXPECT_GT(released, 270 * kMiB) << arenas;
            EXPECT_TRUE(blocks.Intact());
        });
    }
}

TEST_F(GlibcBorrow, HoldsNothingWhenItIsCancelledBeforehand)
{
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 60 * kMiB);
        threads.FreeAllBut(50);
        (void)Estimate();
        const auto before = MallInfo();
        const trim_release release = ReleaseOnce(allocator_, true);
        const auto after = MallInfo();
        EXPECT_EQ(release.borrow.pieces, 0U);
        EXPECT_EQ(release.borrow.dropped_bytes, 0U);
        EXPECT_FALSE(release.trimmed);
        EXPECT_LE(after.uordblks, before.uordblks + 4096) << "a thread's own data, at most";
        EXPECT_EQ(after.arena, before.arena);
        EXPECT_TRUE(threads.Intact());
    });
}

/* Releases beside threads at work, many times where it does not pause: on a machine that is busy
 * with others the borrowing thread waits for a CPU so long that its calls are few for the time. */
uint64_t PausedBesideThreadsAtWork(const trim_allocator &allocator, bool hurry)
{
    trim_release release = {};
    const int tries_max = hurry ? 1 : 10;
    for (int tries = 0; tries < tries_max && release.borrow.paused_ns == 0; ++tries) {
        /* Many large chunks in one arena: there calls are a good part of the time. */
        ArenaThreads threads(1, 600 * kMiB);
        threads.FreeAllBut(2);
        trim_estimate estimate = {};
        EXPECT_EQ(allocator.estimate(0, &estimate), 0);
        /* So many that together they have half a CPU whatever else runs on the machine. */
        std::atomic<bool> done{false};
        std::vector<std::thread> at_work(3);
        for (std::thread &thread : at_work) {
            thread = std::thread([&done] {
                while (!done) {
                }
            });
        }
        const trim_cancel cancel = {};
        EXPECT_EQ(allocator.trim(&cancel, hurry, &release), 0);
        done = true;
        for (std::thread &thread : at_work) {
            thread.join();
        }
        EXPECT_GT(release.borrow.pieces, 0U);
    }
    return release.borrow.paused_ns;
}

TEST_F(GlibcBorrow, PausesForThreadsAtWorkUnlessSomebodyWaits)
{
    for (const bool hurry : {false, true}) {
        RunInChild([this, hurry] {
            Choose(TRIM_MODE_BORROW);
            EXPECT_EQ(PausedBesideThreadsAtWork(*allocator_, hurry) == 0, hurry);
        });
    }
}

} // namespace
