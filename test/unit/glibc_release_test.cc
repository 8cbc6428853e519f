/* How far borrowing reaches: glibc's limit of arenas, and what it takes to come to all of them. */
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>

extern "C" {
#include "glibc_environment.h"
#include "glibc_release.h"
}
#include "trimagent/quantity.h"
#include "trimagent/tuning.h"

namespace
{

std::map<std::string, std::string> environment;

const char *FakeVariable(const char *name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
}

uint64_t Limit(const std::map<std::string, std::string> &variables, uint64_t set_by_agent = 0)
{
    environment = variables;
    return trim_glibc_arena_limit(set_by_agent, FakeVariable);
}

uint64_t OwnLimit()
{
    return TRIM_ARENAS_FOR_CPU * static_cast<uint64_t>(sysconf(_SC_NPROCESSORS_ONLN));
}

TEST(ArenaLimit, IsEightForEachCpuThatIsOnline)
{
    EXPECT_EQ(Limit({}), OwnLimit());
}

TEST(ArenaLimit, IsWhatTheEnvironmentSays)
{
    EXPECT_EQ(Limit({{"MALLOC_ARENA_MAX", "3"}}), 3U);
    EXPECT_EQ(Limit({{"GLIBC_TUNABLES", "glibc.malloc.arena_max=5"}}), 5U);
    EXPECT_EQ(Limit({{"GLIBC_TUNABLES",
                      "glibc.malloc.tcache_count=0:glibc.malloc.arena_max=5:glibc.rtld.nns=3"}}),
              5U);
}

TEST(ArenaLimit, IsWhatTheAgentHasSetWhateverTheEnvironmentSays)
{
    EXPECT_EQ(Limit({{"MALLOC_ARENA_MAX", "3"}}, 7), 7U);
}

TEST(ArenaLimit, IsGlibcsOwnWhereTheEnvironmentSaysNothingOfUse)
{
    for (const char *nothing : {"", "0", "x"}) {
        EXPECT_EQ(Limit({{"MALLOC_ARENA_MAX", nothing}}), OwnLimit()) << nothing;
        EXPECT_EQ(Limit({{"GLIBC_TUNABLES", std::string("glibc.malloc.arena_max=") + nothing}}),
                  OwnLimit())
            << nothing;
    }
    EXPECT_EQ(Limit({{"GLIBC_TUNABLES", "glibc.malloc.arena_test=5"}}), OwnLimit());
}

constexpr uint64_t kNewArena = 132 * TRIM_KIB;

TEST(ArenasWithinReach, AreAllOnceTheLimitIsReached)
{
    EXPECT_TRUE(trim_glibc_reaches(TRIM_MIB, 16, 16, kNewArena));
    EXPECT_TRUE(trim_glibc_reaches(0, 17, 16, kNewArena)) << "the main one may come on top";
}

TEST(ArenasWithinReach, AreAllWhereThoseThatAreMissingMakeTheHeapGrowByAHundredthAtMost)
{
    EXPECT_TRUE(trim_glibc_reaches(100 * 4 * kNewArena, 12, 16, kNewArena));
    EXPECT_FALSE(trim_glibc_reaches(100 * 4 * kNewArena - 1, 12, 16, kNewArena));
    EXPECT_FALSE(trim_glibc_reaches(100 * TRIM_MIB, 2, 1024, kNewArena));
}

uint64_t NewArena(const std::map<std::string, std::string> &variables, uint64_t set_by_agent = 0)
{
    environment = variables;
    return trim_glibc_new_arena_bytes(set_by_agent, FakeVariable);
}

TEST(NewArena, TakesWhatItsTopIsPaddedWith)
{
    EXPECT_EQ(NewArena({}), kNewArena);
    EXPECT_EQ(NewArena({}, 8 * TRIM_MIB), 8 * TRIM_MIB + 4 * TRIM_KIB);
    EXPECT_EQ(NewArena({{"MALLOC_TOP_PAD_", "1048576"}}, 8 * TRIM_MIB), TRIM_MIB + 4 * TRIM_KIB)
        << "the environment's stays";
    EXPECT_EQ(NewArena({{"GLIBC_TUNABLES", "glibc.malloc.top_pad=0x100000"}}),
              TRIM_MIB + 4 * TRIM_KIB);
    EXPECT_EQ(NewArena({{"MALLOC_TOP_PAD_", "0"}}), kNewArena) << "a heap's least size";
    EXPECT_EQ(NewArena({{"MALLOC_TOP_PAD_", "1073741824"}}), 64 * TRIM_MIB) << "and its most";
}

uint64_t Heap(const char *tunables, uint64_t huge_page_bytes = 2 * TRIM_MIB)
{
    environment.clear();
    if (tunables != nullptr) {
        environment["GLIBC_TUNABLES"] = tunables;
    }
    return trim_glibc_heap_bytes(huge_page_bytes, FakeVariable);
}

TEST(LargestHeap, IsFourHugePagesWhereArenasAreOnThem)
{
    EXPECT_EQ(Heap(nullptr), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=0"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=1"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2"), 8 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2", 512 * TRIM_MIB), 2048 * TRIM_MIB) << "64 KiB pages";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=1073741824"), 4096 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2", 0), 64 * TRIM_MIB) << "the system has none";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=3"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=3000000"), 64 * TRIM_MIB) << "no power of two";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=9223372036854775808"), 64 * TRIM_MIB);
}

bool IsRefused(const std::map<std::string, std::string> &variables)
{
    environment = variables;
    return trim_glibc_refusal(FakeVariable) != nullptr;
}

TEST(Refusal, IsWhereBorrowedMemoryIsWrittenToOrCannotBeDropped)
{
    EXPECT_TRUE(IsRefused({{"MALLOC_PERTURB_", "165"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.perturb=90"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=2"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=2097152"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.mem.tagging=3"}}));
}

TEST(Refusal, IsNowhereElse)
{
    EXPECT_FALSE(IsRefused({}));
    EXPECT_FALSE(IsRefused({{"MALLOC_PERTURB_", "0"}, {"MALLOC_CHECK_", "3"}}));
    EXPECT_FALSE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.perturb=0"}}));
}

} // namespace
