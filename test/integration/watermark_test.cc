// The periodic check: finds free native memory where no collection and no reload tells of it.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Watermark : public testing::TestWithParam<Jdk>
{
};

TEST_P(Watermark, LeadsToATrim)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("watermark", "check=200ms"))
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "watermark")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "watermark")));
    // The next check comes, and there is nothing left to trim for.
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim("watermark", "below-threshold")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary(1, "watermark")));
}

TEST_P(Watermark, BelowItsThresholdLeadsToNone)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("on=watermark,threshold=1g,check=200ms,log-level=debug")
                .run("NativeFree", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    const size_t before = jvm.lines_with(log_lines::no_trim("watermark", "below-threshold")).size();
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim("watermark", "below-threshold"), before + 2));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line(log_lines::summary_without_trims()));
}

TEST_P(Watermark, IsCheaplyFoundUnchangedInAJvmThatRests)
{
    // The threshold is below what the JVM holds, and above what it could give back.
    Jvm jvm(Launch(GetParam())
                .with_agent("on=watermark,threshold=24m,check=100ms,log-level=debug")
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::no_trim("watermark", "unchanged")));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Check, Watermark, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
