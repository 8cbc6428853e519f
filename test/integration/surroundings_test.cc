// A system that gives little: limits, file systems and CPU. The program ends as without the agent.
#include <sys/mount.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "memory_cgroup.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

struct Surrounding {
    std::string name;
    std::vector<std::string> through; // What starts the JVM in it.
    size_t complaints;                // Lines that say what cannot be had.
};

std::string name_of(const Surrounding &surrounding)
{
    return surrounding.name;
}

void PrintTo(const Surrounding &surrounding, std::ostream *out)
{
    *out << surrounding.name;
}

// In mounts of its own.
std::vector<std::string> mounted(const std::string &how)
{
    return {"/usr/bin/unshare", "--mount", "/bin/sh", "-c", how + " && exec \"$@\"", "sh"};
}

std::vector<std::string> limited(const std::string &limit)
{
    return {"/usr/bin/prlimit", limit};
}

class Surroundings : public testing::TestWithParam<std::tuple<Jdk, Surrounding>>
{
};

TEST_P(Surroundings, LeaveTheProgramAloneAndTheTrimPossible)
{
    const Surrounding &surrounding = std::get<Surrounding>(GetParam());
    std::vector<std::string> words = surrounding.through;
    words.push_back("/bin/true");
    if (run({words, {}, ""}).exit_code != 0) {
        GTEST_SKIP() << "this machine has none of it";
    }
    Jvm jvm(Launch(std::get<Jdk>(GetParam()))
                .through(surrounding.through)
                .with("-Xmx64m")
                .with_agent(quick_options("full-gc", "metrics=/tmp/trimagent-surroundings-%p.prom"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    if (surrounding.complaints != 0) {
        // Metrics are written ten seconds after the start.
        EXPECT_TRUE(jvm.wait_for_line(log_lines::any_complaint()));
    }
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::any_complaint()).size(), surrounding.complaints)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with("^(freed|gc|ready)$").size(), 3u) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(
    Of, Surroundings,
    testing::Combine(
        testing::ValuesIn(jdks()),
        testing::Values(
            Surrounding{"ReadOnlyRoot",
                        mounted("mount --make-rprivate / && mount --bind / / && "
                                "mount -o remount,bind,ro / && mount -t tmpfs -o ro tmpfs /tmp || "
                                "exit 77; cd /"),
                        1},
            Surrounding{"HidePid",
                        mounted("mount --make-rprivate / && mount -t proc -o hidepid=2 proc /proc"),
                        0},
            Surrounding{"NoLockedMemory", limited("--memlock=0"), 0},
            Surrounding{"NoQueuedSignals", limited("--sigpending=0"), 0},
            Surrounding{"SmallStack", limited("--stack=262144"), 0},
            Surrounding{"AddressSpace", limited("--as=3221225472"), 0})),
    parameter_name<Surroundings::ParamType>);

class OneByOne : public testing::TestWithParam<Jdk>
{
protected:
    // The exit code with so many descriptors.
    static int with_descriptors(int count, bool agent)
    {
        Launch launch(GetParam());
        launch.through(limited("--nofile=" + std::to_string(count)));
        if (agent) {
            launch.with_agent("log-level=debug,on=full-gc+pressure");
        }
        Jvm jvm(launch.run("Hello"));
        return jvm.finish();
    }
};

// From the first number that the JVM itself gets by with.
TEST_P(OneByOne, DescriptorsAtTheEdgeAreEnough)
{
    int count = 4;
    while (with_descriptors(count, false) != 0) {
        ASSERT_LT(++count, 64);
    }
    for (int more = 0; more < 4; more++) {
        EXPECT_EQ(with_descriptors(count + more, true), 0) << count + more;
    }
}

TEST_P(OneByOne, StoppedAmidATrimItGoesOn)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc,threshold=32m,settle=10ms,log-level=debug")
                .run("ExitDuringTrim", {"512"}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim_begins(1, "full-gc")));
    jvm.signal(SIGSTOP);
    // Nothing happens to one that is stopped; its state tells that it is.
    ASSERT_TRUE(eventually([&] {
        std::ifstream status("/proc/" + std::to_string(jvm.pid()) + "/stat");
        std::string text;
        std::getline(status, text);
        return text.find(") T ") != std::string::npos;
    }));
    jvm.signal(SIGCONT);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    jvm.write_line("exit");
    EXPECT_EQ(jvm.wait_exit(), 3) << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(OneByOne, WithATwentiethOfACpuItStillReleasesAndEnds)
{
    const std::filesystem::path group =
        "/sys/fs/cgroup/cpu/trimagent-test-" + std::to_string(getpid());
    std::error_code error;
    std::filesystem::create_directory(group, error);
    if (error || !(std::ofstream(group / "cpu.cfs_quota_us") << 5000 << std::flush)) {
        GTEST_SKIP() << "no group for CPUs can be made here";
    }
    {
        Jvm jvm(Launch(GetParam())
                    .with_agent("on=watermark,check=off")
                    .run("ExitDuringTrim", {freed_mib}));
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        ASSERT_TRUE(std::ofstream(group / "cgroup.procs") << jvm.pid() << std::flush);
        EXPECT_EQ(jvm.attach("trim").exit_code, 0);
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand")));
        jvm.write_line("exit");
        EXPECT_EQ(jvm.wait_exit(), 3) << jvm.transcript();
    }
    std::filesystem::remove(group, error);
}

// Throttled at memory.high where the hierarchy has it, which version 1 has not.
TEST_P(OneByOne, In64MebibytesItStillReleasesAndEnds)
{
    MemoryCgroup cgroup(uint64_t{64} << 20);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    std::ofstream(cgroup.directory() + "/memory.high") << (uint64_t{60} << 20);
    Jvm jvm(Launch(GetParam())
                .through(cgroup.joining())
                .with("-Xmx8m")
                .with("-XX:+UseSerialGC")
                .with_agent("on=full-gc+watermark+pressure,threshold=1m,check=1s")
                .run("FullGcs", {"16", "3"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::any_trim_for("demand")));
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Of, OneByOne, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
