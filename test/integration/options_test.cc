// Options: none at all, help, bad ones, and the other ways to give them.
#include <cstring>
#include <tuple>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Options : public testing::TestWithParam<Jdk>
{
};

TEST_P(Options, AreNotNeeded)
{
    // A JVM that ends at once is silent: scripts read what it writes.
    Jvm jvm(Launch(GetParam()).with_agent().run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
}

TEST_P(Options, AreToldOnceTheJvmHasLivedForAWhile)
{
    Jvm jvm(Launch(GetParam()).with_agent("check=off").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start("glibc 2.")));
    EXPECT_EQ(jvm.lines_with(log_lines::start("check=off")).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::start()).front().stream, Stream::error);
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Options, ThatAreGivenAreEchoed)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("threshold:1536k,on:watermark,check=off,burst=7/2s,log-level=debug")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(
        jvm.lines_with(log_lines::start(
                           "threshold=1536k,on=watermark,burst=7/2s,check=off,log-level=debug"))
            .size(),
        1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::gc_source("performance counters")).size(), 1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::all_options("worth=8g,threshold=1536k,mode=auto,")).size(),
              1u)
        << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Options, ThatAreWrongAreWarnedOfWhereTheyAreNotStrict)
{
    Jvm jvm(Launch(GetParam()).with_agent("treshold=1g,strict=false").run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::option_error("treshold", "unknown", "threshold")).size(),
              1u)
        << jvm.transcript();
}

TEST_P(Options, MayKeepTheLogOff)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc,threshold=32m,log-level=debug,log=off")
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    EXPECT_EQ(jvm.threads_named("trimagent").size(), 1u);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
}

TEST_P(Options, GiveWayToTheEnvironmentThatSwitchesTheAgentOff)
{
    Jvm jvm(Launch(GetParam())
                .variable("TRIMAGENT_ENABLED=false")
                .with_agent("log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(jvm.threads_named("trimagent").empty());
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
}

TEST_P(Options, ArePrintedByHelpInsteadOfStarting)
{
    Jvm jvm(Launch(GetParam()).with_agent("help").run("Hello"));
    EXPECT_EQ(jvm.finish(), 0) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with("^hello$").empty()) << jvm.transcript();
    for (const std::string option :
         {"worth", "threshold", "mode", "urgent", "on", "settle", "max-wait", "burst", "check",
          "cooldown", "trim-threshold", "mmap-threshold", "arena-max", "log", "log-level", "strict",
          "dry-run", "help"}) {
        EXPECT_EQ(jvm.lines_with("^" + option + "=").size(), 1u) << option << " in:\n"
                                                                 << jvm.transcript();
    }
}

TEST_P(Options, MayComeThroughTheEnvironment)
{
    Jvm jvm(Launch(GetParam())
                .variable("JAVA_TOOL_OPTIONS=-agentpath:" + agent_path(quick_options("full-gc")))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Options, InTheEnvironmentThatAreWrongStopTheStartToo)
{
    Jvm jvm(Launch(GetParam())
                .variable("JAVA_TOOL_OPTIONS=-agentpath:" + agent_path("settle=1"))
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 1);
    EXPECT_FALSE(
        jvm.lines_with(log_lines::option_error("settle", "'1'", "a time from 10ms")).empty())
        << jvm.transcript();
}

TEST_P(Options, InTheEnvironmentLeaveTheJdksToolsAlone)
{
    // Not even the level that shows everything shows anything, nor does a bad option stop them.
    for (const char *options : {"log-level=debug", "treshold=1g"}) {
        const std::string variable = "JAVA_TOOL_OPTIONS=-agentpath:" + agent_path(options);
        for (const auto &words : {std::vector<std::string>{"jcmd", "-h"},
                                  {"javac", "-version"},
                                  {"jar", "--version"}}) {
            std::vector<std::string> command = words;
            command.front() = GetParam().tool(words.front());
            const Outcome tool = run({command, {variable}, ""});
            EXPECT_EQ(tool.exit_code, 0) << tool.transcript;
            EXPECT_EQ(tool.transcript.find("[trimagent]"), std::string::npos) << tool.transcript;
        }
    }
}

TEST_P(Options, InTheEnvironmentLeaveTheVersionAsItWas)
{
    const Outcome version = run({{GetParam().tool("java"), "-version"},
                                 {"JAVA_TOOL_OPTIONS=-agentpath:" + agent_path()},
                                 ""});
    EXPECT_EQ(version.exit_code, 0) << version.transcript;
    EXPECT_EQ(version.transcript.find("[trimagent]"), std::string::npos) << version.transcript;
}

TEST_P(Options, OfADryRunDecideAndLeaveTheMemoryAlone)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "dry-run,check=off"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::dry_trim(1, "full-gc")));
    EXPECT_GT(jvm.resident_bytes(), static_cast<uint64_t>(returned_bytes) + (32u << 20))
        << jvm.transcript();
    // The command trims no more than the agent itself does.
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::dry_trim(2, "demand")));
    EXPECT_GT(jvm.resident_bytes(), static_cast<uint64_t>(returned_bytes) + (32u << 20))
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Options, OfADryRunThatIsOverHaveReleasedWhatItDecidedOn)
{
    // The process is at rest: nothing but the option tells of the memory.
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "dry-run,check=off"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::dry_trim(1, "full-gc")));
    EXPECT_EQ(jvm.attach("set,dry-run:false").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(2, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(2, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::decorated(
        "info",
        R"(summary: 2 trims \(full-gc 2\), 1 of them decided by dry-run, released [1-9])")));
}

