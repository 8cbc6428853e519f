#include "hooks.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "fake_jvm.h"
#include "signals.h"
#include "text.h"
#include "vm_counters.h"

namespace
{

/* When the event of each class is on: it costs a start that loads many. */
class Hooks : public testing::Test
{
protected:
    Hooks()
    {
        counters_.loaded_classes = &loaded_;
    }

    void SetUp() override
    {
        trim_signals_arm_class_loads(UINT64_MAX);
    }

    void Install(bool live, bool classes_can_wait)
    {
        const trim_hooks_listener listener = {[] {}, [] {}, classes_can_wait};
        char buffer[256];
        trim_text message;
        trim_text_init(&message, buffer, sizeof buffer);
        ASSERT_EQ(trim_hooks_install(jvm_.vm(), live, &listener, &counters_, &message), 0)
            << buffer;
        jvm_.PostVmInit();
    }

    bool IsOn(jvmtiEvent event) const
    {
        return jvm_.enabled.count(event) == 1;
    }

    FakeJvm jvm_;
    int64_t loaded_ = 0;
    trim_vm_counters counters_ = {};
};

TEST_F(Hooks, LeaveTheEventOfEachClassOffUntilTheWorkerWaitsForIt)
{
    Install(false, true);
    EXPECT_FALSE(IsOn(JVMTI_EVENT_CLASS_LOAD));
    jvm_.PostThreadStart();
    EXPECT_FALSE(IsOn(JVMTI_EVENT_CLASS_LOAD)) << "the start still goes on";

    trim_signals_arm_class_loads(UINT64_MAX - 1);
    jvm_.PostThreadStart();
    EXPECT_TRUE(IsOn(JVMTI_EVENT_CLASS_LOAD));
    EXPECT_FALSE(IsOn(JVMTI_EVENT_THREAD_START)) << "it has done its work";
}

TEST_F(Hooks, HaveItAtOnceWhereNothingElseTellsOfClasses)
{
    counters_.loaded_classes = nullptr;
    Install(false, true);
    EXPECT_TRUE(IsOn(JVMTI_EVENT_CLASS_LOAD));
    EXPECT_FALSE(IsOn(JVMTI_EVENT_THREAD_START));
}

TEST_F(Hooks, SwitchItOnWhenTold)
{
    Install(false, true);
    trim_hooks_hear_classes();
    EXPECT_TRUE(IsOn(JVMTI_EVENT_CLASS_LOAD));
    EXPECT_FALSE(IsOn(JVMTI_EVENT_THREAD_START));
}

TEST_F(Hooks, HaveItAtOnceWhereTheWorkerSleepsUntilItIsWoken)
{
    Install(false, false);
    EXPECT_TRUE(IsOn(JVMTI_EVENT_CLASS_LOAD));
}

TEST_F(Hooks, HaveItAtOnceWhereTheStartIsOver)
{
    Install(true, true);
    EXPECT_TRUE(IsOn(JVMTI_EVENT_CLASS_LOAD));
    EXPECT_FALSE(IsOn(JVMTI_EVENT_VM_INIT));
}

} // namespace
