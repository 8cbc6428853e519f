/* Entering the arenas of the real glibc, each case in a process of its own. */
#include "arena_enter.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <thread>
#include <vector>

extern "C" {
#include "glibc_blocks.h"
}
#include "arena_scan.h"
#include "arena_threads.h"
#include "child_process.h"
#include "quantity.h"
#include "sanitized_malloc.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;
constexpr size_t kPieceBytes = 20000;

/* The address space cannot grow from here on. */
void LimitAddresses(uint64_t more_bytes = 0)
{
    uint64_t pages = 0;
    FILE *statm = fopen("/proc/self/statm", "r");
    ASSERT_NE(statm, nullptr);
    ASSERT_EQ(fscanf(statm, "%lu", &pages), 1);
    fclose(statm);
    const uint64_t bytes = pages * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) + more_bytes;
    const rlimit limit = {bytes, RLIM_INFINITY};
    ASSERT_EQ(setrlimit(RLIMIT_AS, &limit), 0);
}

class ArenaEnter : public testing::Test
{
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_GLIBC_MALLOC();
    }

    static void Scan()
    {
        trim_arena_scan scan = {};
        ASSERT_EQ(trim_arena_scan_run("/proc/self", &scan), 0);
    }

    /* The arenas of the scan, the main one among them. */
    static std::set<uint64_t> Arenas()
    {
        const trim_arena_map *map = trim_arena_scan_map();
        std::set<uint64_t> arenas = {TRIM_MAIN_ARENA};
        for (size_t i = 0; i < map->heap_count; ++i) {
            arenas.insert(map->heaps[i].header.arena);
        }
        return arenas;
    }

    void Open()
    {
        trim_arena_world world = {};
        trim_glibc_arena_world(reinterpret_cast<uint64_t>(&malloc_trim), &world);
        trim_arena_open(&door_, &world, trim_arena_scan_map());
    }

    uint64_t Word() const
    {
        return door_.world.words[door_.word];
    }

    /* Takes a piece from each arena, and gives all back. Returns the arenas that served. */
    std::set<uint64_t> TakeFromAll(const std::set<uint64_t> &arenas)
    {
        std::set<uint64_t> served;
        std::vector<void *> pieces;
        const uint64_t own = door_.proven ? Word() : 0;
        for (const uint64_t arena : arenas) {
            if (!trim_arena_enter(&door_, arena, kPieceBytes)) {
                continue;
            }
            pieces.push_back(malloc(kPieceBytes));
            EXPECT_TRUE(trim_arena_inside(&door_));
            trim_arena_leave(&door_);
            EXPECT_TRUE(!door_.proven || Word() == own);
            uint64_t came_from = 1;
            EXPECT_TRUE(trim_glibc_arena_of(pieces.back(), &came_from));
            if (came_from == arena) {
                served.insert(arena);
            }
        }
        for (void *piece : pieces) {
            free(piece);
        }
        return served;
    }

    /* On a thread of its own, as the worker is: it begins and ends with its own arena. */
    static void OnThread(const std::function<void()> &body)
    {
        std::thread(body).join();
    }

    trim_arena_door door_ = {};
};

TEST_F(ArenaEnter, ComesToEveryArenaHoweverManyThereMayBe)
{
    for (const int limit : {0, 40, 1000}) {
        RunInChild([&] {
            if (limit != 0) {
                mallopt(M_ARENA_MAX, limit);
            }
            const ArenaThreads threads(60, kMiB);
            OnThread([this] {
                Scan();
                const std::set<uint64_t> arenas = Arenas();
                EXPECT_GT(arenas.size(), 8U);
                Open();
                EXPECT_EQ(door_.refusal, nullptr);
                EXPECT_EQ(TakeFromAll(arenas), arenas);
                EXPECT_EQ(TakeFromAll(arenas), arenas) << "again";
            });
        });
    }
}

/* Each with a word of its own, that names no arena before the first block. */
TEST_F(ArenaEnter, FromOneThreadAfterTheOther)
{
    RunInChild([this] {
        const ArenaThreads threads(5, kMiB);
        for (int thread = 0; thread < 3; ++thread) {
            OnThread([this] {
                Scan();
                Open();
                EXPECT_EQ(door_.refusal, nullptr);
                EXPECT_EQ(TakeFromAll(Arenas()), Arenas());
            });
        }
    });
}

