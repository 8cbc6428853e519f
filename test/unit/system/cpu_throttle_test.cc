#include "cpu_throttle.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "cgroup_tree.h"
#include "guarded_text.h"
#include "limit_text.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kSecond = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;

int Parse(const std::string &text, trim_cpu_stat *stat)
{
    const GuardedText guarded(text);
    return trim_parse_cpu_stat(guarded.data(), guarded.size(), stat);
}

TEST(CpuStat, ReadsV1AndV2)
{
    trim_cpu_stat stat = {};
    ASSERT_EQ(Parse("nr_periods 9\nnr_throttled 4\nthrottled_time 123456789\n", &stat), 0);
    EXPECT_EQ(stat.throttled_periods, 4U);
    EXPECT_EQ(stat.throttled_ns, 123456789U);
    ASSERT_EQ(
        Parse("usage_usec 1\nnr_periods 9\nnr_throttled 5\nthrottled_usec 678\nburst_usec 0\n",
              &stat),
        0);
    EXPECT_EQ(stat.throttled_periods, 5U);
    EXPECT_EQ(stat.throttled_ns, 678000U);
}

TEST(CpuStat, RefusesTextWithoutTheFiguresAndLeavesTheOutput)
{
    trim_cpu_stat stat = {7, 8};
    for (const char *text :
         {"", "usage_usec 1\n", "nr_throttled 1\n", "throttled_usec 1\n",
          "nr_throttled x\nthrottled_usec 1\n", "nr_throttled 1\nthrottled_usec 1",
          "nr_throttled 1\nthrottled_usec 18446744073709551615\n"}) {
        EXPECT_EQ(Parse(text, &stat), -1) << text;
    }
    EXPECT_EQ(stat.throttled_periods, 7U);
    EXPECT_EQ(stat.throttled_ns, 8U);
}

class Judge : public testing::Test
{
protected:
    Judge()
    {
        trim_throttle_init(&judge_);
    }

    void Take(uint64_t periods, uint64_t throttled_ns, uint64_t now_ns)
    {
        const trim_cpu_stat stat = {periods, throttled_ns};
        trim_throttle_take(&judge_, &stat, now_ns);
    }

    trim_throttling Now(uint64_t within_ns = kSecond)
    {
        return trim_throttle_now(&judge_, within_ns);
    }

    trim_throttle_judge judge_;
};

TEST_F(Judge, NeedsTwoReadings)
{
    EXPECT_EQ(Now(), TRIM_THROTTLING_UNCLEAR);
    Take(5, 50, 10 * kSecond);
    EXPECT_EQ(Now(), TRIM_THROTTLING_UNCLEAR);
    Take(5, 50, 10 * kSecond + 200 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NONE);
}

TEST_F(Judge, SeesGrowthAndItsEndAtTheNextReading)
{
    Take(5, 50, 10 * kSecond);
    Take(6, 90, 11 * kSecond);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NOW);
    Take(7, 99, 11 * kSecond + 200 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NOW);
    Take(7, 99, 11 * kSecond + 400 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NONE);
}

TEST_F(Judge, CannotTellWhenInALongTimeItGrew)
{
    Take(5, 50, 10 * kSecond);
    Take(9, 90, 11 * kSecond + 1);
    EXPECT_EQ(Now(), TRIM_THROTTLING_UNCLEAR);
    Take(10, 95, 11 * kSecond + 600 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NOW);
}

TEST_F(Judge, ALongTimeWithoutGrowthIsCalm)
{
    Take(5, 50, 10 * kSecond);
    Take(5, 50, 40 * kSecond);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NONE);
}

TEST_F(Judge, BeginsAnewWhereTheFiguresShrink)
{
    Take(5, 50, 10 * kSecond);
    Take(6, 60, 10 * kSecond + 100 * kMs);
    Take(1, 10, 10 * kSecond + 200 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_UNCLEAR);
    Take(1, 10, 10 * kSecond + 300 * kMs);
    EXPECT_EQ(Now(), TRIM_THROTTLING_NONE);
}

class CpuThrottle : public testing::Test
{
protected:
    CpuThrottle()
    {
        tree_.Unified("/pod/ctr");
        tree_.Cgroup("/sys/fs/cgroup/pod/ctr");
    }

