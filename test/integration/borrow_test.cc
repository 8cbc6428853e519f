// Memory that comes back by borrowing, in real JVMs: what the lines of a trim say of it, and what
// happens where it cannot be done.
#include <sys/resource.h>

#include <fstream>

#include "cpus.h"
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
const char *const late_options = "mode:borrow,on:full-gc,log-level:debug";

// The arenas of a trim, where each that was wanted was reached.
const char *const all_arenas = R"(([1-9]\d*) of \1\b)";

class Borrow : public testing::TestWithParam<Jdk>
{
protected:
    static Launch launch()
    {
        return Launch(GetParam());
    }

    // Asks for a trim, and waits until it is told.
    static void trim(Jvm &jvm)
    {
        EXPECT_EQ(jvm.attach("trim").exit_code, 0);
        EXPECT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand")));
    }

    static void expect_borrowed(Jvm &jvm, const std::string &arenas)
    {
        EXPECT_TRUE(jvm.wait_for_line(log_lines::detail_of_trim(1, R"(way: borrow\b)")));
        EXPECT_TRUE(jvm.wait_for_line(log_lines::detail_of_trim(1, "entered " + arenas)));
        EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "demand")));
    }
};

TEST_P(Borrow, BesideThreadsThatAllocateReachesAllArenas)
{
    Jvm jvm(launch().with_agent("mode=borrow,on=full-gc,log-level=debug").run("FreeAmidLoad"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    trim(jvm);
    expect_borrowed(jvm, all_arenas);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Borrow, WhereAllThreadsShareFewArenasReachesAllArenas)
{
    for (const char *arenas : {"MALLOC_ARENA_MAX=1", "MALLOC_ARENA_MAX=2"}) {
        Jvm jvm(launch()
                    .variable(arenas)
                    .with_agent("mode=borrow,on=full-gc,log-level=debug")
                    .run("FreeAmidLoad"));
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        trim(jvm);
        expect_borrowed(jvm, all_arenas);
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    }
}

// glibc makes so many arenas for each CPU that is online, and each new thread gets a new one.
TEST_P(Borrow, HoweverManyCpusThereAreReachesAllArenas)
{
    const TemporaryDirectory directory;
    for (const int cpus : {1, 2, 16, 64, 192}) {
        const Cpus believed(directory, cpus);
        if (!believed.why_not().empty()) {
            GTEST_SKIP() << believed.why_not();
        }
        Jvm jvm(launch()
                    .through(believed.starter())
                    .with_agent("mode=borrow,on=full-gc,log-level=debug")
                    .run("FreeAmidLoad"));
        ASSERT_TRUE(jvm.wait_for_line("^ready$")) << cpus;
        trim(jvm);
        expect_borrowed(jvm, all_arenas);
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    }
}

TEST_P(Borrow, WithFewerCpusThanAreOnlineReachesAllArenas)
{
    const TemporaryDirectory directory;
    const Cpus believed(directory, 64);
    if (!believed.why_not().empty()) {
        GTEST_SKIP() << believed.why_not();
    }
    std::vector<std::string> starter = believed.starter();
    for (const char *word : {"/usr/bin/taskset", "--cpu-list", "0"}) {
        starter.emplace_back(word);
    }
    Jvm jvm(launch()
                .through(starter)
                .with_agent("mode=borrow,on=full-gc,log-level=debug")
                .run("FreeAmidLoad"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    trim(jvm);
    expect_borrowed(jvm, all_arenas);
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Borrow, AfterALateAttachReachesAllArenas)
{
    Jvm jvm(launch().run("FreeAmidLoad", {"192", "0"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach(late_options).exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start("mode=borrow")));
    trim(jvm);
    expect_borrowed(jvm, all_arenas);
    EXPECT_EQ(jvm.finish(), 0);
}

// As where the kernel gives huge pages to everybody: malloc asks for them here.
TEST_P(Borrow, OnHugePagesReachesAllArenas)
{
    std::string setting;
    std::getline(std::ifstream("/sys/kernel/mm/transparent_hugepage/enabled"), setting);
    if (setting.empty() || setting.find("[never]") != std::string::npos) {
        GTEST_SKIP() << "this machine has no huge pages";
    }
    Jvm jvm(launch()
                .variable("GLIBC_TUNABLES=glibc.malloc.hugetlb=1")
                .with_agent("mode=borrow,on=full-gc,log-level=debug")
                .run("FreeAmidLoad"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    trim(jvm);
    expect_borrowed(jvm, all_arenas);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Borrow, IsNotWaitedForAtExit)
{
    // A trim may end of itself before the JVM does, but not each time. If the exit waited for it,
    // it would each time.
    bool was_running = false;
    for (int attempt = 0; attempt < 10 && !was_running; attempt++) {
        Jvm jvm(launch()
                    .variable("MALLOC_ARENA_MAX=1")
                    .with_agent("mode=borrow,on=full-gc,threshold=32m,settle=10ms,"
                                "log-level=debug")
                    .run("ExitDuringTrim", {"1024"}));
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim_begins(1, "full-gc")));
        jvm.write_line("exit");
        EXPECT_EQ(jvm.wait_exit(), 3) << jvm.transcript();
        was_running = !jvm.lines_with(log_lines::summary_during_a_trim()).empty();
    }
    EXPECT_TRUE(was_running);
}

// No thread can be started, no heap can grow, nothing can be mapped.
TEST_P(Borrow, WithoutRoomInTheAddressSpaceReachesAllButTheMainArena)
{
    Jvm jvm(
        launch().with_agent("mode=borrow,on=full-gc,log-level=debug").run("NativeTops", {"192"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    // What listens for attaching has its thread from now on.
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::status()));
    rlimit before = {};
    ASSERT_EQ(prlimit(jvm.pid(), RLIMIT_AS, nullptr, &before), 0);
    rlimit none = before;
    none.rlim_cur = 0;
    ASSERT_EQ(prlimit(jvm.pid(), RLIMIT_AS, &none, nullptr), 0);
    trim(jvm);
    ASSERT_EQ(prlimit(jvm.pid(), RLIMIT_AS, &before, nullptr), 0);
    EXPECT_TRUE(jvm.wait_for_line(
        log_lines::detail_of_trim(1, R"(borrowed .*, [1-9][0-9.]*M of it from tops)")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Borrow, WhereMallocWritesToWhatIsFreeLeavesItToMallocTrim)
{
    Jvm jvm(launch()
                .variable("MALLOC_PERTURB_=165")
                .with_agent("mode=borrow,on=full-gc,log-level=debug")
                .run("FreeAmidLoad"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    trim(jvm);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::detail_of_trim(1, "way: trim, ")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "demand")));
    EXPECT_EQ(jvm.attach("trim").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(2, "demand")));
    EXPECT_EQ(jvm.lines_with(log_lines::nothing_is_borrowed("MALLOC_PERTURB_")).size(), 1U)
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Borrow, WhereNothingCanBeDroppedGivesAllBack)
{
    const std::vector<std::string> forbid = {TRIM_FORBID, "madvise", "process_madvise", "--"};
    std::vector<std::string> attempt = forbid;
    attempt.emplace_back("/bin/true");
    if (run({attempt, {}, ""}).exit_code == 77) {
        GTEST_SKIP() << "this machine does not let it be forbidden";
    }
    Jvm jvm(launch()
                .through(forbid)
                .with_agent("mode=borrow,on=full-gc,log-level=debug")
                .run("FreeAmidLoad"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    trim(jvm);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::detail_of_trim(1, "borrowed 0 ")));
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Given, Borrow, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
