// What an application asks the agent for, through JNI.
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

INSTANTIATE_TEST_SUITE_P(Jvm, Api, testing::ValuesIn(jdks()), parameter_name<Api::ParamType>);

} // namespace
} // namespace trimagent_test
