// Native code that closes the agent's descriptors, and gets their numbers for files of its own.
#include <fstream>
#include <regex>
#include <tuple>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

using std::chrono::seconds;

class Sweep : public testing::TestWithParam<std::tuple<Jdk, std::string>>
{
protected:
    // The number of lines of the log that match, in the file or on stderr.
    size_t logged(const Jvm &jvm, const std::string &pattern) const
    {
        if (std::get<1>(GetParam()) == "stderr") {
            return jvm.lines_with(pattern).size();
        }
        std::ifstream file(directory_.file("agent.log"));
        const std::regex wanted(pattern);
        size_t count = 0;
        for (std::string line; std::getline(file, line);) {
            count += std::regex_search(line, wanted) ? 1 : 0;
        }
        return count;
    }

    std::string log_option() const
    {
        const std::string target = std::get<1>(GetParam());
        return "log=" + (target == "stderr" ? target : directory_.file("agent.log"));
    }

    // The CPU time that a JVM takes while nothing is asked of it. As in the tests of the idle JVM,
    // that nothing happens can only be seen over a span of time.
    static double cpu_of_rest(const Jvm &jvm)
    {
        const double before = cpu_seconds(jvm.pid());
        std::this_thread::sleep_for(seconds(2));
        return cpu_seconds(jvm.pid()) - before;
    }

    TemporaryDirectory directory_;

private:
    static double cpu_seconds(pid_t pid)
    {
        std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
        const std::string text((std::istreambuf_iterator<char>(file)), {});
        // The name, in brackets, may have blanks in it; user and system time are 12 and 13 behind.
        std::istringstream fields(text.substr(text.rfind(')') + 1));
        std::string field;
        for (int skipped = 0; skipped < 11; skipped++) {
            fields >> field;
        }
        double user = 0;
        double system = 0;
        fields >> user >> system;
        return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
    }
};

TEST_P(Sweep, TouchesNoFileThatTakesANumberAndGoesOn)
{
    const auto &[jdk, target] = GetParam();
    Jvm without(Launch(jdk).run("Sweep", {TRIM_SWEEP, freed_mib}));
    Jvm jvm(
        Launch(jdk)
            .with_agent(quick_options("full-gc+watermark+pressure", "check=200ms,") + log_option())
            .run("Sweep", {TRIM_SWEEP, freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    ASSERT_TRUE(eventually([&] { return logged(jvm, log_lines::any_trim()) >= 1; }))
        << jvm.transcript();
    jvm.write_line("go");
    without.write_line("go");
    // At the least the log's file; of a standard stream nothing is kept.
    ASSERT_TRUE(jvm.wait_for_line(target == "file" ? "^swept [1-9]" : "^swept [0-9]"));
    const size_t before = logged(jvm, log_lines::any_trim());
    ASSERT_TRUE(jvm.wait_for_line("^freed again$"));
    ASSERT_TRUE(without.wait_for_line("^freed again$"));
    EXPECT_TRUE(eventually([&] { return logged(jvm, log_lines::any_trim()) > before; }))
        << jvm.transcript();
    if (target == "file") {
        EXPECT_TRUE(eventually([&] {
            return logged(jvm,
                          log_lines::decorated("warning", "the log was closed by other code")) >= 1;
        })) << jvm.transcript();
    }

    // A core that is burnt is two seconds of CPU.
    EXPECT_LT(cpu_of_rest(jvm), cpu_of_rest(without) + 0.5);
    jvm.write_line("go");
    EXPECT_TRUE(jvm.wait_for_line("^touched 0$")) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
    without.write_line("go");
    EXPECT_EQ(without.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Jvm, Sweep,
                         testing::Combine(testing::ValuesIn(jdks()),
                                          testing::Values("file", "stderr")),
                         parameter_name<Sweep::ParamType>);

} // namespace
} // namespace trimagent_test
