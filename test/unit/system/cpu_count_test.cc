#include "cpu_count.h"

#include <gtest/gtest.h>
#include <sched.h>

#include <cstdint>
#include <string>

#include "cgroup_tree.h"
#include "child_process.h"
#include "guarded_text.h"

namespace
{

uint64_t CpuMax(const std::string &text)
{
    const GuardedText guarded(text);
    return trim_parse_cpu_max(guarded.data(), guarded.size());
}

uint64_t Cfs(const std::string &quota, const std::string &period)
{
    const GuardedText guarded_quota(quota);
    const GuardedText guarded_period(period);
    return trim_parse_cfs_quota(guarded_quota.data(), guarded_quota.size(), guarded_period.data(),
                                guarded_period.size());
}

TEST(CpuQuota, IsRoundedUpToWholeCpus)
{
    EXPECT_EQ(CpuMax("200000 100000\n"), 2U);
    EXPECT_EQ(CpuMax("200001 100000\n"), 3U);
    EXPECT_EQ(CpuMax("50000 100000\n"), 1U);
    EXPECT_EQ(CpuMax("1000 100000"), 1U);
    EXPECT_EQ(Cfs("150000\n", "100000\n"), 2U);
    EXPECT_EQ(Cfs("100000\n", "100000\n"), 1U);
}

TEST(CpuQuota, IsNoneWhereThereIsNone)
{
    EXPECT_EQ(CpuMax("max 100000\n"), 0U);
    EXPECT_EQ(Cfs("-1\n", "100000\n"), 0U);
}

TEST(CpuQuota, IsNoneInMalformedText)
{
    for (const char *text : {"", " ", "\n", "100000", "100000\n", "100000 ", "100000 \n", " 100000",
                             "0 100000\n", "100000 0\n", "-5 100000\n", "x 100000\n", "100000 x\n",
                             "1e5 100000\n", "100000  100000\n", "99999999999999999999 1\n"}) {
        EXPECT_EQ(CpuMax(text), 0U) << text;
    }
    EXPECT_EQ(Cfs("", "100000\n"), 0U);
    EXPECT_EQ(Cfs("100000\n", ""), 0U);
    EXPECT_EQ(Cfs("100000\n", "0\n"), 0U);
    EXPECT_EQ(CpuMax("18446744073709551615 1\n"), UINT64_MAX) << "nothing overflows";
}

/* The test's affinity allows at least one CPU; quotas of a part of one and of many tell apart. */
class CpuCount : public testing::Test
{
protected:
    CpuCount()
    {
        cpu_set_t set;
        CPU_ZERO(&set);
        EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
        allowed_ = static_cast<uint64_t>(CPU_COUNT(&set));
    }

    uint64_t Count() const
    {
        return trim_cpu_count(tree_.root());
    }

    CgroupTree tree_;
    uint64_t allowed_ = 0;
};

TEST_F(CpuCount, IsTheAffinitysWithoutACgroup)
{
    EXPECT_EQ(Count(), allowed_);
}

TEST_F(CpuCount, IsTheAffinitysWithoutAQuota)
{
    tree_.Unified("/pod/ctr");
    tree_.Cgroup("/sys/fs/cgroup/pod/ctr");
    EXPECT_EQ(Count(), allowed_);
    tree_.Put("/sys/fs/cgroup/pod/ctr/cpu.max", "max 100000\n");
    tree_.Put("/sys/fs/cgroup/pod/cpu.max", "nonsense\n");
    EXPECT_EQ(Count(), allowed_);
}

TEST_F(CpuCount, FollowsTheAffinityOfTheProcess)
{
    RunInChild([this] {
        cpu_set_t one;
        CPU_ZERO(&one);
        for (int cpu = 0; CPU_COUNT(&one) == 0; ++cpu) {
            cpu_set_t set;
            CPU_ZERO(&set);
            ASSERT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
            if (CPU_ISSET(cpu, &set)) {
                CPU_SET(cpu, &one);
            }
        }
        ASSERT_EQ(sched_setaffinity(0, sizeof one, &one), 0);
        EXPECT_EQ(Count(), 1U);
    });
}

TEST_F(CpuCount, IsTheSmallestQuotaUpTheTree)
{
    tree_.Unified("/pod/ctr");
    tree_.Cgroup("/sys/fs/cgroup/pod/ctr");
    tree_.Cgroup("/sys/fs/cgroup/pod");
    tree_.Put("/sys/fs/cgroup/pod/ctr/cpu.max", "6400000 100000\n");
    EXPECT_EQ(Count(), allowed_) << "a quota gives no CPUs";
    tree_.Put("/sys/fs/cgroup/pod/cpu.max", "50000 100000\n");
    EXPECT_EQ(Count(), 1U);
    tree_.Put("/sys/fs/cgroup/pod/cpu.max", "max 100000\n");
    tree_.Put("/sys/fs/cgroup/pod/ctr/cpu.max", "100000 100000\n");
    EXPECT_EQ(Count(), 1U);
}

TEST_F(CpuCount, ReadsTheCpuControllersHierarchyOfV1)
{
    tree_.Membership("3:cpuset:/set\n1:cpu,cpuacct:/c/d\n0::/\n");
    tree_.Mounts("1 0 0:2 / /cg/cpuset rw - cgroup c rw,cpuset\n"
                 "1 0 0:3 / /cg/cpu rw - cgroup c rw,cpu,cpuacct\n");
    tree_.Cgroup("/cg/cpuset/set");
    tree_.Cgroup("/cg/cpu/c/d");
    tree_.Cgroup("/cg/cpu/c");
    tree_.Put("/cg/cpu/c/d/cpu.cfs_quota_us", "-1\n");
    tree_.Put("/cg/cpu/c/d/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(Count(), allowed_);
    tree_.Put("/cg/cpu/c/cpu.cfs_quota_us", "20000\n");
    EXPECT_EQ(Count(), allowed_) << "a quota without a period is none";
    tree_.Put("/cg/cpu/c/cpu.cfs_period_us", "100000\n");
    EXPECT_EQ(Count(), 1U);
}

} // namespace
