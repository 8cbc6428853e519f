// The end of the JVM while a trim is running: every way out gives its own exit code, and nothing
// crashes.
//
// A Jvm that leaves a crash report fails its test by itself.
#include <csignal>
#include <tuple>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

struct WayOut {
    std::string name;
    std::string word; // What the fixture is told; empty: nothing, it gets SIGTERM.
    int exit_code;
    bool is_announced; // Whether the VM tells its agents, so that there is a summary.
};

std::string name_of(const WayOut &way)
{
    return way.name;
}

void PrintTo(const WayOut &way, std::ostream *out)
{
    *out << way.name;
}

class Exit : public testing::TestWithParam<std::tuple<Jdk, WayOut>>
{
protected:
    void end(Jvm &jvm) const
    {
        const WayOut &way = std::get<WayOut>(GetParam());
        if (way.word.empty()) {
            jvm.signal(SIGTERM);
        } else {
            jvm.write_line(way.word);
        }
        EXPECT_EQ(jvm.wait_exit(), way.exit_code) << jvm.transcript();
        // Nothing begins over and over because the end forbids it.
        EXPECT_LE(jvm.lines_with(log_lines::trim_begins(1, "full-gc")).size(), 1u)
            << jvm.transcript();
        // A summary belongs to every announced end at which something had been considered, and
        // comes once.
        EXPECT_EQ(jvm.lines_with(log_lines::any_summary()).size(), way.is_announced ? 1u : 0u)
            << jvm.transcript();
    }

    Launch launch() const
    {
        return Launch(std::get<Jdk>(GetParam())).with("-XX:+ExitOnOutOfMemoryError");
    }
};

TEST_P(Exit, DuringATrimIsClean)
{
    Jvm jvm(launch()
                .with_agent("on=full-gc,threshold=32m,settle=10ms,log-level=debug")
                .run("ExitDuringTrim", {"512"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim_begins(1, "full-gc")));
    end(jvm);
}

TEST_P(Exit, AfterATrimIsClean)
{
    Jvm jvm(launch().with_agent(quick_options("full-gc")).run("ExitDuringTrim", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    end(jvm);
    if (std::get<WayOut>(GetParam()).is_announced) {
        EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, "full-gc")));
    }
}

INSTANTIATE_TEST_SUITE_P(
    WaysOut, Exit,
    testing::Combine(testing::ValuesIn(jdks()),
                     testing::Values(WayOut{"Return", "return", 0, true},
                                     WayOut{"SystemExit", "exit", 3, true},
                                     WayOut{"Halt", "halt", 4, true},
                                     WayOut{"UncaughtException", "throw", 1, true},
                                     WayOut{"ExitOnOutOfMemoryError", "oom", 3, false},
                                     WayOut{"Sigterm", "", 128 + SIGTERM, true})),
    parameter_name<Exit::ParamType>);

class PromptExit : public testing::TestWithParam<Jdk>
{
protected:
    // A JVM with a trim that takes a while, wanted by the agent right after the fixture is ready.
    Jvm jvm_with_a_long_trim(const std::string &mib)
    {
        return Jvm(Launch(GetParam())
                       .with_agent("on=full-gc,threshold=32m,settle=10ms,log-level=debug")
                       .run("ExitDuringTrim", {mib}));
    }
};

TEST_P(PromptExit, DoesNotWaitForTheTrim)
{
    // A trim may end of itself before the JVM does, and more so on a busy machine, but not each
    // time. If the exit waited for it, it would each time.
    bool was_running = false;
    for (int attempt = 0; attempt < 10 && !was_running; attempt++) {
        Jvm jvm = jvm_with_a_long_trim("1024");
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim_begins(1, "full-gc")));
        jvm.write_line("halt");
        EXPECT_EQ(jvm.wait_exit(), 4) << jvm.transcript();
        was_running = !jvm.lines_with(log_lines::summary_during_a_trim()).empty();
    }
    EXPECT_TRUE(was_running);
}

TEST_P(PromptExit, AtAnyMomentOfADecisionIsClean)
{
    // From nothing to a trim it is a matter of some ten milliseconds, most of them for the
    // estimate, which takes the longer the more there is.
    for (const std::string mib : {"64", "128", "256", "512"}) {
        Jvm jvm = jvm_with_a_long_trim(mib);
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        jvm.write_line("exit");
        EXPECT_EQ(jvm.wait_exit(), 3) << jvm.transcript();
        EXPECT_LE(jvm.lines_with(log_lines::trim_begins(1, "full-gc")).size(), 1u)
            << jvm.transcript();
        EXPECT_LE(jvm.lines_with(log_lines::any_summary()).size(), 1u) << jvm.transcript();
    }
}

INSTANTIATE_TEST_SUITE_P(WaysOut, PromptExit, testing::ValuesIn(jdks()), parameter_name<Jdk>);

class ShortExit : public testing::TestWithParam<Jdk>
{
};

TEST_P(ShortExit, BeforeAnythingWasConsideredSumsNothingUp)
{
    Jvm jvm(Launch(GetParam()).with_agent().run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_summary()).empty()) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(WaysOut, ShortExit, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
