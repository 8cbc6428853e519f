#include "trimagent/signals.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <cstdint>
#include <thread>
#include <vector>

namespace
{

/* The signals belong to the process, so each test looks at what it has added. */
class Signals : public testing::Test
{
protected:
    void SetUp() override
    {
        ASSERT_EQ(trim_signals_open(), 0);
        trim_signals_arm_class_loads(UINT64_MAX);
        trim_signals_clear_wake();
        trim_signals_read(&before_);
        ASSERT_FALSE(Woken());
    }

    void TearDown() override
    {
        trim_signals_arm_class_loads(UINT64_MAX);
        trim_signals_clear_wake();
    }

    static bool Woken()
    {
        pollfd fd = {trim_signals_fd(), POLLIN, 0};
        return poll(&fd, 1, 0) == 1 && (fd.revents & POLLIN) != 0;
    }

    trim_signals Added() const
    {
        trim_signals now = {};
        trim_signals_read(&now);
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

    trim_signals before_ = {};
};

TEST_F(Signals, OpenAgainKeepsTheDescriptor)
{
    const int fd = trim_signals_fd();
    EXPECT_GE(fd, 0);
    EXPECT_EQ(trim_signals_open(), 0);
    EXPECT_EQ(trim_signals_fd(), fd);
}

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
    EXPECT_FALSE(Woken());
    trim_signals_pause_end(TRIM_PAUSE_NOTHING, 2);
    EXPECT_FALSE(Woken());
    trim_signals_pause_end(TRIM_PAUSE_OLD, 3);
    EXPECT_TRUE(Woken());
    trim_signals_clear_wake();
    EXPECT_FALSE(Woken());
    trim_signals_pause_end(TRIM_PAUSE_UNKNOWN, 4);
    EXPECT_TRUE(Woken());
}

TEST_F(Signals, WritesOneWakeUpHoweverManyArePending)
{
    trim_signals_pause_end(TRIM_PAUSE_OLD, 1);
    trim_signals_pause_end(TRIM_PAUSE_OLD, 2);
    trim_signals_wake();
    uint64_t written = 0;
    ASSERT_EQ(read(trim_signals_fd(), &written, sizeof written), ssize_t{sizeof written});
    EXPECT_EQ(written, 1U);
}

TEST_F(Signals, WakesAgainAfterAWakeUpWasCleared)
{
    for (int round = 0; round < 3; ++round) {
        trim_signals_wake();
        EXPECT_TRUE(Woken());
        trim_signals_clear_wake();
        EXPECT_FALSE(Woken());
    }
}

TEST_F(Signals, ClearingWithoutAWakeUpDoesNotBlock)
{
    trim_signals_clear_wake();
    trim_signals_clear_wake();
    EXPECT_FALSE(Woken());
    trim_signals_wake();
    EXPECT_TRUE(Woken());
}

TEST_F(Signals, ClassLoadsWakeTheWorkerExactlyAtTheArmedCount)
{
    trim_signals_arm_class_loads(before_.class_loads + 3);
    LoadClasses(2);
    EXPECT_FALSE(Woken());
    LoadClasses(1);
    EXPECT_TRUE(Woken());
    EXPECT_EQ(Added().class_loads, 3U);

    trim_signals_clear_wake();
    LoadClasses(50);
    EXPECT_FALSE(Woken());
}

TEST_F(Signals, DisarmedClassLoadsOnlyCount)
{
    trim_signals_arm_class_loads(before_.class_loads + 2);
    LoadClasses(1);
    trim_signals_arm_class_loads(UINT64_MAX);
    LoadClasses(20);
    EXPECT_FALSE(Woken());
    EXPECT_EQ(Added().class_loads, 21U);
}

TEST_F(Signals, ArmingACountThatHasPassedMeanwhileIsNotLost)
{
    /* The JVM's threads go on loading between the worker's reading and its arming. */
    LoadClasses(5);
    trim_signals_arm_class_loads(before_.class_loads + 3);
    LoadClasses(1);
    EXPECT_TRUE(Woken());
}

TEST_F(Signals, LosesNoCountWhereManyThreadsSignal)
{
    constexpr int kThreads = 4;
    constexpr int kLoads = 20000;
    trim_signals_arm_class_loads(before_.class_loads + kThreads * kLoads / 2);
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
        trim_signals_clear_wake();
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
    trim_signals_arm_class_loads(before_.class_loads + kThreads * kLoads / 2);
    std::vector<std::thread> threads;
    for (int i = 0; i < kThreads; ++i) {
        threads.emplace_back([] { LoadClasses(kLoads); });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    uint64_t written = 0;
    ASSERT_EQ(read(trim_signals_fd(), &written, sizeof written), ssize_t{sizeof written});
    EXPECT_EQ(written, 1U);
}

} // namespace
