// The container around the JVM: its memory limit, how full it is, and the kernel's pressure.
#include <gtest/gtest.h>

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

constexpr uint64_t mib = 1 << 20;

class Container : public testing::TestWithParam<Jdk>
{
};

TEST_P(Container, ItsLimitIsFoundToldAndFollowed)
{
    MemoryCgroup cgroup(512 * mib);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    Jvm jvm(Launch(GetParam())
                .through(cgroup.joining())
                .with_agent("threshold=5%,on=watermark,check=100ms,log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::memory_limit("512M", cgroup.directory())));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(cgroup.set_limit(640 * mib));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::memory_limit("640M", cgroup.directory())));
    jvm.attach("status");
    EXPECT_TRUE(jvm.wait_for_line(log_lines::memory_fill("640M")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Container, MoreIsTrimmedWhereItIsNearlyFull)
{
    MemoryCgroup cgroup(280 * mib);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    // What is freed is less than the threshold, unless that falls.
    Jvm jvm(Launch(GetParam())
                .through(cgroup.joining())
                .with_agent("threshold=128m,urgent=40%,on=watermark,check=200ms")
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::memory_is_short()));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "watermark")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Container, WhereATrimCannotHelpItSaysSoOnce)
{
    MemoryCgroup cgroup(400 * mib);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    Jvm jvm(Launch(GetParam())
                .through(cgroup.joining())
                .with_agent("urgent=1%,on=watermark,check=100ms,log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim_would_not_help()));
    const size_t before = jvm.lines_with(log_lines::no_trim("watermark", "unchanged")).size();
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim("watermark", "unchanged"), before + 1));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::trim_would_not_help()).size(), 1U);
}

TEST_P(Container, WithoutCgroupsTheHostsMemoryIsTheLimit)
{
    const std::string hide = "umount -l /sys/fs/cgroup 2>/dev/null; exec \"$@\"";
    if (run({{"/usr/bin/unshare", "-m", "/bin/sh", "-c", "umount -l /sys/fs/cgroup"}, {}, {}})
            .exit_code != 0) {
        GTEST_SKIP() << "/sys/fs/cgroup cannot be hidden: no root, or no mount namespaces";
    }
    Jvm jvm(Launch(GetParam())
                .through({"/usr/bin/unshare", "-m", "/bin/sh", "-c", hide, "sh"})
                .with_agent("threshold=5%,log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_cgroup_visible()));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Container, RealPressureLeadsToATrim)
{
    MemoryCgroup cgroup(24 * mib);
    if (!cgroup.why_not().empty()) {
        GTEST_SKIP() << cgroup.why_not();
    }
    Jvm jvm(Launch(GetParam())
                .with_agent("on=pressure,check=500ms,log-level=debug")
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::pressure_source()));
    if (!jvm.lines_with(log_lines::pressure_unknown()).empty()) {
        jvm.finish();
        GTEST_SKIP() << "this kernel has no pressure stall information";
    }
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    // A cgroup that is too small for the file it reads again and again keeps reclaiming. It ends
    // with the JVM.
    const TemporaryDirectory directory;
    std::vector<std::string> command = cgroup.joining();
    for (const char *word : {"/bin/sh", "-c",
                             "dd if=/dev/zero of=big bs=1M count=96 2>/dev/null; "
                             "while kill -0 $0 2>/dev/null; do cat big > /dev/null & cat big > "
                             "/dev/null; wait; done"}) {
        command.emplace_back(word);
    }
    command.push_back(std::to_string(jvm.pid()));
    Process presser({command, {}, directory.path()});
    EXPECT_TRUE(jvm.wait_for_line(log_lines::trim(1, "pressure")));
    EXPECT_EQ(jvm.finish(), 0);
    presser.wait_exit();
}

INSTANTIATE_TEST_SUITE_P(Limits, Container, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