TEST_F(ArenaEnter, FromTheMainArenaToo)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 6);
        const ArenaThreads threads(8, kMiB);
        Scan();
        Open();
        EXPECT_EQ(door_.refusal, nullptr);
        EXPECT_TRUE(door_.proven);
        EXPECT_EQ(Word(), door_.main_address);
        EXPECT_EQ(TakeFromAll(Arenas()), Arenas());
    });
}

TEST_F(ArenaEnter, WithTheMainArenaAloneNeedsNoWord)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 1);
        const ArenaThreads threads(2, kMiB);
        OnThread([this] {
            Scan();
            Open();
            EXPECT_EQ(door_.refusal, nullptr);
            EXPECT_FALSE(door_.proven);
            EXPECT_EQ(TakeFromAll({TRIM_MAIN_ARENA}).size(), 1U);
        });
    });
}

TEST_F(ArenaEnter, WithOneArenaBesideTheMainOneIsProvenByThat)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 2);
        const ArenaThreads threads(4, kMiB);
        OnThread([this] {
            Scan();
            Open();
            EXPECT_TRUE(door_.proven);
            EXPECT_EQ(TakeFromAll(Arenas()), Arenas());
        });
    });
}

/* glibc counts the threads of each arena, and ends the process where the count is wrong. */
TEST_F(ArenaEnter, LeavesGlibcsCountOfThreadsAsItWas)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 4);
        for (int round = 0; round < 20; ++round) {
            const ArenaThreads threads(6, kMiB);
            OnThread([this] {
                Scan();
                door_ = {};
                Open();
                EXPECT_EQ(TakeFromAll(Arenas()), Arenas());
            });
        }
        /* Arenas without threads are taken from a list, which must hold each once. */
        const ArenaThreads threads(20, kMiB);
    });
}

TEST_F(ArenaEnter, AsksNothingOfAMainArenaThatMayBeUnableToServe)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 6); /* One for each thread. */
        ArenaThreads threads(4, 8 * kMiB);
        threads.FreeAllBut(50);
        OnThread([this] {
            Scan();
            Open();
            ASSERT_TRUE(door_.proven);
            LimitAddresses();
            std::set<uint64_t> others = Arenas();
            others.erase(TRIM_MAIN_ARENA);
            EXPECT_EQ(TakeFromAll(Arenas()), others);
            EXPECT_EQ(door_.refusal, nullptr);
        });
    });
}

TEST_F(ArenaEnter, PassesOverAnArenaThatCannotServe)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 6); /* One for each thread. */
        const ArenaThreads threads(4, kMiB);
        OnThread([this] {
            Scan();
            Open();
            ASSERT_TRUE(door_.proven);
            const uint64_t own = Word();
            LimitAddresses();
            for (const uint64_t arena : Arenas()) {
                if (arena != TRIM_MAIN_ARENA && trim_arena_enter(&door_, arena, 0)) {
                    /* More than any arena has: neither this one nor the main one has it, and malloc
                     * goes no further. */
                    void *volatile piece = malloc(512 * kMiB);
                    EXPECT_EQ(piece, nullptr);
                    EXPECT_TRUE(trim_arena_inside(&door_));
                    trim_arena_leave(&door_);
                    EXPECT_EQ(Word(), own);
                }
            }
            EXPECT_EQ(door_.refusal, nullptr);
        });
    });
}

/* What would happen if all room went between two looks at it. */
TEST_F(ArenaEnter, SurvivesAMainArenaThatCannotServeOnce)
{
    RunInChild([this] {
        mallopt(M_ARENA_MAX, 6); /* One for each thread. */
        ArenaThreads threads(4, kMiB);
        OnThread([this] {
            Scan();
            Open();
            ASSERT_TRUE(door_.proven);
            const uint64_t own = Word();
            ASSERT_TRUE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
            LimitAddresses();
            /* glibc goes through the arenas in turn. */
            for (int tries = 0; tries < 10 && trim_arena_inside(&door_); ++tries) {
                void *volatile piece = malloc(512 * kMiB);
                EXPECT_EQ(piece, nullptr);
            }
            EXPECT_FALSE(trim_arena_inside(&door_)) << "glibc has attached the thread elsewhere";
            trim_arena_leave(&door_);
            EXPECT_EQ(Word(), own);
            EXPECT_NE(door_.refusal, nullptr);
            EXPECT_FALSE(trim_arena_enter(&door_, TRIM_MAIN_ARENA, 0));
        });
        threads.FillAgain(0);
    });
}

} // namespace
