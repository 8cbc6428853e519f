/* Borrowing from the real glibc where the kernel gives its arenas huge pages. */
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>

#include "arena_threads.h"
#include "child_process.h"
#include "glibc_fixture.h"
#include "huge_pages.h"
#include "quantity.h"
#include "seccomp.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kThreads = 4;

class GlibcHugePages : public GlibcTest
{
protected:
    void SetUp() override
    {
        GlibcTest::SetUp();
        std::string setting;
        std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), setting);
        if (setting.empty() || setting.find("[never]") != std::string::npos) {
            GTEST_SKIP() << "this machine has no huge pages";
        }
    }

    void Choose(trim_mode mode) const
    {
        trim_tuning tuning = {};
        tuning.arena_max = kThreads + 1;
        Tune(tuning);
        allocator_->choose(mode);
    }

    /* As if it had been there at the start, for the agent. */
    static void SetTunable(const char *tunable)
    {
        ASSERT_EQ(setenv("GLIBC_TUNABLES", tunable, 1), 0);
        ASSERT_NE(trim_allocator_glibc(), nullptr);
    }

    /* Where nobody has to ask for huge pages this changes nothing. */
    static void AskForHugePages()
    {
        trim_arena_scan scan = {};
        ASSERT_EQ(trim_arena_scan_run("/proc/self", &scan), 0);
        const trim_arena_map *map = trim_arena_scan_map();
        for (size_t i = 0; i < map->heap_count; ++i) {
            auto *heap = reinterpret_cast<void *>(map->heaps[i].address);
            ASSERT_EQ(madvise(heap, map->heaps[i].header.size, MADV_HUGEPAGE), 0);
        }
    }
};

/* In chunks that hold whole huge pages. */
constexpr size_t kFewLive = 1000;

TEST_F(GlibcHugePages, DoNotComeBackWhileTheirMemoryIsBorrowed)
{
    RunInChild([this] {
        SetTunable("glibc.malloc.hugetlb=1"); /* As where malloc has asked for them. */
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 128 * kMiB);
        AskForHugePages();
        threads.FreeAllBut(kFewLive);
        const trim_estimate before = Estimate();
        const trim_release release = ReleaseOnce(allocator_);
        EXPECT_FALSE(release.borrow.gave_way);
        EXPECT_EQ(release.arenas_reached, release.arenas_wanted);
        EXPECT_GE(release.borrow.dropped_bytes, before.expected_bytes / 100 * 99);
        EXPECT_LE(release.borrow.dropped_bytes, before.resident_bytes) << "and only once";
        EXPECT_GE(before.resident_bytes - Resident(), before.expected_bytes / 100 * 99);
        EXPECT_TRUE(threads.Intact());
        EXPECT_EQ(prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0) << "they are allowed again";
    });
}

/* Children of these moments would go without huge pages for good. */
TEST_F(GlibcHugePages, AreLeftAloneWhereNobodyAsksForThem)
{
    if (trim_huge_pages_always("")) {
        GTEST_SKIP() << "huge pages come unasked";
    }
    RunInChild([this] {
        SetTunable("glibc.malloc.hugetlb=0");
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 128 * kMiB);
        threads.FreeAllBut(kFewLive);
        (void)Estimate();
        if (KillAt(SYS_prctl)) {
            const trim_release release = ReleaseOnce(allocator_);
            EXPECT_EQ(release.arenas_reached, uint64_t{kThreads});
        }
    });
}

TEST_F(GlibcHugePages, ThatComeUnaskedAndCannotBeHeldOffLeaveItToMallocTrim)
{
    if (!trim_huge_pages_always("")) {
        GTEST_SKIP() << "huge pages come only where they are asked for";
    }
    RunInChild([this] {
        Choose(TRIM_MODE_BORROW);
        ArenaThreads threads(kThreads, 128 * kMiB);
        threads.FreeAllBut(kFewLive);
        (void)Estimate();
        if (Forbid(SYS_prctl)) {
            const trim_release release = ReleaseOnce(allocator_);
            EXPECT_STREQ(release.refusal, "huge pages cannot be held off");
            EXPECT_TRUE(release.trimmed);
        }
    });
}

} // namespace
