#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "memory_limit.h"
#include "memory_limit_texts.h"
#include "quantity.h"

namespace
{

const std::string kV1Unlimited = "9223372036854771712\n";

void PutV1(const CgroupTree &tree, const std::string &directory, const std::string &limit,
           const std::string &hierarchical, uint64_t usage = 0, uint64_t inactive = 0)
{
    tree.Cgroup(directory);
    tree.Put(directory + "/memory.limit_in_bytes", limit);
    tree.Put(directory + "/memory.usage_in_bytes", std::to_string(usage * TRIM_MIB) + "\n");
    tree.Put(directory + "/memory.stat", "inactive_file 5\nhierarchical_memory_limit " +
                                             hierarchical + "total_inactive_file " +
                                             std::to_string(inactive * TRIM_MIB) + "\n");
}

void MakeV1(const CgroupTree &tree, const std::string &path)
{
    tree.Membership("4:memory:" + path + "\n0::/\n");
    tree.Mounts("9 8 0:1 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
                "9 8 0:1 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    tree.Cgroup("/sys/fs/cgroup/unified");
    PutV1(tree, "/sys/fs/cgroup/memory", kV1Unlimited, kV1Unlimited);
}

TEST(MemoryLimitOfV1, IsFoundWithItsFill)
{
    const CgroupTree tree;
    MakeV1(tree, "/pod/ctr");
    tree.Host("25165824");
    PutV1(tree, "/sys/fs/cgroup/memory/pod", "268435456\n", "268435456\n", 200, 40);
    PutV1(tree, "/sys/fs/cgroup/memory/pod/ctr", kV1Unlimited, "268435456\n", 100, 10);
    trim_memory_limit limit = Open(tree);
    EXPECT_EQ(LimitText(limit, tree),
              "memory limit 256M (cgroup v1, /sys/fs/cgroup/memory/pod/memory.limit_in_bytes)");
    EXPECT_EQ(FillText(limit, tree),
              "62% full: working set 160M of 256M, usage 200M (/sys/fs/cgroup/memory/pod)");
    /* Kernels before hierarchical_memory_limit, or a memory.stat that cannot be read. */
    tree.Put("/sys/fs/cgroup/memory/pod/ctr/memory.stat", "");
    limit = Open(tree);
    EXPECT_EQ(limit.limit_bytes, 256 * TRIM_MIB);
}

TEST(MemoryLimitOfV1, IsUnlimitedAtTheLargestNumbersOfAllKernels)
{
    for (const char *unlimited : {"9223372036854771712\n", "9223372036854710272\n",
                                  "9223372036854775807\n", "18446744073709551615\n"}) {
        const CgroupTree tree;
        MakeV1(tree, "/");
        PutV1(tree, "/sys/fs/cgroup/memory", unlimited, unlimited);
        EXPECT_EQ(Open(tree).source, TRIM_LIMIT_UNKNOWN) << unlimited;
        tree.Remove("/sys/fs/cgroup/memory/memory.stat");
        EXPECT_EQ(Open(tree).source, TRIM_LIMIT_UNKNOWN) << unlimited;
        tree.Host("4096");
        EXPECT_EQ(LimitText(Open(tree), tree),
                  "memory limit 4M (the host's, none lower in cgroup v1, /sys/fs/cgroup/memory)");
    }
}

TEST(MemoryLimitOfV1, KnowsAncestorsOutOfSight)
{
    const CgroupTree tree;
    tree.Membership("4:memory:/pod/ctr\n");
    tree.Mounts("9 8 0:1 /pod/ctr /sys/fs/cgroup/memory ro - cgroup cgroup rw,memory\n");
    tree.Host("25165824");
    PutV1(tree, "/sys/fs/cgroup/memory", "536870912\n", "268435456\n", 128, 0);
    const trim_memory_limit limit = Open(tree);
    EXPECT_EQ(limit.source, TRIM_LIMIT_HIDDEN);
    EXPECT_EQ(LimitText(limit, tree), "memory limit 256M (cgroup v1, of an ancestor out of sight, "
                                      "/sys/fs/cgroup/memory/memory.stat)");
    EXPECT_EQ(FillText(limit, tree),
              "50% full: working set 128M of 256M, usage 128M (/sys/fs/cgroup/memory)");
}

TEST(MemoryLimitOfV1, LeavesOutAncestorsThatDoNotBind)
{
    const CgroupTree tree;
    MakeV1(tree, "/pod/ctr");
    tree.Host("25165824");
    PutV1(tree, "/sys/fs/cgroup/memory/pod", "1048576\n", "1048576\n", 1, 0);
    PutV1(tree, "/sys/fs/cgroup/memory/pod/ctr", "268435456\n", "268435456\n", 100, 10);
    EXPECT_EQ(LimitText(Open(tree), tree),
              "memory limit 256M (cgroup v1, /sys/fs/cgroup/memory/pod/ctr/memory.limit_in_bytes)");
    PutV1(tree, "/sys/fs/cgroup/memory/pod/ctr", kV1Unlimited, kV1Unlimited, 100, 10);
    EXPECT_EQ(Open(tree).source, TRIM_LIMIT_HOST);
}

} // namespace
