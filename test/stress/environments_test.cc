/* The rounds of rounds_test.cc in environments that change what malloc is like. */
#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <vector>

#include "child.h"

namespace stress
{
namespace
{

struct Environment {
    std::string name;
    std::vector<std::string> variables;
    /* Whether the agent borrows there: yes, no, or maybe. Otherwise all is malloc_trim's. */
    std::string borrows;
};

void PrintTo(const Environment &environment, std::ostream *out)
{
    *out << environment.name;
}

class Environments : public testing::TestWithParam<Environment>
{
};

TEST_P(Environments, AreSafe)
{
    std::vector<std::string> variables = GetParam().variables;
    variables.push_back("TRIM_STRESS_BORROWS=" + GetParam().borrows);
    EXPECT_EQ(RunAgain({"--gtest_filter=Rounds.*", "--gtest_brief=1"}, variables), 0);
}

std::vector<Environment> All()
{
    return {
        {"ArenaMax1", {"MALLOC_ARENA_MAX=1"}, "yes"},
        {"ArenaMax4", {"MALLOC_ARENA_MAX=4"}, "yes"},
        {"ArenaMax2ByTunable", {"GLIBC_TUNABLES=glibc.malloc.arena_max=2"}, "yes"},
        {"Perturb", {"MALLOC_PERTURB_=165"}, "no"},
        {"PerturbByTunable", {"GLIBC_TUNABLES=glibc.malloc.perturb=90"}, "no"},
        {"NoTcache", {"GLIBC_TUNABLES=glibc.malloc.tcache_count=0"}, "yes"},
        /* The most that glibc takes before 2.42, and from then on: blocks then come from where the
         * last ones were freed, not from the arena that is asked. */
        {"LargeTcache", {"GLIBC_TUNABLES=glibc.malloc.tcache_max=1032"}, "yes"},
        {"LargerTcache", {"GLIBC_TUNABLES=glibc.malloc.tcache_max=1000000"}, "maybe"},
        {"TransparentHugePages", {"GLIBC_TUNABLES=glibc.malloc.hugetlb=1"}, "yes"},
        {"ReservedHugePages", {"GLIBC_TUNABLES=glibc.malloc.hugetlb=2"}, "no"},
        /* It has an arena of its own beside the main one, which is not always where that is. */
        {"DebuggingMalloc", {"LD_PRELOAD=libc_malloc_debug.so.0", "MALLOC_CHECK_=3"}, "maybe"},
        {"LargeTopPad", {"MALLOC_TOP_PAD_=33554432"}, "yes"}, /* Arenas of one size. */
        {"SmallTopPad", {"MALLOC_ARENA_MAX=2", "MALLOC_TOP_PAD_=0"}, "yes"},
        {"NoTrimThreshold", {"MALLOC_ARENA_MAX=2", "MALLOC_TRIM_THRESHOLD_=0"}, "yes"},
        {"LowMmapThreshold", {"MALLOC_ARENA_MAX=1", "MALLOC_MMAP_THRESHOLD_=65536"}, "yes"},
        {"HighMmapThreshold", {"MALLOC_MMAP_THRESHOLD_=33554432"}, "yes"},
    };
}

INSTANTIATE_TEST_SUITE_P(Of, Environments, testing::ValuesIn(All()),
                         [](const testing::TestParamInfo<Environment> &environment) {
                             return environment.param.name;
                         });

} // namespace
} // namespace stress
