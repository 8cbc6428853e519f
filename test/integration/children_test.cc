// Child processes of the JVM: they start and end well while the agent works, and have nothing of
// it.
#include <fcntl.h>

#include <filesystem>
#include <fstream>
#include <tuple>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Children : public testing::TestWithParam<std::tuple<Jdk, std::string>>
{
};

TEST_P(Children, StartAndEndWellDuringATrim)
{
    const auto &[jdk, mechanism] = GetParam();
    if (jdk.version < 9 && mechanism == "POSIX_SPAWN") {
        GTEST_SKIP() << "JDK 8 has no such mechanism on Linux";
    }
    Jvm jvm(Launch(jdk)
                .with("-Djdk.lang.Process.launchMechanism=" + mechanism)
                .with_agent("on=full-gc,threshold=32m,settle=10ms,log-level=debug")
                .run("Children", {"20", "256", "gc"}));
    // The fixture itself fails where a child does not end with 0.
    ASSERT_TRUE(jvm.wait_for_line("^children 20$"));
    ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "full-gc")));
    EXPECT_EQ(jvm.finish(), 0);
    // What a child said or summed up of the agent would stand in the same stream.
    EXPECT_EQ(jvm.lines_with(log_lines::start()).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::trim_begins(1, "full-gc")).size(), 1u) << jvm.transcript();
    EXPECT_EQ(jvm.lines_with(log_lines::any_summary()).size(), 1u) << jvm.transcript();
}

INSTANTIATE_TEST_SUITE_P(Launched, Children,
                         testing::Combine(testing::ValuesIn(jdks()),
                                          testing::Values("POSIX_SPAWN", "VFORK", "FORK")),
                         parameter_name<Children::ParamType>);

class Descriptors : public testing::TestWithParam<Jdk>
{
protected:
    // The flags of the descriptors that the process has open for targets with this in their name.
    static std::vector<unsigned> flags_of(pid_t pid, const std::string &target)
    {
        std::vector<unsigned> flags;
        const std::filesystem::path process = "/proc/" + std::to_string(pid);
        std::error_code error;
        for (const auto &entry : std::filesystem::directory_iterator(process / "fd")) {
            if (std::filesystem::read_symlink(entry.path(), error).string().find(target) ==
                std::string::npos) {
                continue;
            }
            std::ifstream info(process / "fdinfo" / entry.path().filename());
            for (std::string key, value; info >> key >> value;) {
                if (key == "flags:") {
                    flags.push_back(static_cast<unsigned>(std::stoul(value, nullptr, 8)));
                }
            }
        }
        return flags;
    }
};

TEST_P(Descriptors, OfTheAgentAreClosedInChildren)
{
    const TemporaryDirectory directory;
    const std::string log = directory.file("agent.log");
    Jvm with(Launch(GetParam()).with_agent("log=" + log).run("Quiet"));
    ASSERT_TRUE(with.wait_for_line("^ready$"));
    ASSERT_TRUE(eventually([&] { return !flags_of(with.pid(), log).empty(); }));
    for (const unsigned flags : flags_of(with.pid(), log)) {
        EXPECT_TRUE((flags & O_CLOEXEC) != 0) << log;
    }
}

INSTANTIATE_TEST_SUITE_P(Launched, Descriptors, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
