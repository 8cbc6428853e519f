// Native memory that comes free without a word from the JVM, with the default options: models that
// are swapped, in small JVMs too, and after a long rest.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"

namespace trimagent_test
{
namespace
{

constexpr uint64_t mib = 1 << 20;

// No collection and no class load tells of it; those of the start are not listened to.
const char *const untold = "(growth|watermark)";
const char *const no_events = "on=growth+watermark";

class Models : public testing::TestWithParam<Jdk>
{
protected:
    // Expects each old model to be given back before the next one comes.
    static void expect_each_swap_given_back(Jvm &jvm, int swaps)
    {
        ASSERT_TRUE(jvm.wait_for_line("^loaded$"));
        const uint64_t with_one = jvm.resident_bytes();
        for (int swap = 1; swap <= swaps; swap++) {
            ASSERT_TRUE(jvm.wait_for_line("^swap " + std::to_string(swap) + "$"));
            ASSERT_TRUE(eventually([&] { return jvm.resident_bytes() < with_one + 30 * mib; }))
                << jvm.resident_bytes() << " after " << with_one << ":\n"
                << jvm.transcript();
        }
        ASSERT_TRUE(jvm.wait_for_line("^ready$"));
        EXPECT_EQ(jvm.finish(), 0);
        EXPECT_GE(jvm.lines_with(log_lines::any_trim_for(untold)).size(), swaps - 1u)
            << jvm.transcript();
        EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
    }
};

TEST_P(Models, ThatAreSwappedAreGivenBackEachTime)
{
    Jvm jvm(Launch(GetParam()).with_agent(no_events).run("Models", {"100", "5"}));
    expect_each_swap_given_back(jvm, 5);
}

TEST_P(Models, InASmallJvmAreGivenBackEachTime)
{
    Jvm jvm(Launch(GetParam()).with("-Xmx32m").with_agent(no_events).run("Models", {"40", "3"}));
    expect_each_swap_given_back(jvm, 3);
}

INSTANTIATE_TEST_SUITE_P(Untold, Models, testing::ValuesIn(jdks()), parameter_name<Jdk>);

class Freed : public testing::TestWithParam<Jdk>
{
};

TEST_P(Freed, BySmallJvmIsGivenBack)
{
    for (const std::string heap : {"-Xmx32m", "-Xmx64m"}) {
        Jvm jvm(Launch(GetParam()).with(heap).with_agent().run("NativeFree", {"40"}));
        ASSERT_TRUE(jvm.wait_for_line(log_lines::any_trim()));
        const std::string line = jvm.lines_with(log_lines::any_trim()).front().text;
        EXPECT_LT(log_lines::seconds_of(line), 30.0) << line;
        const auto memory = log_lines::memory_of(line);
        ASSERT_TRUE(memory) << line;
        EXPECT_LT(memory->change_bytes, -static_cast<int64_t>(36 * mib)) << line;
        EXPECT_TRUE(eventually([&] { return jvm.resident_bytes() < 80 * mib; }))
            << jvm.resident_bytes();
        EXPECT_EQ(jvm.finish(), 0);
    }
}

INSTANTIATE_TEST_SUITE_P(Untold, Freed, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
