// The file of metrics beside real JVMs: that it tells what has happened, and that it goes with its
// JVM.
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"
#include "temporary_directory.h"

namespace trimagent_test
{
namespace
{

class Metrics : public testing::TestWithParam<Jdk>
{
protected:
    std::string file(const std::string &name) const
    {
        return directory_.file(name);
    }

    std::string page() const
    {
        std::ifstream in(file("app.prom"));
        return {std::istreambuf_iterator<char>(in), {}};
    }

    bool there() const
    {
        return std::filesystem::exists(file("app.prom"));
    }

    // The value behind a series; -1: there is none such.
    double value(const std::string &series) const
    {
        const std::string text = page();
        const std::string start = "\n" + series + " ";
        const size_t at = text.find(start);
        return at == std::string::npos ? -1 : std::stod(text.substr(at + start.size()));
    }

    std::string option() const
    {
        return "metrics=" + file("app.prom");
    }

    // A JVM that has trimmed and written its metrics, which comes after ten seconds.
    void expect_trimmed(Jvm &jvm) const
    {
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
        ASSERT_TRUE(eventually([&] { return there(); })) << jvm.transcript();
    }

    Launch full_gcs() const
    {
        return Launch(GetParam())
            .with_agent(quick_options("full-gc", "check=off," + option()))
            .run("FullGcs", {freed_mib});
    }

private:
    TemporaryDirectory directory_;
};

TEST_P(Metrics, TellWhatATrimHasDone)
{
    Jvm jvm(full_gcs());
    expect_trimmed(jvm);
    double trims = 0;
    for (const char *way : {"trim", "borrow", "borrow+trim"}) {
        trims += value("trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"" +
                       std::string(way) + "\"}");
    }
    EXPECT_GE(trims, 1) << page();
    EXPECT_GE(value("trimagent_released_bytes_total{jvm=\"app\"}"), returned_bytes) << page();
    EXPECT_GE(value("trimagent_trim_duration_seconds_count{jvm=\"app\"}"), 1) << page();
    EXPECT_GT(value("trimagent_trim_duration_seconds_sum{jvm=\"app\"}"), 0) << page();
    EXPECT_GE(value("trimagent_old_gcs_total{jvm=\"app\"}"), 1) << page();
    EXPECT_GT(value("trimagent_cpu_seconds_total{jvm=\"app\",work=\"release\"}"), 0) << page();
    EXPECT_GT(value("trimagent_c_heap_bytes{jvm=\"app\",state=\"in_use\"}"), 0) << page();
    EXPECT_GE(value("trimagent_c_heap_bytes{jvm=\"app\",state=\"free_released\"}"), returned_bytes)
        << page();
    EXPECT_NEAR(value("trimagent_resident_bytes{jvm=\"app\"}"),
                static_cast<double>(jvm.resident_bytes()), 32 << 20)
        << page();
    EXPECT_GT(value("trimagent_memory_limit_bytes{jvm=\"app\"}"), 0) << page();
    // Short-lived programs with the same options leave it alone, even one that trims.
    const std::string before = page();
    const Outcome list = run({{GetParam().tool("jcmd"), "-l"},
                              {"JAVA_TOOL_OPTIONS=-agentpath:" + agent_path(option())},
                              ""});
    EXPECT_EQ(list.exit_code, 0) << list.transcript;
    EXPECT_NE(list.transcript.find("agentpath"), std::string::npos) << list.transcript;
    Jvm brief(full_gcs());
    EXPECT_TRUE(brief.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_EQ(brief.attach("status").exit_code, 0) << "it has done all that a trim leads to";
    EXPECT_EQ(page(), before);
    EXPECT_EQ(brief.finish(), 0);
    EXPECT_EQ(page(), before);
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_FALSE(there()) << "the file goes with its JVM";
}

TEST_P(Metrics, OfAKilledJvmAreReplacedByTheNextAndGoWithOneThatIsTerminated)
{
    {
        Jvm killed(full_gcs());
        expect_trimmed(killed);
        killed.signal(SIGKILL);
        EXPECT_EQ(killed.wait_exit(), 128 + SIGKILL);
        EXPECT_TRUE(there());
    }
    const auto written = std::filesystem::last_write_time(file("app.prom"));
    Jvm jvm(full_gcs());
    ASSERT_TRUE(
        eventually([&] { return std::filesystem::last_write_time(file("app.prom")) != written; }));
    jvm.signal(SIGTERM);
    EXPECT_EQ(jvm.wait_exit(), 128 + SIGTERM);
    EXPECT_FALSE(there());
}

TEST_P(Metrics, ThatCannotBeWrittenAreNoObstacle)
{
    Jvm jvm(Launch(GetParam())
                .with_agent(quick_options("full-gc", "metrics=" + file("missing/app.prom")))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(memory_came_back(jvm, log_lines::trim(1, "full-gc")));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::metrics_unwritable(file("missing/app.prom"))));
    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    EXPECT_TRUE(jvm.wait_for_line(log_lines::metrics_failed()));
    EXPECT_EQ(jvm.finish(), 0);
    EXPECT_EQ(jvm.lines_with(log_lines::metrics_unwritable(file("missing/app.prom"))).size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Of, Metrics, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
