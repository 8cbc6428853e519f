// Parameters of glibc's malloc that are set at the start: what they change in a real JVM.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

// What the fixture frees, in MiB: enough that a block of the JVM's own behind some of it, which
// happens, leaves more in the tops than is looked for.
const char *const freed_by_threads_mib = "160";

class Tuning : public testing::TestWithParam<Jdk>
{
protected:
    // What is left in the arenas after threads have freed all they had, and after a trim.
    log_lines::Arenas arenas_with(const std::string &options)
    {
        Jvm jvm(Launch(GetParam())
                    .with_agent("on=full-gc" + options)
                    .run("NativeTops", {freed_by_threads_mib}));
        EXPECT_TRUE(jvm.wait_for_line("^ready$"));
        EXPECT_EQ(jvm.attach("trim").exit_code, 0);
        EXPECT_EQ(jvm.attach("status").exit_code, 0);
        EXPECT_TRUE(jvm.wait_for_line(log_lines::arenas_seen()));
        const auto lines = jvm.lines_with(log_lines::arenas_seen());
        const auto arenas =
            log_lines::arenas_of(lines.empty() ? std::string() : lines.front().text);
        EXPECT_TRUE(arenas) << jvm.transcript();
        resident_bytes_ = static_cast<int64_t>(jvm.resident_bytes());
        EXPECT_EQ(jvm.finish(), 0);
        return arenas.value_or(log_lines::Arenas{});
    }

    int64_t resident_bytes_ = 0;
};

TEST_P(Tuning, OfTheTrimThresholdBringsTheTopsBack)
{
    const log_lines::Arenas left = arenas_with(",mode=trim");
    const int64_t resident_left = resident_bytes_;
    EXPECT_GT(left.tops_bytes, static_cast<uint64_t>(returned_bytes))
        << "what malloc_trim does not reach";
    const log_lines::Arenas tuned = arenas_with(",mode=trim,trim-threshold=1m");
    EXPECT_LT(tuned.tops_bytes, static_cast<uint64_t>(returned_bytes) / 4);
    EXPECT_LT(resident_bytes_, resident_left - returned_bytes / 2) << "the system says so too";
}

TEST_P(Tuning, OfArenasLimitsThem)
{
    EXPECT_GE(arenas_with("").count, 4u);
    // One is the main arena's, the other was made for the main thread before the agent was loaded.
    EXPECT_LE(arenas_with(",arena-max=1").count, 2u);
}

TEST_P(Tuning, PrevailsOverTheEnvironmentAndSaysSo)
{
    Jvm jvm(Launch(GetParam())
                .variable("MALLOC_ARENA_MAX=2")
                .with_agent("arena-max=3,trim-threshold=2m,log-level=debug")
                .run("Hello"));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::tuning_overrides("arena-max=3 takes the place of what "
                                                         "MALLOC_ARENA_MAX says"))
                  .size(),
              1u)
        << jvm.transcript();
    EXPECT_EQ(
        jvm.lines_with(log_lines::start("trim-threshold=2m,mmap-threshold=32m,arena-max=3")).size(),
        1u)
        << jvm.transcript();
    EXPECT_TRUE(jvm.lines_with(log_lines::any_complaint()).empty()) << jvm.transcript();
}

TEST_P(Tuning, AtLateAttachIsOfThresholdsOnly)
{
    Jvm jvm(Launch(GetParam()).run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.attach("trim-threshold:2m,arena-max:3").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::start("trim-threshold=2m,mmap-threshold=32m")));
    EXPECT_EQ(jvm.lines_with(log_lines::tuning_refused("arena-max=3 can only be set")).size(), 1u)
        << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Given, Tuning, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
