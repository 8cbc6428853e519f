// Where the log goes, and that a log that cannot be written never disturbs the JVM.
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "frozen_files.h"
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

class LogTarget : public testing::TestWithParam<Jdk>
{
protected:
    std::string file(const std::string &name) const
    {
        return directory_.file(name);
    }

    static std::vector<std::string> lines_of(const std::string &path)
    {
        std::vector<std::string> lines;
        std::ifstream in(path);
        for (std::string line; std::getline(in, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    static int count(const std::vector<std::string> &lines, const std::string &pattern)
    {
        const std::regex regex(pattern);
        int count = 0;
        for (const std::string &line : lines) {
            count += std::regex_search(line, regex) ? 1 : 0;
        }
        return count;
    }

    // A target that cannot be opened: the JVM runs all the same, and the log goes to stderr and
    // says why.
    static void expect_fallback_to_stderr(const std::string &target)
    {
        Jvm jvm(Launch(GetParam()).with_agent("log=" + target).run("Hello"));
        EXPECT_EQ(jvm.finish(), 0) << jvm.transcript();
        EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
        EXPECT_EQ(jvm.lines_with(log_lines::log_unusable(target)).size(), 1u) << jvm.transcript();
        ASSERT_EQ(jvm.lines_with(log_lines::start()).size(), 1u) << jvm.transcript();
        EXPECT_EQ(jvm.lines_with(log_lines::start()).front().stream, Stream::error);
    }

private:
    TemporaryDirectory directory_;
};

TEST_P(LogTarget, MayBeStandardOutput)
{
    Jvm jvm(Launch(GetParam()).with_agent("log=stdout,log-level=debug").run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    ASSERT_EQ(jvm.lines_with(log_lines::start()).size(), 1u) << jvm.transcript();
    for (const Line &line : jvm.lines_with(log_lines::any_line())) {
        EXPECT_EQ(line.stream, Stream::output) << line.text;
    }
}

TEST_P(LogTarget, MayBeAFileNamedAfterTheProcess)
{
    // Without the test's own mask the mode is what the agent asked for.
    const mode_t mask = umask(0);
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "log=" + file("agent-%p.log")))
                .run("FullGcs", {freed_mib}));
    umask(mask);
    const std::string log = file("agent-" + std::to_string(jvm.pid()) + ".log");
    ASSERT_TRUE(eventually([&] {
        return count(lines_of(log), log_lines::trim(1, "full-gc")) == 1;
    })) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(count(lines_of(log), log_lines::start()), 1);
    EXPECT_EQ(count(lines_of(log), log_lines::summary(1, "full-gc")), 1);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
    struct stat status = {};
    ASSERT_EQ(stat(log.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0640u);
}

TEST_P(LogTarget, KeepsWhatTheFileHeldBefore)
{
    std::ofstream(file("agent.log")) << "what was there\n";
    Jvm jvm(Launch(GetParam())
                .with_agent("log=" + file("agent.log") + ",log-level=debug")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    const std::vector<std::string> lines = lines_of(file("agent.log"));
    ASSERT_GE(lines.size(), 2u);
    EXPECT_EQ(lines[0], "what was there");
    EXPECT_EQ(count(lines, log_lines::start()), 1);
}

TEST_P(LogTarget, ThroughASymbolicLinkIsRefused)
{
    std::ofstream(file("precious")) << "untouched\n";
    ASSERT_EQ(symlink(file("precious").c_str(), file("link").c_str()), 0);
    expect_fallback_to_stderr(file("link"));
    EXPECT_EQ(lines_of(file("precious")), std::vector<std::string>{"untouched"});
}

TEST_P(LogTarget, InADirectoryThatIsMissingIsNoObstacle)
{
    expect_fallback_to_stderr(file("missing/agent.log"));
}

TEST_P(LogTarget, InADirectoryThatIsReadOnlyIsNoObstacle)
{
    // Not even root can create a file here, whom the modes of a directory do not bind.
    expect_fallback_to_stderr("/proc/agent.log");
}

TEST_P(LogTarget, ThatIsAFifoWithoutAReaderIsNoObstacle)
{
    ASSERT_EQ(mkfifo(file("fifo").c_str(), 0600), 0);
    expect_fallback_to_stderr(file("fifo"));
}

TEST_P(LogTarget, OnAFullDiskDoesNotKeepTheAgentFromTrimming)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc,threshold=32m,settle=2s,log=/dev/full")
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const uint64_t before = jvm.resident_bytes();
    EXPECT_TRUE(eventually([&] { return jvm.resident_bytes() + returned_bytes < before; }));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_line()).empty()) << jvm.transcript();
}

TEST_P(LogTarget, OnAFileSystemThatFreezesHoldsUpNeitherTheProgramNorItsEnd)
{
    FrozenFiles files;
    if (!files.is_there()) {
        GTEST_SKIP() << "no file system of our own can be mounted here";
    }
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "log=" + files.file("agent.log")))
                .run("FullGcs", {freed_mib, "3"}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    ASSERT_TRUE(eventually([&] { return files.written() > 0; }));
    // The kernel learns by this close that nothing is flushed.
    std::ofstream(files.file("agent.log"), std::ios::app).close();
    files.freeze();
    ASSERT_TRUE(jvm.wait_for_line("^gc$", 3));
    EXPECT_EQ(jvm.jcmd({"GC.run"}).exit_code, 0) << "the worker is stuck, and nobody else";
    EXPECT_EQ(jvm.finish(), 0) << "it hangs here where the end waits";
}

INSTANTIATE_TEST_SUITE_P(To, LogTarget, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
