/* The events that tell of freed memory. */
#include "triggers.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kStart = 1000 * kS;

constexpr uint64_t Bit(trim_reason reason)
{
    return UINT64_C(1) << reason;
}

constexpr uint64_t kAll = Bit(TRIM_REASON_FULL_GC) | Bit(TRIM_REASON_RELOAD) |
                          Bit(TRIM_REASON_PRESSURE) | Bit(TRIM_REASON_GROWTH) |
                          Bit(TRIM_REASON_WATERMARK);

class Triggers : public testing::Test
{
protected:
    Triggers()
    {
        Init(kAll);
    }

    void Init(uint64_t on)
    {
        trim_triggers_config config = {};
        config.on = on;
        config.burst.classes = 100;
        config.burst.window_ns = 10 * kS;
        config.burst.settle_ns = kS;
        config.burst.max_wait_ns = 10 * kS;
        counts_ = {};
        trim_triggers_init(&triggers_, &config, kStart, 0);
    }

    uint64_t Take(uint64_t now_ns)
    {
        return trim_triggers_take(&triggers_, now_ns, &counts_, 64 * kMiB);
    }

    /* The kernel tells of pressure. */
    uint64_t Press(uint64_t now_ns, uint64_t usage_bytes)
    {
        ++counts_.pressures;
        counts_.usage_bytes = usage_bytes;
        return Take(now_ns);
    }

    trim_triggers triggers_ = {};
    trim_signal_counts counts_ = {};
};

TEST_F(Triggers, TellOfNothingByThemselves)
{
    EXPECT_EQ(Take(kStart), 0U);
    EXPECT_EQ(Take(kStart + 1000 * kS), 0U);
    EXPECT_EQ(trim_triggers_look_ns(&triggers_), TRIM_NEVER);
}

TEST_F(Triggers, AnOldPauseIsToldOnceAndSoAreSeveral)
{
    counts_.old_pauses = 1;
    EXPECT_EQ(Take(kStart + kS), Bit(TRIM_REASON_FULL_GC));
    EXPECT_EQ(Take(kStart + kS), 0U);
    counts_.old_pauses = 5;
    EXPECT_EQ(Take(kStart + 2 * kS), Bit(TRIM_REASON_FULL_GC));
    EXPECT_EQ(Take(kStart + 3 * kS), 0U);
}

TEST_F(Triggers, ABurstOfClassesIsToldWhenItHasEnded)
{
    EXPECT_NE(trim_triggers_arm(&triggers_), UINT64_MAX);
    for (int i = 0; i < 100; ++i) {
        ++counts_.class_changes;
        EXPECT_EQ(Take(kStart + 5 * kS), 0U);
    }
    EXPECT_EQ(trim_triggers_arm(&triggers_), UINT64_MAX) << "a burst is watched by time";
    int told = 0;
    for (int looks = 0; looks < 100 && trim_triggers_look_ns(&triggers_) != TRIM_NEVER; ++looks) {
        told += Take(trim_triggers_look_ns(&triggers_)) == Bit(TRIM_REASON_RELOAD) ? 1 : 0;
    }
    EXPECT_EQ(told, 1);
    EXPECT_EQ(triggers_.bursts, 1U);
    EXPECT_EQ(trim_triggers_look_ns(&triggers_), TRIM_NEVER);
}

TEST_F(Triggers, OtherOptionsDoNotEndABurst)
{
    counts_.class_changes = 100;
    EXPECT_EQ(Take(kStart + 5 * kS), 0U);
    trim_triggers_config config = triggers_.config;
    config.on &= ~Bit(TRIM_REASON_PRESSURE);
    trim_triggers_configure(&triggers_, &config);
    EXPECT_EQ(Take(kStart + 5 * kS), 0U);
    EXPECT_EQ(Take(kStart + 20 * kS), Bit(TRIM_REASON_RELOAD));
}

TEST_F(Triggers, SeveralEventsMayBeToldAtOnce)
{
    counts_.old_pauses = 1;
    EXPECT_EQ(Press(kStart, kMiB), Bit(TRIM_REASON_FULL_GC) | Bit(TRIM_REASON_PRESSURE));
}

TEST_F(Triggers, WhatIsOffIsNeitherToldNorArmed)
{
    Init(Bit(TRIM_REASON_WATERMARK));
    EXPECT_TRUE(trim_triggers_on(&triggers_, TRIM_REASON_WATERMARK));
    EXPECT_FALSE(trim_triggers_on(&triggers_, TRIM_REASON_RELOAD));
    counts_.old_pauses = 1;
    counts_.class_changes = 1000;
    EXPECT_EQ(Press(kStart + kS, kMiB), 0U);
    EXPECT_EQ(Take(kStart + 100 * kS), 0U);
    EXPECT_EQ(trim_triggers_arm(&triggers_), UINT64_MAX);
    EXPECT_EQ(trim_triggers_look_ns(&triggers_), TRIM_NEVER);
}

TEST_F(Triggers, LastingPressureIsOneEventAMinute)
{
    EXPECT_EQ(Press(kStart, 500 * kMiB), Bit(TRIM_REASON_PRESSURE));
    for (uint64_t second = 2; second < 60; second += 2) {
        EXPECT_EQ(Press(kStart + second * kS, 500 * kMiB), 0U) << second;
    }
    EXPECT_EQ(Press(kStart + 60 * kS, 500 * kMiB), Bit(TRIM_REASON_PRESSURE));
}

TEST_F(Triggers, PressureIsAnEventAgainWhereUsageHasGrown)
{
    EXPECT_EQ(Press(kStart, 500 * kMiB), Bit(TRIM_REASON_PRESSURE));
    counts_.usage_bytes = 900 * kMiB;
    EXPECT_EQ(Take(kStart + kS), 0U) << "nothing was told";
    EXPECT_EQ(Press(kStart + 2 * kS, 563 * kMiB), 0U);
    EXPECT_EQ(Press(kStart + 4 * kS, 564 * kMiB), Bit(TRIM_REASON_PRESSURE));
}

TEST_F(Triggers, WhatWasGivenBackMayGrowAgain)
{
    EXPECT_EQ(Press(kStart, 500 * kMiB), Bit(TRIM_REASON_PRESSURE));
    counts_.usage_bytes = 300 * kMiB;
    EXPECT_EQ(Take(kStart + kS), 0U);
    EXPECT_EQ(Press(kStart + 2 * kS, 400 * kMiB), Bit(TRIM_REASON_PRESSURE));
}

TEST_F(Triggers, UnknownUsageDoesNotGrow)
{
    EXPECT_EQ(Press(kStart, 0), Bit(TRIM_REASON_PRESSURE));
    EXPECT_EQ(trim_triggers_take(&triggers_, kStart + kS, &counts_, 0), 0U);
    ++counts_.pressures;
    EXPECT_EQ(trim_triggers_take(&triggers_, kStart + 2 * kS, &counts_, 0), 0U);
}

} // namespace
