// An idle JVM: the agent's thread does not run at all.
//
// These are the only tests that look at a span of time, because that nothing happens can be seen in
// no other way.
#include "jdks.h"
#include "jvm.h"
#include "log_lines.h"

namespace trimagent_test
{
namespace
{

using std::chrono::milliseconds;
using std::chrono::steady_clock;

class Idle : public testing::TestWithParam<Jdk>
{
protected:
    // How often the agent's thread has been put on a processor and has left it, of its own will or
    // not.
    static uint64_t switches(const Jvm &jvm, pid_t thread)
    {
        return jvm.thread_status(thread, "voluntary_ctxt_switches").value_or(0) +
               jvm.thread_status(thread, "nonvoluntary_ctxt_switches").value_or(0);
    }

    // Whether the thread stays asleep for this long.
    static bool sleeps_through(const Jvm &jvm, pid_t thread, milliseconds span)
    {
        const uint64_t before = switches(jvm, thread);
        for (const auto end = steady_clock::now() + span; steady_clock::now() < end;) {
            if (switches(jvm, thread) != before) {
                return false;
            }
            std::this_thread::sleep_for(milliseconds(50));
        }
        return switches(jvm, thread) == before;
    }
};

TEST_P(Idle, HasNoWakeUpsWithTheCheckOff)
{
    Jvm jvm(Launch(GetParam()).with_agent("check=off,settle=100ms,max-wait=1s").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(eventually([&] { return jvm.threads_named("trimagent").size() == 1; }))
        << jvm.transcript();
    const pid_t thread = jvm.threads_named("trimagent").front();
    // First the start-up itself has to be over, which is a burst of class loading and is considered
    // as one.
    ASSERT_TRUE(eventually([&] { return sleeps_through(jvm, thread, milliseconds(500)); }));
    ASSERT_GT(switches(jvm, thread), 0u);

    EXPECT_TRUE(sleeps_through(jvm, thread, milliseconds(3000)));
}

TEST_P(Idle, WakesUpForTheCheck)
{
    // Shows that the test above would see a wake-up.
    Jvm jvm(Launch(GetParam()).with_agent("check=200ms").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(eventually([&] { return jvm.threads_named("trimagent").size() == 1; }))
        << jvm.transcript();
    const pid_t thread = jvm.threads_named("trimagent").front();
    const uint64_t before = switches(jvm, thread);
    EXPECT_TRUE(eventually([&] { return switches(jvm, thread) >= before + 5; }));
}

TEST_P(Idle, HasNoWakeUpsBetweenChecks)
{
    Jvm jvm(Launch(GetParam()).with_agent("check=1h").run("Quiet"));
    ASSERT_TRUE(jvm.wait_for_line("^ready$"));
    ASSERT_TRUE(eventually([&] { return jvm.threads_named("trimagent").size() == 1; }))
        << jvm.transcript();
    const pid_t thread = jvm.threads_named("trimagent").front();
    // What the start-up may have freed is looked for until it is over.
    EXPECT_TRUE(eventually([&] { return sleeps_through(jvm, thread, milliseconds(5000)); }));

    EXPECT_EQ(jvm.attach("status").exit_code, 0);
    ASSERT_TRUE(jvm.wait_for_line(log_lines::agent_cost()));
    const auto wake_ups =
        log_lines::wake_ups_of(jvm.lines_with(log_lines::agent_cost()).front().text);
    ASSERT_TRUE(wake_ups) << jvm.transcript();
    // Those of the start-up: some tens.
    EXPECT_LT(*wake_ups, 100u) << jvm.transcript();
    EXPECT_EQ(jvm.finish(), 0);
}

TEST_P(Idle, IsLookedAtAgainAsSoonAsItWorks)
{
    Jvm jvm(Launch(GetParam()).with_agent().run("NativeFree", {"60", "told"}));
    ASSERT_TRUE(jvm.wait_for_line("^resting$"));
    ASSERT_TRUE(eventually([&] { return jvm.threads_named("trimagent").size() == 1; }))
        << jvm.transcript();
    const pid_t thread = jvm.threads_named("trimagent").front();
    ASSERT_TRUE(eventually([&] { return sleeps_through(jvm, thread, milliseconds(3000)); }));
    jvm.write_line("go");
    ASSERT_TRUE(jvm.wait_for_line("^freed$"));
    EXPECT_TRUE(jvm.wait_for_line(log_lines::any_trim_for("(growth|watermark)")));
    EXPECT_EQ(jvm.finish(), 0);
}

INSTANTIATE_TEST_SUITE_P(Jvm, Idle, testing::ValuesIn(jdks()), parameter_name<Jdk>);

} // namespace
} // namespace trimagent_test
