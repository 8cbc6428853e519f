// System calls that fail, as under a container's seccomp profile, and a missing /proc: the agent
// goes on without them, says so once, and the application never notices.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Forbidden : public testing::TestWithParam<Jdk>
{
protected:
    // A launch in which the named things fail.
    Launch launch(const std::vector<std::string> &names)
    {
        std::vector<std::string> starter = {TRIM_FORBID};
        starter.insert(starter.end(), names.begin(), names.end());
        starter.push_back("--");
        // The launcher finds its libraries through /proc otherwise.
        return Launch(GetParam())
            .through(starter)
            .variable("LD_LIBRARY_PATH=" + GetParam().home + "/lib:" + GetParam().home +
                      "/lib/jli");
    }

    // Whether this machine lets things be forbidden at all.
    bool possible(const std::vector<std::string> &names)
    {
        std::vector<std::string> words = {TRIM_FORBID};
        words.insert(words.end(), names.begin(), names.end());
        words.insert(words.end(), {"--", "/bin/true"});
        return run({words, {}, ""}).exit_code != 77;
    }

    // The agent goes on, says each thing that it cannot do once (to look, and to borrow), and knows
    // after its first trim that there is nothing more to release.
    void expect_one_trim(const std::vector<std::string> &names, size_t complaints = 2)
    {
        if (!possible(names)) {
            GTEST_SKIP() << "this machine does not let it be forbidden";
        }
        Jvm jvm(launch(names)
                    .with_agent(quick_options("full-gc+watermark", "check=200ms"))
                    .run("FullGcs", {freed_mib}));
        // On a busy machine the check may come before the collection.
        const std::string either = "(full-gc|watermark)";
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, either)));
        ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim(either, "below-threshold")));
        EXPECT_LT(jvm.resident_bytes(), uint64_t{200} << 20) << jvm.transcript();
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, either)));
        EXPECT_EQ(jvm.lines_with(log_lines::any_complaint()).size(), complaints)
            << jvm.transcript();
    }

    // The agent says why it does nothing, and does nothing.
    void expect_inert(const std::vector<std::string> &names)
    {
        if (!possible(names)) {
            GTEST_SKIP() << "this machine does not let it be forbidden";
        }
        Jvm jvm(launch(names).with_agent(quick_options("full-gc")).run("FullGcs", {freed_mib}));
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        ASSERT_TRUE(jvm.wait_for_line(log_lines::decorated("warning", ".*stays inert")));
        EXPECT_NE(jvm.attach("").exit_code, 0);
        EXPECT_NE(jvm.attach("trim").exit_code, 0);
        EXPECT_TRUE(jvm.wait_for_line(log_lines::decorated("error", "the agent is inert")));
        EXPECT_TRUE(
            jvm.wait_for_line(log_lines::decorated("error", "command 'trim': the agent is inert")));
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_EQ(jvm.lines_with("stays inert").size(), 1u) << jvm.transcript();
        EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    }
};

TEST_P(Forbidden, MincoreMakesExpectationsUpperBounds)
{
    expect_one_trim({"mincore"});
}

TEST_P(Forbidden, ProcessVmReadvLeavesThePipe)
{
    expect_one_trim({"process_vm_readv"}, 0);
}

TEST_P(Forbidden, ThePipeTooMakesExpectationsUpperBounds)
{
    expect_one_trim({"process_vm_readv", "pipe"});
}

TEST_P(Forbidden, ProcMakesExpectationsUpperBounds)
{
    expect_one_trim({"proc"});
}

TEST_P(Forbidden, AllOfThemTogetherStillLeaveTheTrim)
{
    expect_one_trim({"mincore", "process_vm_readv", "pipe", "proc"});
}

TEST_P(Forbidden, TimersLeaveTheClock)
{
    if (!possible({"timer_create"})) {
        GTEST_SKIP() << "this machine does not let it be forbidden";
    }
    Jvm jvm(launch({"timer_create"})
                .with_agent("log-level=debug")
                .run("NativeFree", {freed_mib, "told"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::decorated("debug", "no alarm .*by the clock")));
    ASSERT_TRUE(jvm.wait_for_line("^resting$"));
    jvm.write_line("go");
    ASSERT_TRUE(jvm.wait_for_line(log_lines::any_trim_for("(reload|growth|watermark)")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Forbidden, SignalsLeaveNaps)
{
    expect_one_trim({"rt_sigtimedwait"}, 1);
    expect_one_trim({"tgkill"}, 1);
}

TEST_P(Forbidden, SleepingAltogetherLeavesTheAgentInert)
{
    expect_inert({"rt_sigtimedwait", "nanosleep", "clock_nanosleep"});
}

INSTANTIATE_TEST_SUITE_P(Calls, Forbidden, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
