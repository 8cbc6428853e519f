/* How far borrowing reaches: glibc's limit of arenas, and what it takes to come to all of them. */
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <map>
#include <string>

extern "C" {
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

TEST(ArenasWithinReach, AreAllOnceTheLimitIsReached)
{
    EXPECT_TRUE(trim_glibc_reaches(TRIM_MIB, 16, 16));
    EXPECT_TRUE(trim_glibc_reaches(0, 17, 16)) << "the main one may come on top";
}

TEST(ArenasWithinReach, AreAllWhereThoseThatAreMissingMakeTheHeapGrowByAHundredthAtMost)
{
    constexpr uint64_t kNewArena = 132 * TRIM_KIB;
    EXPECT_TRUE(trim_glibc_reaches(100 * 4 * kNewArena, 12, 16));
    EXPECT_FALSE(trim_glibc_reaches(100 * 4 * kNewArena - 1, 12, 16));
    EXPECT_FALSE(trim_glibc_reaches(100 * TRIM_MIB, 2, 1024));
}

} // namespace
