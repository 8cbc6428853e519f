// A program that cannot go on before its memory is given back, and asks for it again and again: the
// default options give it back in time.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"

namespace trimagent_test
{
namespace
{

class Gate : public testing::TestWithParam<Jdk>
{
};

TEST_P(Gate, LetsEachRequestIn)
{
    Jvm jvm(Launch(GetParam()).with_agent().run("Gate", {"200", "3", "6", "300"}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    EXPECT_EQ(jvm.lines_with("^served$").size(), 3u) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Told, Gate, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
