// What a JVM may run under, with or beside: archives of classes, a runtime of its own, other tools,
// a system that shows or allows less. The agent releases under each of them, and says nothing that
// is not said elsewhere.
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "memory_cgroup.h"
#include "process.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

class Conditions : public testing::TestWithParam<Jdk>
{
protected:
    static Launch launch()
    {
        return Launch(GetParam()).with_agent(quick_options("full-gc"));
    }

    static void expect_release(const Launch &launch)
    {
        Jvm jvm(launch);
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
        EXPECT_TRUE(jvm.wait_for_line(log_lines::gc_source("performance counters")));
        EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    }

    // Runs this JDK's java until it ends.
    static Outcome java(const std::vector<std::string> &arguments, const std::string &directory)
    {
        std::vector<std::string> words = {GetParam().tool("java")};
        words.insert(words.end(), arguments.begin(), arguments.end());
        return run({words, {}, directory});
    }

    // A command that changes the mounts by a script of the shell's first, and becomes the one
    // behind it.
    static std::vector<std::string> mounted(const std::string &script)
    {
        return {"/usr/bin/unshare", "--mount", "/bin/sh", "-ec", script, "sh"};
    }

    static bool possible(const std::vector<std::string> &starter)
    {
        std::vector<std::string> words = starter;
        words.emplace_back("/bin/true");
        return run({words, {}, ""}).exit_code == 0;
    }
};

TEST_P(Conditions, CountersThatNoFileSharesAreRead)
{
    expect_release(launch().with("-XX:+PerfDisableSharedMem").run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, AnArchiveOfClassesStaysInUse)
{
    if (GetParam().version < 11) {
        GTEST_SKIP() << "JDK 8 makes archives by another way";
    }
    const TemporaryDirectory directory;
    const std::string archive = "-XX:SharedArchiveFile=" + directory.file("classes.jsa");
    ASSERT_EQ(java({"-Xshare:dump", archive}, directory.path().string()).exit_code, 0);
    // A JVM that cannot use it does not start.
    expect_release(launch().with("-Xshare:on").with(archive).run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, AnAheadOfTimeCacheStaysInUse)
{
    if (GetParam().version < 25) {
        GTEST_SKIP() << "made in one step since 25 only";
    }
    const TemporaryDirectory directory;
    const std::string cache = directory.file("classes.aot");
    // In an empty directory, because there must be no classes outside of archives.
    ASSERT_EQ(
        java({"-XX:AOTCacheOutput=" + cache, "-version"}, directory.path().string()).exit_code, 0);
    expect_release(
        launch().with("-XX:AOTCache=" + cache).with("-XX:AOTMode=on").run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, ARuntimeOfTheBaseModuleAloneWillDo)
{
    if (!std::filesystem::exists(GetParam().tool("jlink"))) {
        GTEST_SKIP() << "this JDK has no jlink";
    }
    const TemporaryDirectory directory;
    const Jdk linked = {GetParam().version, directory.file("runtime")};
    // The fixtures' Unsafe is in the second one.
    const Outcome outcome = run({{GetParam().tool("jlink"), "--add-modules",
                                  "java.base,jdk.unsupported", "--output", linked.home},
                                 {},
                                 directory.path().string()});
    if (outcome.exit_code != 0) {
        GTEST_SKIP() << "jlink: " << outcome.transcript;
    }
    expect_release(Launch(linked).with_agent(quick_options("full-gc")).run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, TheFlightRecorderAndADebuggerStandBeside)
{
    Launch both = launch();
    both.with("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,address=0");
    if (GetParam().version >= 11) {
        both.with("-XX:StartFlightRecording=filename=recording.jfr");
    }
    expect_release(both.run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, ARootThatCannotBeWrittenToWillDo)
{
    const std::vector<std::string> starter = mounted(
        R"(mount -o remount,bind,ro /; if touch "$PWD/file" 2>/dev/null; then exit 1; fi; exec "$@")");
    if (!possible(starter)) {
        GTEST_SKIP() << "no root, or no mount namespaces";
    }
    expect_release(launch().through(starter).run("FullGcs", {freed_mib}));
}

// hidepid: a process sees nobody's directories in /proc but those of its own user's processes.
TEST_P(Conditions, AProcThatHidesOthersWillDo)
{
    const std::vector<std::string> starter =
        mounted(R"(mount -t proc -o hidepid=2 proc /proc; )"
                R"(exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@")");
    std::vector<std::string> reads = starter;
    reads.insert(reads.end(),
                 {"/bin/sh", "-c", R"([ ! -e /proc/1 ] && [ -r "$0" ])", TRIM_AGENT_LIBRARY});
    if (run({reads, {}, ""}).exit_code != 0) {
        GTEST_SKIP() << "no root, no mount namespaces, or nobody may read the agent's library";
    }
    expect_release(launch().through(starter).run("FullGcs", {freed_mib}));
}

TEST_P(Conditions, AContainerOf64MebibytesWillDo)
{
    MemoryCgroup cgroup(uint64_t{64} << 20);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    Jvm jvm(Launch(GetParam())
                .through(cgroup.joining())
                .with("-Xmx16m")
                .with("-XX:+UseSerialGC")
                .with("-XX:TieredStopAtLevel=1")
                .with_agent("on=full-gc,threshold=4m,settle=100ms,log-level=debug")
                .run("FullGcs", {"12"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::memory_limit("64M", cgroup.directory())));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Under, Conditions, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
