#include "memory_limit.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "memory_limit_texts.h"
#include "quantity.h"

namespace
{

const std::string kTop = "/sys/fs/cgroup";

/* A cgroup of v2 with its files, in MiB; 0 is "max". */
void PutV2(const CgroupTree &tree, const std::string &directory, uint64_t max, uint64_t current,
           uint64_t inactive, uint64_t high = 0)
{
    const auto bytes = [](uint64_t mib) {
        return (mib == 0 ? "max" : std::to_string(mib * TRIM_MIB)) + "\n";
    };
    tree.Cgroup(directory);
    tree.Put(directory + "/memory.max", bytes(max));
    tree.Put(directory + "/memory.high", bytes(high));
    tree.Put(directory + "/memory.current", std::to_string(current * TRIM_MIB) + "\n");
    tree.Put(directory + "/memory.stat",
             "anon 1\ninactive_file " + std::to_string(inactive * TRIM_MIB) + "\nactive_file 7\n");
}

TEST(MemoryLimit, OfAContainerWithV2)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Host("25165824");
    PutV2(tree, kTop, 512, 301, 60);
    const trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_CGROUP);
    EXPECT_EQ(limit.limit_bytes, 512 * TRIM_MIB);
    EXPECT_EQ(limit.usage_bytes, 301 * TRIM_MIB);
    EXPECT_EQ(limit.working_set_bytes, 241 * TRIM_MIB);
    EXPECT_EQ(LimitText(limit, tree), "memory limit 512M (cgroup v2, /sys/fs/cgroup/memory.max)");
    EXPECT_EQ(FillText(limit, tree),
              "47% full: working set 241M of 512M, usage 301M (/sys/fs/cgroup)");
}

TEST(MemoryLimit, IsTheSmallestUpTheTree)
{
    const CgroupTree tree;
    tree.Unified("/pod/ctr");
    tree.Host("25165824");
    PutV2(tree, kTop + "/pod/ctr", 0, 100, 0);
    PutV2(tree, kTop + "/pod", 400, 100, 0);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 400M (cgroup v2, /sys/fs/cgroup/pod/memory.max)");
    PutV2(tree, kTop + "/pod/ctr", 300, 100, 0);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 300M (cgroup v2, /sys/fs/cgroup/pod/ctr/memory.max)");
    PutV2(tree, kTop + "/pod/ctr", 500, 100, 0);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 400M (cgroup v2, /sys/fs/cgroup/pod/memory.max)");
    /* Of two equal ones the nearer is named. */
    PutV2(tree, kTop + "/pod/ctr", 400, 100, 0);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 400M (cgroup v2, /sys/fs/cgroup/pod/ctr/memory.max)");
}

TEST(MemoryLimit, IsFoundAboveALevelWithoutTheController)
{
    const CgroupTree tree;
    tree.Unified("/pod/ctr");
    tree.Host("25165824");
    tree.Cgroup(kTop + "/pod/ctr");
    PutV2(tree, kTop + "/pod", 400, 100, 0);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 400M (cgroup v2, /sys/fs/cgroup/pod/memory.max)");
}

TEST(MemoryLimit, IsTheHostsWhereNoneIsLower)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Host("4096");
    PutV2(tree, kTop, 0, 100, 0);
    trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_HOST);
    EXPECT_EQ(limit.limit_bytes, 4 * TRIM_MIB);
    EXPECT_EQ(LimitText(limit, tree),
              "memory limit 4M (the host's, none lower in cgroup v2, /sys/fs/cgroup)");
    EXPECT_EQ(FillText(limit, tree), "26% full: working set 1.07M of 4M, usage 3.02M (the host)");
    PutV2(tree, kTop, 5, 1, 0);
    limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_HOST);
    EXPECT_EQ(limit.limit_bytes, 4 * TRIM_MIB);
    PutV2(tree, kTop, 3, 1, 0);
    EXPECT_EQ(Open(tree).source, TRIM_LIMIT_CGROUP);
}

TEST(MemoryLimit, IsTheHostsWhereNoCgroupIsVisible)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Host("4096");
    tree.Remove("/sys");
    EXPECT_EQ(LimitText(Open(tree), tree), "memory limit 4M (the host's, no cgroup visible)");
}

TEST(MemoryLimit, IsUnknownWithoutProc)
{
    const CgroupTree tree;
    trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_UNKNOWN);
    EXPECT_EQ(limit.limit_bytes, 0U);
    EXPECT_FALSE(limit.fill_known);
    EXPECT_EQ(LimitText(limit, tree),
              "memory limit unknown (no cgroup visible; /proc/meminfo unreadable)");
    EXPECT_EQ(FillText(limit, tree), "fill unknown");
    /* A limit is one without knowing the host. */
    tree.Unified("/");
    PutV2(tree, kTop, 512, 301, 60);
    EXPECT_EQ(Open(tree).limit_bytes, 512 * TRIM_MIB);
}

