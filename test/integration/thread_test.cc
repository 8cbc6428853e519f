// The agent's thread in a process whose threads need more of their stacks than usual.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"
#include "scene.h"

namespace trimagent_test
{
namespace
{

class WorkerThread : public testing::TestWithParam<Jdk>
{
};

// glibc takes it out of each thread's stack.
TEST_P(WorkerThread, StartsBesideMuchThreadLocalData)
{
    Jvm jvm(Launch(GetParam())
                .variable("LD_PRELOAD=" TRIM_LARGE_TLS)
                .with_agent(quick_options("full-gc"))
                .run("FullGcs", {freed_mib}));
    ASSERT_TRUE(jvm.wait_for_line("^ready$")) << jvm.transcript();
    EXPECT_TRUE(jvm.wait_for_line(log_lines::any_trim())) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Jvm, WorkerThread, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
