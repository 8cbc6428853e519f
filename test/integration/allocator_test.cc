// Another malloc than glibc's: its memory comes back as well, where the agent knows it; elsewhere
// the agent says so and leaves everything alone.
#include <filesystem>
#include <tuple>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

// Where Debian installs a library, whatever the machine's architecture is called. Empty: it is not
// installed.
std::string installed(const std::string &library)
{
    std::error_code error;
    for (const auto &directory : std::filesystem::directory_iterator("/usr/lib", error)) {
        const std::filesystem::path path = directory.path() / library;
        if (std::filesystem::exists(path, error)) {
            return path.string();
        }
    }
    return "";
}

struct Malloc {
    std::string name;    // As the agent calls it.
    std::string library; // As Debian calls it.
};

class Allocator : public testing::TestWithParam<std::tuple<Jdk, Malloc>>
{
protected:
    void SetUp() override
    {
        if (library().empty()) {
            GTEST_SKIP() << std::get<1>(GetParam()).library << " is not installed";
        }
    }

    static Jdk jdk()
    {
        return std::get<0>(GetParam());
    }

    static std::string name()
    {
        return std::get<1>(GetParam()).name;
    }

    static std::string library()
    {
        return installed(std::get<1>(GetParam()).library);
    }
};

// The name of a case.
std::string name_of_both(const testing::TestParamInfo<std::tuple<Jdk, Malloc>> &info)
{
    return name_of(std::get<0>(info.param)) + "_" + std::get<1>(info.param).name;
}

TEST_P(Allocator, GivesBackWhatAFullGcHasFreed)
{
    Jvm jvm(Launch(jdk())
                .variable("LD_PRELOAD=" + library())
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc"))) << jvm.transcript();
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::start(name() + " "))) << jvm.transcript();
    EXPECT_FALSE(jvm.lines_with(log_lines::own_figures(1, name())).empty()) << jvm.transcript();
    EXPECT_EQ(jvm.attach("trim").exit_code, 0) << "an operator may ask for it too";
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Allocator, GivesBackWhatReloadsHaveFreed)
{
    Jvm jvm(Launch(jdk())
                .variable("LD_PRELOAD=" + library())
                .with_agent(quick_options("reload"))
                .run("Reloads", {"1", "300", freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "reload"))) << jvm.transcript();
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "reload")));
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Allocator, HasNothingToDoWithTheOptionsForGlibc)
{
    Jvm jvm(Launch(jdk())
                .variable("LD_PRELOAD=" + library())
                .with_agent("arena-max=1,trim-threshold=1m,mode=borrow")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with("^hello$").size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::only_for_glibc("mode, trim-threshold, arena-max")).size(),
              1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::start("default options")).size(), 1u) << jvm.transcript();
}

class Unsupported : public testing::TestWithParam<Jdk>
{
};

TEST_P(Unsupported, IsNamedInOneLineAndLeftAlone)
{
    Jvm jvm(Launch(GetParam())
                .variable("LD_PRELOAD=" TRIM_FOREIGN)
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::allocator_refused("libforeign.so")));
    // Nor does an operator's wish make it trim.
    EXPECT_NE(jvm.attach("trim").exit_code, 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::trim_refused("libforeign.so")));
    // It goes on counting, though.
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::pauses_seen()));
    const auto pauses = log_lines::pauses_of(jvm.lines_with(log_lines::pauses_seen()).back().text);
    ASSERT_TRUE(pauses) << jvm.transcript();
    EXPECT_GE(pauses->old, 1u) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::allocator_refused("libforeign.so")).size(), 1u)
        << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_trim()).empty()) << jvm.transcript();
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

INSTANTIATE_TEST_SUITE_P(Preloaded, Unsupported, testing::ValuesIn(jdks()), parameter_name<Jdk>);
INSTANTIATE_TEST_SUITE_P(Preloaded, Wrapper, testing::ValuesIn(jdks()), parameter_name<Jdk>);
INSTANTIATE_TEST_SUITE_P(
    Preloaded, Allocator,
    testing::Combine(testing::ValuesIn(jdks()),
                     testing::Values(Malloc{"jemalloc", "libjemalloc.so.2"},
                                     Malloc{"tcmalloc", "libtcmalloc_minimal.so.4"},
                                     Malloc{"mimalloc", "libmimalloc.so.2.0"})),
    name_of_both);

} // namespace
} // namespace trimagent_test
