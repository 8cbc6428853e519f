// Another malloc than glibc's: the agent says so and leaves everything alone.
#include <filesystem>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

// Where Debian installs it, whatever the machine's architecture is called. Empty: it is not
// installed.
std::string jemalloc()
{
    std::error_code error;
    for (const auto &directory : std::filesystem::directory_iterator("/usr/lib", error)) {
        const std::filesystem::path library = directory.path() / "libjemalloc.so.2";
        if (std::filesystem::exists(library, error)) {
            return library.string();
        }
    }
    return "";
}

class Jemalloc : public testing::TestWithParam<Jdk>
{
};

TEST_P(Jemalloc, IsNamedInOneLineAndLeftAlone)
{
    if (jemalloc().empty()) {
        GTEST_SKIP() << "libjemalloc.so.2 is not installed";
    }
    Jvm jvm(Launch(GetParam())
                .variable("LD_PRELOAD=" + jemalloc())
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::allocator_refused("libjemalloc.so.2")));
    // Nor does an operator's wish make it trim.
    EXPECT_NE(jvm.attach("trim").exit_code, 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::trim_refused("libjemalloc.so.2")));
    // It goes on counting, though.
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::pauses_seen()));
    const auto pauses = log_lines::pauses_of(jvm.lines_with(log_lines::pauses_seen()).back().text);
    ASSERT_TRUE(pauses) << jvm.transcript();
    EXPECT_GE(pauses->old, 1u) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::allocator_refused("libjemalloc.so.2")).size(), 1u)
        << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
}

TEST_P(Jemalloc, HasNoneOfTheParametersThatAreForGlibc)
{
    if (jemalloc().empty()) {
        GTEST_SKIP() << "libjemalloc.so.2 is not installed";
    }
    Jvm jvm(Launch(GetParam())
                .variable("LD_PRELOAD=" + jemalloc())
                .with_agent("arena-max=1,trim-threshold=1m")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
    EXPECT_EQ(
        jvm.lines_with(log_lines::tuning_refused("malloc belongs to libjemalloc.so.2")).size(), 1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::start("default options")).size(), 1u) << jvm.transcript();
}

class Wrapper : public testing::TestWithParam<Jdk>
{
};

// A profiler that counts calls and passes them on: it is glibc's memory all the same.
TEST_P(Wrapper, OfGlibcsMallocIsSeenThrough)
{
    Jvm jvm(Launch(GetParam())
                .variable("LD_PRELOAD=" TRIM_WRAPPER)
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::any_trim_for("full-gc"))) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line(log_lines::start("behind libwrapper.so"))) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Preloaded, Wrapper, testing::ValuesIn(jdks()), parameter_name<Jdk>);
INSTANTIATE_TEST_SUITE_P(Preloaded, Jemalloc, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
