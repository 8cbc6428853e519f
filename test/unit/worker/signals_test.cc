#include "signals.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <vector>

#include "wake.h"
#include "wake_signal.h"

namespace
{

/* The signals belong to the process, so each test looks at what it has added. */
class Signals : public testing::Test
{
protected:
    void SetUp() override
    {
        trim_wake_open();
        ASSERT_EQ(trim_wake_refusal(), 0);
        trim_signals_arm_class_loads(UINT64_MAX);
        trim_signals_read(&counters_, &before_);
        ASSERT_FALSE(IsWoken());
    }

    void TearDown() override
    {
        trim_signals_arm_class_loads(UINT64_MAX);
        Sleep();
        trim_wake_close();
    }

    /* This thread stands for the worker. */
    static void Sleep()
    {
        EXPECT_EQ(trim_wake_wait(0), 0);
    }

    trim_signals Added() const
    {
        trim_signals now = {};
        trim_signals_read(&counters_, &now);
        now.young_pauses -= before_.young_pauses;
        now.old_pauses -= before_.old_pauses;
        now.empty_pauses -= before_.empty_pauses;
        now.class_loads -= before_.class_loads;
        return now;
    }

    static void LoadClasses(int count)
    {
        for (int i = 0; i < count; ++i) {
            trim_signals_class_load();
        }
    }

    trim_vm_counters counters_ = {};
    trim_signals before_ = {};
};

TEST_F(Signals, OnlyTheOutermostPauseCounts)
{
    trim_signals_pause_start();
    trim_signals_pause_start();
    trim_signals_pause_start();
    EXPECT_FALSE(trim_signals_pause_finish());
    EXPECT_FALSE(trim_signals_pause_finish());
    EXPECT_TRUE(trim_signals_pause_finish());

    trim_signals_pause_start();
    EXPECT_TRUE(trim_signals_pause_finish());
}

TEST_F(Signals, CountsEachKindOfPause)
{
    trim_signals_pause_end(TRIM_PAUSE_YOUNG, 10);
    trim_signals_pause_end(TRIM_PAUSE_YOUNG, 20);
    trim_signals_pause_end(TRIM_PAUSE_NOTHING, 30);
    EXPECT_EQ(Added().last_old_ns, before_.last_old_ns);
    trim_signals_pause_end(TRIM_PAUSE_OLD, 40);
    EXPECT_EQ(Added().last_old_ns, 40U);
    trim_signals_pause_end(TRIM_PAUSE_UNKNOWN, 50);
    EXPECT_EQ(Added().last_old_ns, 50U);

    EXPECT_EQ(Added().young_pauses, 2U);
    EXPECT_EQ(Added().empty_pauses, 1U);
    EXPECT_EQ(Added().old_pauses, 2U);
}

TEST_F(Signals, WakesTheWorkerAfterOldPausesOnly)
{
    trim_signals_pause_end(TRIM_PAUSE_YOUNG, 1);
    EXPECT_FALSE(IsWoken());
    trim_signals_pause_end(TRIM_PAUSE_NOTHING, 2);
    EXPECT_FALSE(IsWoken());
    trim_signals_pause_end(TRIM_PAUSE_OLD, 3);
    EXPECT_TRUE(IsWoken());
    Sleep();
    EXPECT_FALSE(IsWoken());
    trim_signals_pause_end(TRIM_PAUSE_UNKNOWN, 4);
    EXPECT_TRUE(IsWoken());
}

TEST_F(Signals, ClassLoadsWakeTheWorkerExactlyAtTheArmedCount)
{
    trim_signals_arm_class_loads(before_.class_events + 3);
    LoadClasses(2);
    EXPECT_FALSE(IsWoken());
    LoadClasses(1);
    EXPECT_TRUE(IsWoken());
    EXPECT_EQ(Added().class_loads, 3U);

    Sleep();
    LoadClasses(50);
    EXPECT_FALSE(IsWoken());
}

TEST_F(Signals, DisarmedClassLoadsOnlyCount)
{
    trim_signals_arm_class_loads(before_.class_events + 2);
    LoadClasses(1);
    trim_signals_arm_class_loads(UINT64_MAX);
    LoadClasses(20);
    EXPECT_FALSE(IsWoken());
    EXPECT_EQ(Added().class_loads, 21U);
}

TEST_F(Signals, ArmingACountThatHasPassedMeanwhileIsNotLost)
{
    /* The JVM's threads go on loading between the worker's reading and its arming. */
    LoadClasses(5);
    trim_signals_arm_class_loads(before_.class_events + 3);
    LoadClasses(1);
    EXPECT_TRUE(IsWoken());
}

TEST_F(Signals, LosesNoCountWhereManyThreadsSignal)
{
    constexpr int kThreads = 4;
    constexpr int kLoads = 20000;
    trim_signals_arm_class_loads(before_.class_events + kThreads * kLoads / 2);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([] { LoadClasses(kLoads); });
    }
    threads.emplace_back([] {
        for (uint64_t pause = 1; pause <= 1000; ++pause) {
            trim_signals_pause_start();
            if (trim_signals_pause_finish()) {
                trim_signals_pause_end(pause % 10 == 0 ? TRIM_PAUSE_OLD : TRIM_PAUSE_YOUNG, pause);
            }
        }
    });
    /* The reader meanwhile never sees a count go back. */
    uint64_t seen = 0;
    for (int i = 0; i < 1000; ++i) {
        Sleep();
        const uint64_t count = Added().class_loads;
        EXPECT_GE(count, seen);
        seen = count;
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT_EQ(Added().class_loads, uint64_t{kThreads} * kLoads);
    EXPECT_EQ(Added().young_pauses, 900U);
    EXPECT_EQ(Added().old_pauses, 100U);
    EXPECT_EQ(Added().last_old_ns, 1000U);
}

TEST_F(Signals, ManyThreadsThatReachTheArmedCountWakeOnce)
{
    constexpr int kThreads = 4;
    constexpr int kLoads = 5000;
    trim_signals_arm_class_loads(before_.class_events + kThreads * kLoads / 2);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([] { LoadClasses(kLoads); });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    EXPECT_EQ(TakeAll(FirstSignal()), 1);
}

TEST_F(Signals, TakeTheNumberOfClassesFromTheVmWhereItTells)
{
    const int64_t loaded = 20000;
    const int64_t shared = 500;
    counters_.loaded_classes = &loaded;
    counters_.shared_loaded_classes = &shared;
    LoadClasses(3);
    trim_signals now = {};
    trim_signals_read(&counters_, &now);
    EXPECT_EQ(now.class_loads, 20500U);
    EXPECT_EQ(now.class_events - before_.class_events, 3U);
}

TEST_F(Signals, TellWhetherClassesAreWaitedFor)
{
    EXPECT_FALSE(trim_signals_class_loads_armed());
    trim_signals_arm_class_loads(before_.class_events + 2);
    EXPECT_TRUE(trim_signals_class_loads_armed());
    LoadClasses(2);
    EXPECT_FALSE(trim_signals_class_loads_armed()) << "they have come";
}

} // namespace
