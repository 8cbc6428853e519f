// Late attach with jcmd JVMTI.agent_load: starts the agent in a JVM without it, and commands one
// that runs.
#include <filesystem>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

// jcmd cuts its argument at the first equals sign.
std::string with_colons(std::string options)
{
    for (char &character : options) {
        character = character == '=' ? ':' : character;
    }
    return options;
}

class Attach : public testing::TestWithParam<Jdk>
{
};

TEST_P(Attach, StartsTheAgentWithOptions)
{
    Jvm jvm(Launch(GetParam()).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(jvm.threads_named("trimagent").empty());

    EXPECT_EQ(jvm.attach(with_colons(quick_options("full-gc"))).exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(
        log_lines::start("threshold=32m,on=full-gc,cooldown=200ms,log-level=debug")));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::gc_source("performance counters")));
    EXPECT_TRUE(jvm.wait_for_line(
        log_lines::all_options("threshold=32m,mode=auto,urgent=85%,on=full-gc,settle=100ms")));
    EXPECT_EQ(jvm.jcmd({"GC.run"}).exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, "full-gc")));
}

TEST_P(Attach, SeesTheReloadsFromThenOn)
{
    Jvm jvm(Launch(GetParam()).run("Reloads", {"2", "300", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^round 1$"));
    EXPECT_EQ(jvm.attach(with_colons(quick_options("reload"))).exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start()));
    jvm.write_line("next");
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "reload")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Attach, WithBadOptionsStartsNothing)
{
    Jvm jvm(Launch(GetParam()).run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    (void)jvm.attach("threshold:5x");
    ASSERT_TRUE(
        jvm.wait_for_line(log_lines::option_error("threshold", "'5x'", "a size from 1m to 16t")));
    EXPECT_TRUE(jvm.threads_named("trimagent").empty());
    EXPECT_TRUE(jvm.lines_with(log_lines::start()).empty()) << jvm.transcript();

    // And it stands in nothing's way.
    EXPECT_EQ(jvm.attach("threshold:5m").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start("threshold=5m")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Attach, WithACommandStartsTheAgentAndObeys)
{
    Jvm jvm(Launch(GetParam()).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start("default options")));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "demand")));
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Late, Attach, testing::ValuesIn(jdks()), parameter_name<Jdk>);

class Command : public testing::TestWithParam<Jdk>
{
protected:
    // A JVM with the agent, with much to trim, in which nothing but a command leads to a trim.
    Jvm jvm_{
        Launch(GetParam()).with_agent("on=watermark,check=off").run("NativeFree", {freed_mib})};

    void SetUp() override
    {
        ASSERT_TRUE(jvm_.wait_for_line("^ready$"));
    }
};

TEST_P(Command, TrimTrimsAtOnceAndReports)
{
    EXPECT_EQ(jvm_.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::trim(1, "demand")));
    EXPECT_TRUE(memory_came_back(jvm_, log_lines::trim(1, "demand")));
    // Again, at once: what an operator wants knows no cooldown.
    EXPECT_EQ(jvm_.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::trim(2, "demand")));
    EXPECT_EQ(jvm_.finish(), 0);
    EXPECT_TRUE(jvm_.wait_for_line(log_lines::summary(2, "demand")));
    EXPECT_TRUE(jvm_.wait_for_line(log_lines::summary_of_held()));
}

TEST_P(Command, StatusTellsCountersOptionsAndLastTrims)
{
    EXPECT_EQ(jvm_.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::trim(1, "demand")));
    EXPECT_EQ(jvm_.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::status()));
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::pauses_seen()));
    for (const std::string part :
         {" *classes: loaded [1-9]", " *considered 1: 1 trim \\(demand 1\\)",
          " *last estimate: .*expected",
          " *options: worth=8g,threshold=auto,mode=auto,urgent=85%,on=watermark,",
          " *[0-9.]+s ago trim #1 demand: RSS"}) {
        EXPECT_TRUE(jvm_.wait_for_line(log_lines::decorated("info", part)));
    }
    EXPECT_TRUE(jvm_.wait_for_line(log_lines::held_so_far()));
    EXPECT_EQ(jvm_.finish(), 0);
}

