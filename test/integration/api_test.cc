// What an application asks the agent for: through JNI, JNA and java.lang.foreign.
#include <unistd.h>

#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class Api : public testing::TestWithParam<Jdk>
{
};

TEST_P(Api, ReleasesForTheReasonThatIsGivenAndTellsOfIt)
{
    Jvm jvm(Launch(GetParam())
                .with_agent("on=full-gc,check=off")
                .run("ModelSwap", {TRIM_SWAP, freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    jvm.write_line("models swapped");
    ASSERT_TRUE(jvm.wait_for_line("^asked: 0, 0 releases$")) << jvm.transcript();
    ASSERT_TRUE(jvm.wait_for_line("trim #1 demand \\(models swapped\\): ")) << jvm.transcript();
    jvm.write_line("again");
    EXPECT_TRUE(jvm.wait_for_line("^asked: 0, 1 releases$")) << jvm.transcript();
    // EINVAL: it could pass for a line of the log.
    jvm.write_line("a reason that is longer than the thirty-one bytes");
    EXPECT_TRUE(jvm.wait_for_line("^asked: 22, ")) << jvm.transcript();
    jvm.write_line("");
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Api, IsNotThereWithoutTheAgent)
{
    Jvm jvm(Launch(GetParam()).run("ModelSwap", {TRIM_SWAP, "1"}));
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    jvm.write_line("models swapped");
    EXPECT_TRUE(jvm.wait_for_line("^asked: -1, -1 releases$")) << jvm.transcript();
    jvm.write_line("");
    EXPECT_EQ(jvm.finish(), 0);
}

// A program of one file, as a model server would be written, which the JVM compiles as it starts.
class Caller
{
public:
    std::string file;
    std::string class_path;
    std::vector<std::string> vm_options;

    Jvm start(const Jdk &jdk, const std::string &agent_options) const
    {
        Launch launch(jdk);
        for (const std::string &option : vm_options) {
            launch.with(option);
        }
        if (!agent_options.empty()) {
            launch.with_agent(agent_options);
        }
        return Jvm(launch.run_source(TRIM_CALLERS "/" + file, class_path));
    }

    // Where the agent is there, and where it is not.
    void expect_right_answers(const Jdk &jdk) const
    {
        Jvm jvm = start(jdk, "on=full-gc,check=off");
        ASSERT_TRUE(jvm.wait_for_line("^freed$")) << jvm.transcript();
        jvm.write_line("models swapped");
        ASSERT_TRUE(jvm.wait_for_line("^asked: 0, 0 releases$")) << jvm.transcript();
        ASSERT_TRUE(jvm.wait_for_line(log_lines::trim(1, "demand \\(models swapped\\)")))
            << jvm.transcript();
        jvm.write_line("again");
        EXPECT_TRUE(jvm.wait_for_line("^asked: 0, 1 releases$")) << jvm.transcript();
        jvm.write_line("a reason that is longer than the thirty-one bytes");
        EXPECT_TRUE(jvm.wait_for_line("^asked: 22, ")) << jvm.transcript();
        EXPECT_EQ(jvm.finish(), 0);

        Jvm without = start(jdk, "");
        ASSERT_TRUE(without.wait_for_line("^freed$")) << without.transcript();
        without.write_line("models swapped");
        EXPECT_TRUE(without.wait_for_line("^asked: -1, -1 releases$")) << without.transcript();
        EXPECT_EQ(without.finish(), 0);

        // Of a block of 3 GiB an int makes something negative.
        EXPECT_TRUE(without.wait_for_line("^mallinfo: -1[0-9]{9}$")) << without.transcript();
        EXPECT_TRUE(without.wait_for_line("^mallinfo2: (322[0-9]{7}|323[0-9]{7}|none)$"))
            << without.transcript();
    }
};

TEST_P(Api, IsReachedThroughJna)
{
    static const char jar[] = "/usr/share/java/jna.jar";
    if (GetParam().version < 11) {
        GTEST_SKIP() << "it cannot run a program of one file";
    }
    if (access(jar, R_OK) != 0) {
        GTEST_SKIP() << "there is no " << jar;
    }
    const Caller caller = {"SwapByJna.java", jar, {}};
    caller.expect_right_answers(GetParam());
}

TEST_P(Api, IsReachedThroughJavaLangForeign)
{
    if (GetParam().version < 22) {
        GTEST_SKIP() << "it has no java.lang.foreign";
    }
    const Caller caller = {"SwapByForeign.java", ".", {"--enable-native-access=ALL-UNNAMED"}};
    caller.expect_right_answers(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Jvm, Api, testing::ValuesIn(jdks()), parameter_name<Api::ParamType>);

} // namespace
} // namespace trimagent_test
