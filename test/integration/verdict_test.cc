// Leak or retention, on real JVMs that leak, fill a cache, fragment, or do none of these.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"

namespace trimagent_test
{
namespace
{

// Growth must last for two seconds only; looks are as frequent as they can be.
const char *const options = "growing-after=2s,check=100ms";

class Verdict : public testing::TestWithParam<Jdk>
{
protected:
    static Launch growth(const std::string &kind, const std::string &period)
    {
        return Launch(GetParam()).with_agent(options).run("Growth", {kind, period});
    }

    // Whether the status says so at some time.
    static bool status_says(Jvm &jvm, const std::string &what)
    {
        return eventually([&] {
            (void)jvm.attach("status");
            return !jvm.lines_with(what).empty();
        });
    }

    static void expect_growing(Jvm &jvm)
    {
        ASSERT_TRUE(jvm.wait_for_line(
            R"(\[warning\]\[trimagent\] verdict: growing: memory in use grows by [0-9.]+G an hour)"))
            << jvm.transcript();
        EXPECT_TRUE(status_says(jvm, "  verdict: growing: ")) << jvm.transcript();
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_EQ(jvm.lines_with(R"(\[warning\].*verdict)").size(), 1U) << "it is said once";
    }

    static void expect_no_growth(Jvm &jvm)
    {
        ASSERT_TRUE(status_says(jvm, "verdict: fine: .*no even growth in")) << jvm.transcript();
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_TRUE(jvm.lines_with("verdict: growing").empty()) << jvm.transcript();
    }
};

TEST_P(Verdict, OfALeakOfOneMibAReload)
{
    Jvm jvm(growth("leak", "50"));
    expect_growing(jvm);
}

TEST_P(Verdict, OfALeakBelowTheNoise)
{
    if (name_of(GetParam()) != name_of(jdks().front())) {
        GTEST_SKIP() << "it takes a quarter of a minute, and one JDK will do";
    }
    Jvm jvm(growth("slow", "30"));
    expect_growing(jvm);
}

TEST_P(Verdict, OfACacheThatFillsUp)
{
    Jvm jvm(growth("cache", "50"));
    expect_no_growth(jvm);
}

TEST_P(Verdict, OfAProcessWithoutTrouble)
{
    Jvm jvm(growth("none", "100"));
    expect_no_growth(jvm);
}

TEST_P(Verdict, OfFragments)
{
    Jvm jvm(growth("fragments", "100"));
    EXPECT_TRUE(status_says(jvm, "verdict: pinned: [0-9.]+M is free, but blocks in use"))
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Verdict, OfAJavaHeap)
{
    Jvm jvm(Launch(GetParam())
                .with("-Xms320m")
                .with("-Xmx320m")
                .with("-XX:+AlwaysPreTouch")
                .with_agent()
                .run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(status_says(jvm, "verdict: not_malloc: [0-9.]+M of [0-9.]+M RSS is not malloc's"))
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Every, Verdict, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