TEST(MemoryLimit, SaysWhereTheOwnCgroupIsHidden)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Mounts("9 8 0:1 /.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
    PutV2(tree, kTop, 512, 301, 60);
    EXPECT_EQ(LimitText(Open(tree), tree), "memory limit 512M (cgroup v2, "
                                           "/sys/fs/cgroup/memory.max; its own cgroup is not "
                                           "visible)");
}

TEST(MemoryLimit, HighIsNoLimitButACeiling)
{
    const CgroupTree tree;
    tree.Unified("/");
    tree.Host("25165824");
    PutV2(tree, kTop, 512, 300, 0, 400);
    trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.limit_bytes, 512 * TRIM_MIB);
    EXPECT_EQ(limit.high_bytes, 400 * TRIM_MIB);
    EXPECT_EQ(LimitText(limit, tree),
              "memory limit 512M (cgroup v2, /sys/fs/cgroup/memory.max; memory.high 400M)");
    EXPECT_EQ(FillText(limit, tree),
              "75% full: working set 300M of 400M, usage 300M (/sys/fs/cgroup)");
    /* Without a limit the host's memory is one, and its fill counts where it is fuller. */
    PutV2(tree, kTop, 0, 300, 0, 400);
    EXPECT_EQ(Open(tree).fill_permille, 999U);
    tree.Put("/proc/meminfo",
             "MemTotal: 25165824 kB\nMemFree: 20000000 kB\nMemAvailable: 20000000 kB\n");
    limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_HOST);
    EXPECT_EQ(limit.fill_permille, 750U);
}

TEST(MemoryLimit, FillIsThatOfTheFullest)
{
    const CgroupTree tree;
    tree.Unified("/pod/ctr");
    tree.Host("25165824");
    PutV2(tree, kTop + "/pod/ctr", 300, 100, 0);
    PutV2(tree, kTop + "/pod", 1000, 900, 0);
    const trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.limit_bytes, 300 * TRIM_MIB);
    EXPECT_EQ(limit.ceiling_bytes, 1000 * TRIM_MIB);
    EXPECT_EQ(limit.fill_permille, 900U);
    EXPECT_EQ(FillText(limit, tree),
              "90% full: working set 900M of 1000M, usage 900M (/sys/fs/cgroup/pod)");
}

TEST(MemoryLimit, FillSurvivesMissingAndHostileFiles)
{
    const CgroupTree tree;
    tree.Unified("/");
    PutV2(tree, kTop, 512, 301, 400); /* More inactive than used. */
    EXPECT_EQ(Open(tree).working_set_bytes, 0U);
    tree.Put(kTop + "/memory.stat", std::string(20000, 'x'));
    EXPECT_EQ(Open(tree).working_set_bytes, 301 * TRIM_MIB);
    tree.Put(kTop + "/memory.current", "18446744073709551615\n");
    EXPECT_EQ(Open(tree).fill_permille, UINT32_MAX);
    tree.Put(kTop + "/memory.current", "2305843009213693952\n"); /* Times 1000 it wraps to 0. */
    EXPECT_EQ(Open(tree).fill_permille, UINT32_MAX);
    tree.Put(kTop + "/memory.current", "none\n");
    EXPECT_FALSE(Open(tree).fill_known);
    for (const char *bad : {"", "0\n", "max", "-5\n", "12", "x\n"}) {
        tree.Put(kTop + "/memory.max", bad);
        EXPECT_EQ(Open(tree).source, TRIM_LIMIT_UNKNOWN) << bad;
    }
    tree.Put(kTop + "/memory.max", "1\n");
    tree.Put(kTop + "/memory.current", "18446744073709551615\n");
    EXPECT_EQ(Open(tree).limit_bytes, 1U);
}

TEST(MemoryLimitRefresh, TellsOfEachChange)
{
    const CgroupTree tree;
    tree.Unified("/pod/ctr");
    tree.Host("25165824");
    PutV2(tree, kTop + "/pod/ctr", 300, 100, 0);
    PutV2(tree, kTop + "/pod", 0, 100, 0);
    trim_memory_limit limit = Open(tree);
    EXPECT_FALSE(trim_memory_limit_refresh(&limit));
    PutV2(tree, kTop + "/pod/ctr", 300, 200, 0);
    EXPECT_FALSE(trim_memory_limit_refresh(&limit));
    EXPECT_EQ(limit.usage_bytes, 200 * TRIM_MIB);
    PutV2(tree, kTop + "/pod/ctr", 350, 200, 0);
    EXPECT_TRUE(trim_memory_limit_refresh(&limit));
    EXPECT_EQ(limit.limit_bytes, 350 * TRIM_MIB);
    PutV2(tree, kTop + "/pod/ctr", 0, 200, 0);
    EXPECT_TRUE(trim_memory_limit_refresh(&limit));
    EXPECT_EQ(limit.source, TRIM_LIMIT_HOST);
    PutV2(tree, kTop + "/pod", 0, 100, 0, 90);
    EXPECT_TRUE(trim_memory_limit_refresh(&limit));
    tree.Membership("0::/pod\n");
    EXPECT_TRUE(trim_memory_limit_refresh(&limit));
    EXPECT_FALSE(trim_memory_limit_refresh(&limit));
}

} // namespace
