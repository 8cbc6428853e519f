/* Threads that come to the arenas of the real glibc, each case in a process of its own. */
#include "trimagent/arena_visit.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <iterator>
#include <set>
#include <thread>

#include "arena_threads.h"
#include "child_process.h"
#include "sanitized_malloc.h"
#include "trimagent/arena_scan.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr int kLimit = 6;

size_t ThreadsAlive()
{
    const std::filesystem::directory_iterator tasks("/proc/self/task");
    return static_cast<size_t>(std::distance(begin(tasks), end(tasks)));
}

/* What the visitors did. */
struct Visits {
    std::set<uint64_t> arenas;
    uint64_t count = 0;
    uint64_t wanted = UINT64_MAX; /* Visits after which no more are wanted. */
    size_t alive_max = 0;
    std::set<pid_t> threads;
};

bool Note(void *context, uint64_t arena)
{
    auto *visits = static_cast<Visits *>(context);
    visits->arenas.insert(arena);
    visits->threads.insert(gettid());
    visits->alive_max = std::max(visits->alive_max, ThreadsAlive());
    return ++visits->count < visits->wanted;
}

class ArenaVisit : public testing::Test
{
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_GLIBC_MALLOC();
    }

    /* A process with as many arenas as glibc makes, most of them without a thread. */
    static void MakeArenas(size_t arenas = kLimit)
    {
        mallopt(M_ARENA_MAX, kLimit);
        void *volatile in_main_arena = malloc(5000);
        (void)in_main_arena;
        const ArenaThreads threads(arenas - 1, kMiB);
        Scan();
    }
    static void Scan()
    {
        trim_arena_scan scan = {};
        ASSERT_EQ(trim_arena_scan_run("/proc/self", &scan), 0);
    }

    trim_visit_result Visit(uint64_t threads_max, uint64_t foreign_max)
    {
        const trim_arena_visitor visitor = {&visits_, Note};
        trim_visit_result result = {};
        const size_t alive = ThreadsAlive();
        trim_arena_visit(trim_arena_scan_map(), &visitor, threads_max, foreign_max, &result);
        /* The system forgets a thread a moment after it was joined; one that stays hangs the test.
         */
        while (ThreadsAlive() > alive) {
            sched_yield();
        }
        return result;
    }

    Visits visits_;
};

TEST_F(ArenaVisit, ComesToAllArenasOnceGlibcsLimitIsReached)
{
    RunInChild([this] {
        MakeArenas();
        const trim_visit_result result = Visit(3 * kLimit, 1);
        EXPECT_EQ(visits_.arenas.size(), size_t{kLimit});
        EXPECT_EQ(visits_.arenas.count(TRIM_MAIN_ARENA), 1U);
        EXPECT_EQ(result.threads, uint64_t{3 * kLimit});
        EXPECT_EQ(result.foreign, 0U);
        EXPECT_EQ(result.error, 0);
        EXPECT_GT(result.cpu_ns, 0U);
    });
}

TEST_F(ArenaVisit, ComesToAllArenasWhileTheApplicationsThreadsAreInThem)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, kLimit);
        const ArenaThreads threads(2 * kLimit, kMiB);
        Scan();
        (void)Visit(3 * kLimit, 1);
        EXPECT_EQ(visits_.arenas.size(), size_t{kLimit});
    });
}

TEST_F(ArenaVisit, KnowsArenasThatHaveGrownSinceTheScan)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, kLimit);
        ArenaThreads threads(2 * kLimit, kMiB);
        Scan();
        /* The other arenas begin further heaps; the main one's break moves. */
        threads.FillAgain(40 * kMiB);
        for (int i = 0; i < 1000; ++i) {
            void *volatile kept = malloc(8192);
            (void)kept;
        }
        const trim_visit_result result = Visit(3 * kLimit, 1);
        EXPECT_EQ(result.foreign, 0U);
        EXPECT_EQ(visits_.arenas.size(), size_t{kLimit});
    });
}

TEST_F(ArenaVisit, RunsOneThreadAtATimeAllOfThemAlive)
{
    RunInChild([this] {
        MakeArenas();
        const size_t alive = ThreadsAlive();
        (void)Visit(8, 1);
        EXPECT_EQ(visits_.threads.size(), 8U);
        EXPECT_EQ(visits_.alive_max, alive + 8);
        EXPECT_EQ(visits_.threads.count(gettid()), 0U);
    });
}

TEST_F(ArenaVisit, EndsWhenTheVisitorWantsNoMore)
{
    RunInChild([this] {
        MakeArenas();
        visits_.wanted = 3;
        EXPECT_EQ(Visit(3 * kLimit, 1).threads, 3U);
        EXPECT_EQ(visits_.count, 3U);
    });
}

TEST_F(ArenaVisit, EndsAfterSoManyThreadsOutsideTheMap)
{
    RunInChild([this] {
        MakeArenas(2); /* A thread that finds no free arena makes another, until there are six. */
        const trim_visit_result result = Visit(20, 2);
        EXPECT_EQ(result.foreign, 2U);
        EXPECT_EQ(result.threads, 2 + visits_.count);
        EXPECT_LT(result.threads, 20U);
    });
}

TEST_F(ArenaVisit, StartsNoMoreThreadsThanAllowed)
{
    RunInChild([this] {
        MakeArenas();
        EXPECT_EQ(Visit(0, 1).threads, 0U);
        EXPECT_EQ(Visit(3, 0).threads, 0U);
        /* The system may allow fewer. */
        const trim_visit_result result = Visit(1000, 1);
        EXPECT_LE(result.threads, uint64_t{TRIM_VISIT_THREADS_MAX});
        EXPECT_EQ(result.threads < TRIM_VISIT_THREADS_MAX, result.error != 0);
    });
}

TEST_F(ArenaVisit, EndsWhenNoThreadCanBeStarted)
{
    RunInChild([this] {
        MakeArenas();
        /* There is room for some more stacks in the address space. */
        uint64_t pages = 0;
        FILE *statm = fopen("/proc/self/statm", "r");
        ASSERT_NE(statm, nullptr);
        ASSERT_EQ(fscanf(statm, "%lu", &pages), 1);
        fclose(statm);
        const rlim_t bytes = pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) + 2 * kMiB;
        const rlimit limit = {bytes, RLIM_INFINITY};
        ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
        const trim_visit_result result = Visit(200, 1);
        EXPECT_EQ(result.error, EAGAIN);
        EXPECT_LT(result.threads, 50U);
        EXPECT_EQ(result.threads, visits_.count + result.foreign);
        const rlimit none = {RLIM_INFINITY, RLIM_INFINITY};
        ASSERT_EQ(setrlimit(RLIMIT_AS, &none), 0);
        EXPECT_EQ(Visit(3 * kLimit, 1).error, 0);
        EXPECT_EQ(visits_.arenas.size(), size_t{kLimit}) << "the next visit has what it needs";
    });
}

} // namespace
