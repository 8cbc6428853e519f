// Garbage collections: old ones lead to a trim under every collector, young ones to none.
#include <algorithm>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class FullGc : public testing::TestWithParam<JdkAndCollector>
{
};

TEST_P(FullGc, LeadsToATrim)
{
    Jvm jvm(Launch(GetParam()).with_agent(quick_options("full-gc")).run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, "full-gc")));
}

TEST_P(FullGc, LeadsToATrimThatWaitsForTheCleaners)
{
    // Right after the pause next to nothing is free yet. A look at that time would find too little
    // and say so; the calm to wait for is many times what the Cleaners need.
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc,threshold=128m,settle=1s,log-level=debug")
                .run("DirectBuffers", {"192"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(jvm.lines_with(log_lines::no_trim("full-gc", "below-threshold")).empty())
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(FullGc, LeadsToATrimWithoutPerformanceCountersToo)
{
    Jvm jvm(Launch(GetParam())
                .with("-XX:-UsePerfData")
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(jvm.lines_with(log_lines::gc_source("performance counters")).empty())
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Gc, FullGc,
                         testing::ValuesIn(with_collectors({"Serial", "Parallel", "G1", "Z",
                                                            "GenerationalZ", "Shenandoah",
                                                            "GenerationalShenandoah"})),
                         parameter_name<JdkAndCollector>);

class YoungGc : public testing::TestWithParam<JdkAndCollector>
{
protected:
    // Runs young collections only and has the agent tell what it made of them.
    void collect_and_expect_no_old_pause(Launch launch)
    {
        Jvm jvm(launch.with_agent(quick_options("full-gc")).run("YoungGcs", {freed_mib, "20"}));
        ASSERT_TRUE(jvm.wait_for_line("^young [0-9]+$"));
        ASSERT_TRUE(jvm.wait_for_line("^old 0$"))
            << "the fixture itself has caused an old collection";
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        EXPECT_EQ(jvm.attach("status").exit_code, 0);
        ASSERT_TRUE(jvm.wait_for_line(log_lines::pauses_seen()));
        const auto pauses =
            log_lines::pauses_of(jvm.lines_with(log_lines::pauses_seen()).back().text);
        ASSERT_TRUE(pauses) << jvm.transcript();
        EXPECT_GE(pauses->young, 20u) << jvm.transcript();
        EXPECT_EQ(pauses->old, 0u) << jvm.transcript();
        EXPECT_EQ(jvm.finish(), 0);
        // With nothing else switched on nothing at all was considered, and so there is nothing to
        // sum up.
        EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
        EXPECT_TRUE(jvm.lines_with(log_lines::any_summary()).empty()) << jvm.transcript();
    }
};

TEST_P(YoungGc, LeadsToNoTrim)
{
    collect_and_expect_no_old_pause(Launch(GetParam()));
}

TEST_P(YoungGc, LeadsToNoTrimWithoutPerformanceCountersEither)
{
    collect_and_expect_no_old_pause(Launch(GetParam()).with("-XX:-UsePerfData"));
}

// The collectors that have young collections and never start an old one unasked in this fixture.
INSTANTIATE_TEST_SUITE_P(Gc, YoungGc,
                         testing::ValuesIn(with_collectors({"Serial", "Parallel", "G1"})),
                         parameter_name<JdkAndCollector>);

class GenerationalZGc : public testing::TestWithParam<JdkAndCollector>
{
protected:
    // The number that the fixture tells behind these words.
    static int64_t told(Jvm &jvm, const std::string &words)
    {
        EXPECT_TRUE(jvm.wait_for_line("^" + words + " [0-9]+$"));
        const std::vector<Line> lines = jvm.lines_with("^" + words + " [0-9]+$");
        return lines.empty() ? -1 : std::stoll(lines.front().text.substr(words.size() + 1));
    }
};

TEST_P(GenerationalZGc, TellsItsPausesAsTheJvmCountsThem)
{
    Jvm jvm(
        Launch(GetParam()).with_agent(quick_options("full-gc")).run("YoungGcs", {freed_mib, "40"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::pauses_seen()));
    const auto pauses = log_lines::pauses_of(jvm.lines_with(log_lines::pauses_seen()).back().text);
    ASSERT_TRUE(pauses) << jvm.transcript();
    const int64_t minor = told(jvm, "minor pauses");
    const int64_t major = told(jvm, "major pauses");
    EXPECT_GE(minor, 40);
    // A major collection that runs beside minor ones hides now and then which of them a pause was
    // of, and one may still have run when the fixture counted.
    const int64_t doubt = 8 + minor / 20;
    EXPECT_NEAR(static_cast<double>(pauses->young), static_cast<double>(minor),
                static_cast<double>(doubt))
        << jvm.transcript();
    EXPECT_NEAR(static_cast<double>(pauses->old), static_cast<double>(major),
                static_cast<double>(doubt))
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

// Which is all that ZGC is since 23.
std::vector<JdkAndCollector> with_generational_z()
{
    std::vector<JdkAndCollector> found = with_collectors({"GenerationalZ"});
    for (const JdkAndCollector &both : with_collectors({"Z"})) {
        if (both.jdk.version >= 23) {
            found.push_back(both);
        }
    }
    return found;
}

INSTANTIATE_TEST_SUITE_P(Gc, GenerationalZGc, testing::ValuesIn(with_generational_z()),
                         parameter_name<JdkAndCollector>);

class EpsilonGc : public testing::TestWithParam<JdkAndCollector>
{
};

TEST_P(EpsilonGc, NeverCollectsAndIsNoError)
{
    Jvm jvm(Launch(GetParam()).with_agent(quick_options("full-gc")).run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::start()));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_summary()).empty()) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Gc, EpsilonGc, testing::ValuesIn(with_collectors({"Epsilon"})),
                         parameter_name<JdkAndCollector>);

class FullGcs : public testing::TestWithParam<Jdk>
{
};

TEST_P(FullGcs, InARowDoNotPutTheTrimOff)
{
    // The row takes many times as long as the Cleaners are given.
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib, "2000"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(jvm.lines_with("^ready$").empty()) << "the trim came after the last of them";
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, "full-gc")));
}

TEST_P(FullGcs, ThatFreeLittleLeadToNoTrim)
{
    Jvm jvm(Launch(GetParam()).with_agent(quick_options("full-gc")).run("FullGcs", {"4"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim("full-gc", "below-threshold")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary_without_trims())) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Gc, FullGcs, testing::ValuesIn(jdks()), parameter_name<Jdk>);

// ./dev matrix writes them down.
TEST(Missing, CollectorsAreRecordedWithTheReason)
{
    for (const auto &[name, why] : missing_collectors()) {
        EXPECT_FALSE(why.empty()) << name;
        RecordProperty(name, why);
    }
}

TEST(Machine, HasTheJdkAndTheCollectorsThatMustBeTested)
{
    // Without this, a machine without JDKs would run no tests and call that success.
    const auto found = with_collectors({"Serial", "Parallel", "G1"});
    const auto of_17 = std::count_if(found.begin(), found.end(),
                                     [](const auto &both) { return both.jdk.version == 17; });
    EXPECT_GE(of_17, 3);
}

} // namespace
} // namespace trimagent_test