TEST_P(Command, ThatIsUnknownIsExplainedAndChangesNothing)
{
    if (GetParam().version < 9) {
        GTEST_SKIP() << "JDK 8's jcmd loads no agent, and trimctl passes on no such words";
    }
    (void)jvm_.attach("tirm");
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::unknown_command("tirm")));
    // Options are none either: those of the start stay.
    (void)jvm_.attach("on:full-gc");
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::unknown_command("on:full-gc")));
    EXPECT_EQ(jvm_.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm_.wait_for_line(log_lines::decorated(
        "info", " *options: worth=8g,threshold=auto,mode=auto,urgent=85%,on=watermark,")));
    EXPECT_EQ(jvm_.threads_named("trimagent").size(), 1u);
    EXPECT_EQ(jvm_.finish(), 0);
    EXPECT_TRUE(jvm_.lines_with(log_lines::any_trim()).empty()) << jvm_.transcript();
}

INSTANTIATE_TEST_SUITE_P(Late, Command, testing::ValuesIn(jdks()), parameter_name<Jdk>);

class Twice : public testing::TestWithParam<Jdk>
{
};

TEST_P(Twice, GivenTheAgentStartsOnce)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc"))
                .with_agent("on=watermark")
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    // Nor does it start again by late attach, which scripts use to make sure that it is there.
    EXPECT_EQ(jvm.attach("").exit_code, 0);
    EXPECT_EQ(jvm.threads_named("trimagent").size(), 1u);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::start()).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::start("on=full-gc,")).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::given_twice()).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::summary(1, "full-gc")).size(), 1u) << jvm.transcript();
}

// A copy of the library at another path is another library to the system.
class Copy : public testing::TestWithParam<Jdk>
{
protected:
    void SetUp() override
    {
        if (GetParam().version < 9) {
            GTEST_SKIP() << "JDK 8's jcmd loads no agent, and trimctl loads the one that is there";
        }
    }

    std::string copy(const std::string &name) const
    {
        const std::filesystem::path path = directory_.path() / name;
        std::filesystem::copy_file(TRIM_AGENT_LIBRARY, path);
        return path;
    }

private:
    TemporaryDirectory directory_;
};

TEST_P(Copy, ThatIsAttachedLeavesTheWorkToTheFirst)
{
    Jvm jvm(Launch(GetParam()).with_agent("on=watermark,check=off").run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    for (const std::string text : {"", "trim"}) {
        const Outcome outcome = jvm.jcmd({"JVMTI.agent_load", copy("other" + text + ".so"),
                                          text.empty() ? "log-level:debug" : text});
        EXPECT_EQ(outcome.transcript.find("return code: 0"), std::string::npos);
    }
    const std::string told = "another copy of the agent is loaded in this JVM, '" +
                             std::string(TRIM_AGENT_LIBRARY) + "': nothing is started";
    ASSERT_TRUE(jvm.wait_for_line(told, 2));
    EXPECT_EQ(jvm.threads_named("trimagent").size(), 1u);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Copy, ThatWorksWhereTheFirstWasRefused)
{
    Jvm jvm(Launch(GetParam()).run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    (void)jvm.attach("threshold:5x");
    (void)jvm.jcmd({"JVMTI.agent_load", copy("other.so"), "trim"});
    EXPECT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Copy, OnTheCommandLineLeavesTheWorkToTheFirst)
{
    const std::string other = copy("other.so");
    Jvm jvm(Launch(GetParam())
                .with("-agentpath:" + other + "=on=full-gc,check=off,log-level=debug")
                .with_agent("arena-max=1")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("another copy of the agent is loaded in this JVM, '" + other +
                             "': the agent stays inert")
                  .size(),
              1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::start()).size(), 1u) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Given, Copy, testing::ValuesIn(jdks()), parameter_name<Jdk>);

INSTANTIATE_TEST_SUITE_P(Given, Twice, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