    void Stat(const std::string &cgroup, const std::string &throttled, const std::string &usec)
    {
        tree_.Put("/sys/fs/cgroup" + cgroup + "/cpu.stat",
                  "usage_usec 5\nnr_throttled " + throttled + "\nthrottled_usec " + usec + "\n");
    }

    std::string Text() const
    {
        char buffer[4096];
        trim_text text;
        trim_text_init(&text, buffer, sizeof buffer);
        trim_cpu_throttle_add(&text, &throttle_);
        std::string all = buffer;
        const size_t at = all.find(tree_.path());
        return at == std::string::npos ? all : all.erase(at, tree_.path().size());
    }

    CgroupTree tree_;
    trim_cpu_throttle throttle_;
};

TEST_F(CpuThrottle, AddsUpAllLevels)
{
    Stat("/pod/ctr", "2", "30000");
    Stat("/pod", "10", "310000");
    tree_.Put("/sys/fs/cgroup/cpu.stat", "usage_usec 5\n");
    trim_cpu_throttle_open(&throttle_, tree_.root());
    ASSERT_EQ(trim_cpu_throttle_read(&throttle_, kSecond), 0);
    EXPECT_EQ(throttle_.stat.throttled_periods, 12U);
    EXPECT_EQ(throttle_.stat.throttled_ns, 340 * kMs);
    EXPECT_EQ(Text(),
              "cpu throttled in 12 periods, 340ms (cgroup v2, /sys/fs/cgroup/pod/ctr/cpu.stat)");
    Stat("/pod", "11", "320000");
    ASSERT_EQ(trim_cpu_throttle_read(&throttle_, kSecond + 500 * kMs), 0);
    EXPECT_EQ(trim_throttle_now(&throttle_.judge, kSecond), TRIM_THROTTLING_NOW);
}

TEST_F(CpuThrottle, ReadsTheCpuControllersHierarchyOfV1)
{
    tree_.Membership("3:cpuacct:/acct\n2:cpuset:/set\n1:cpu:/c\n0::/\n");
    tree_.Mounts("1 0 0:1 / /cg/cpuacct rw - cgroup c rw,cpuacct\n"
                 "1 0 0:2 / /cg/cpuset rw - cgroup c rw,cpuset\n"
                 "1 0 0:3 / /cg/cpu rw - cgroup c rw,cpu\n");
    for (const char *hierarchy : {"cpuacct", "cpuset", "cpu"}) {
        tree_.Cgroup(std::string("/cg/") + hierarchy + "/c");
    }
    tree_.Put("/cg/cpu/c/cpu.stat", "nr_periods 1\nnr_throttled 0\nthrottled_time 0\n");
    trim_cpu_throttle_open(&throttle_, tree_.root());
    ASSERT_EQ(trim_cpu_throttle_read(&throttle_, kSecond), 0);
    EXPECT_EQ(Text(), "cpu never throttled (cgroup v1, /cg/cpu/c/cpu.stat)");
}

TEST_F(CpuThrottle, IsUnknownWithoutFigures)
{
    trim_cpu_throttle_open(&throttle_, tree_.root());
    EXPECT_EQ(trim_cpu_throttle_read(&throttle_, kSecond), -1);
    EXPECT_EQ(Text(), "cpu throttling unknown (no figures in cgroup v2, "
                      "/sys/fs/cgroup/pod/ctr/cpu.stat)");
    tree_.Remove("/sys");
    EXPECT_EQ(trim_cpu_throttle_read(&throttle_, kSecond), -1);
    EXPECT_EQ(Text(), "cpu throttling unknown (no cgroup visible)");
}

TEST_F(CpuThrottle, BeginsAnewWhenTheProcessIsMoved)
{
    Stat("/pod/ctr", "2", "30000");
    Stat("/other", "50", "60000");
    tree_.Cgroup("/sys/fs/cgroup/other");
    trim_cpu_throttle_open(&throttle_, tree_.root());
    ASSERT_EQ(trim_cpu_throttle_read(&throttle_, kSecond), 0);
    tree_.Membership("0::/other\n");
    ASSERT_EQ(trim_cpu_throttle_read(&throttle_, kSecond + 100 * kMs), 0);
    EXPECT_EQ(trim_throttle_now(&throttle_.judge, kSecond), TRIM_THROTTLING_UNCLEAR);
}

} // namespace
