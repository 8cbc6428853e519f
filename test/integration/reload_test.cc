// Bursts of class loading: each leads to one trim once it has calmed down.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Reload : public testing::TestWithParam<Jdk>
{
};

TEST_P(Reload, LeadsToOneTrimPerBurst)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("reload"))
                .run("Reloads", {"3", "300", freed_mib}));
    for (int round = 1; round <= 3; round++) {
        ASSERT_TRUE(jvm.wait_for_line("^round " + std::to_string(round) + "$"));
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(round, "reload")));
        EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(round, "reload")));
        if (round < 3) {
            jvm.write_line("next");
        }
    }
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(3, "reload")));
}

TEST_P(Reload, IsLeftAloneAsLongAsClassesKeepComing)
{
    // Loading this many takes longer than the calm to wait for, and the old model is there until
    // the end: a look in between would find nothing to release and say so.
    Jvm jvm(Launch(GetParam())
                .with_agent("on=reload,threshold=32m,settle=700ms,max-wait=60s,"
                            "log-level=debug")
                .run("Reloads", {"1", "25000", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^round 1$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload")));
    EXPECT_TRUE(jvm.lines_with(log_lines::no_trim("reload", "below-threshold")).empty())
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Reload, WithAFullGcLeadsToOneTrimForBoth)
{
    // The calm to wait for is longer than the time between the last class and the collection at the
    // end of a round. Which of the two is told as the reason depends on their times.
    const std::string either = "(full-gc|reload)";
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc+reload,threshold=32m,settle=2s,cooldown=100ms")
                .run("Reloads", {"1", "300", freed_mib, "gc"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, either)));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, either)));
}

TEST_P(Reload, IsWhatTheStartOfTheApplicationCountsAs)
{
    // The fixture loads few classes of its own, so that the burst can only be the start-up.
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("reload", "burst=40/10s"))
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "reload")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Reload, IsSeenWhereTheAgentDoesNotLookOfItselfAndNoThreadStarts)
{
    // The first round takes longer than the half second for which the agent leaves a start alone,
    // and is no reload yet: looks that follow one would see the second.
    Jvm jvm(Launch(GetParam())
                .with("-XX:MetaspaceSize=512m")
                .with_agent(quick_options("full-gc+reload", "burst=18000/1m"))
                .run("LoneReloads", {"2", "12000", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^round 1$"));
    jvm.write_line("next");
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "reload")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Reload, IsSeenWhereTheOptionNamesItLater)
{
    // The first round takes as long here.
    Jvm jvm(Launch(GetParam())
                .with("-XX:MetaspaceSize=512m")
                .with_agent(quick_options("watermark", "check=off"))
                .run("LoneReloads", {"2", "12000", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^round 1$"));
    EXPECT_EQ(jvm.attach("set,on:reload").exit_code, 0);
    jvm.write_line("next");
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "reload")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Reload, IsNotWhatFewerClassesCountAs)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("reload", "burst=5000/10s"))
                .run("Reloads", {"1", "300", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::status()));
    EXPECT_EQ(jvm.finish(), 0);
    // Only what was considered at least once is summed up.
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_summary()).empty()) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Classes, Reload, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