INSTANTIATE_TEST_SUITE_P(Given, Options, testing::ValuesIn(jdks()), parameter_name<Jdk>);

struct BadOption {
    std::string name; // Of the test.
    std::string text;
    std::string option;
    std::string found;
    std::string allowed;
};

std::string name_of(const BadOption &bad)
{
    return bad.name;
}

void PrintTo(const BadOption &bad, std::ostream *out)
{
    *out << bad.text;
}

class BadOptions : public testing::TestWithParam<std::tuple<Jdk, BadOption>>
{
};

TEST_P(BadOptions, StopTheStartAndAreExplained)
{
    const auto &[jdk, bad] = GetParam();
    Jvm jvm(Launch(jdk).with_agent(bad.text).run("Hello"));
    EXPECT_EQ(jvm.finish(), 1);
    EXPECT_TRUE(jvm.lines_with("^hello$").empty()) << jvm.transcript();
    const auto errors = jvm.lines_with(log_lines::option_error(bad.option, bad.found, bad.allowed));
    ASSERT_EQ(errors.size(), 1u) << jvm.transcript();
    EXPECT_EQ(errors.front().stream, Stream::error);
}

INSTANTIATE_TEST_SUITE_P(
    Given, BadOptions,
    testing::Combine(
        testing::ValuesIn(jdks()),
        testing::Values(
            BadOption{"Garbage", "threshold=5x", "threshold", "'5x'", "a size from 1m to 16t"},
            BadOption{"Empty", "threshold=", "threshold", "''", "a size from 1m to 16t"},
            BadOption{"TooSmall", "threshold=1023k", "threshold", "'1023k'",
                      "a size from 1m to 16t"},
            BadOption{"Overflow", "threshold=18446744073709551616", "threshold",
                      "'18446744073709551616'", "a size from 1m to 16t"},
            BadOption{"Unknown", "treshold=64m", "treshold", "unknown",
                      "threshold, mode, urgent, on, settle"},
            BadOption{"Repeated", "settle=1s,settle:2s", "settle", "'settle:2s'", "once"},
            BadOption{"TrailingComma", "settle=1s,", "", "empty",
                      "threshold, mode, urgent, on, settle"},
            BadOption{"ReasonTwice", "on=reload+reload", "on", "'reload+reload'", "joined by +"},
            BadOption{"WordForATime", "check=never", "check", "'never'", "or off"},
            BadOption{"SizeBeyondMallopt", "trim-threshold=4g", "trim-threshold", "'4g'",
                      "a size from 64k to 64m, or off"},
            BadOption{"NoArenas", "arena-max=0", "arena-max", "'0'",
                      "a number from 1 to 1024, or off"},
            BadOption{"Contradiction", "settle=20s,max-wait=10s", "max-wait", "'10s'",
                      "at least settle, which is 20s"},
            BadOption{"WordForALog", "log=syslog", "log", "'syslog'", "such as ./none"},
            BadOption{"UnknownLetterInPath", "log=/tmp/%q.log", "log", "'/tmp/%q.log'",
                      "no % but in %p and %%"},
            BadOption{"ControlCharacters", "log-level=\x1b[31m", "log-level", "'?[31m'",
                      "error, warn, info or debug"})),
    parameter_name<BadOptions::ParamType>);

} // namespace
} // namespace trimagent_test
