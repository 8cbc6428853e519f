#include "triggers.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kStart = 1000 * kS;
constexpr uint64_t kMaxWait = 10 * kS;
constexpr uint64_t kFirstGap = 100 * kMs; /* Of follow-ups. */

constexpr uint64_t Bit(trim_reason reason)
{
    return UINT64_C(1) << reason;
}

constexpr uint64_t kAll =
    Bit(TRIM_REASON_FULL_GC) | Bit(TRIM_REASON_RELOAD) | Bit(TRIM_REASON_WATERMARK);

class Triggers : public testing::Test
{
protected:
    Triggers()
    {
        Init(kAll, 0);
    }

    void Init(uint64_t on, uint64_t check_ns)
    {
        trim_options options;
        trim_options_default(&options);
        options.on = on;
        options.settle_ns = kS;
        options.max_wait_ns = kMaxWait;
        options.burst_classes = 100;
        options.burst_window_ns = 10 * kS;
        options.check_ns = check_ns;
        trim_triggers_init(&triggers_, &options, kStart, 0);
    }

    void Observe(uint64_t now_ns)
    {
        trim_triggers_observe(&triggers_, now_ns, old_pauses_, last_old_ns_, classes_);
    }

    void OldPause(uint64_t now_ns)
    {
        ++old_pauses_;
        last_old_ns_ = now_ns;
        Observe(now_ns);
    }

    /* A whole burst, from its beginning to the moment at which its end is seen. */
    uint64_t Burst(uint64_t now_ns)
    {
        for (int i = 0; i < 100; ++i) {
            ++classes_;
            Observe(now_ns);
        }
        EXPECT_EQ(Due(now_ns), TRIM_NEVER) << "nothing is due within a burst";
        while (trim_triggers_look_ns(&triggers_) != TRIM_NEVER) {
            now_ns = trim_triggers_look_ns(&triggers_);
            Observe(now_ns);
        }
        return now_ns;
    }

    uint64_t Due(uint64_t now_ns) const
    {
        return trim_triggers_due_ns(&triggers_, now_ns);
    }
    trim_reason Foremost(uint64_t now_ns) const
    {
        return trim_triggers_foremost(&triggers_, now_ns);
    }
    void Take(uint64_t now_ns)
    {
        trim_triggers_take(&triggers_, now_ns);
    }

    trim_triggers triggers_ = {};
    uint64_t old_pauses_ = 0;
    uint64_t last_old_ns_ = 0;
    uint64_t classes_ = 0;
};

TEST_F(Triggers, AreNeverDueByThemselves)
{
    EXPECT_EQ(Due(kStart), TRIM_NEVER);
    Observe(kStart + 1000 * kS);
    EXPECT_EQ(Due(kStart + 1000 * kS), TRIM_NEVER);
    EXPECT_EQ(trim_triggers_look_ns(&triggers_), TRIM_NEVER);
}

TEST_F(Triggers, AnOldPauseIsDueWhenItHasSettled)
{
    OldPause(kStart + 5 * kS);
    EXPECT_EQ(Due(kStart + 5 * kS), kStart + 6 * kS);
    EXPECT_EQ(Foremost(kStart + 6 * kS), TRIM_REASON_FULL_GC);
    Take(kStart + 6 * kS);
    EXPECT_EQ(Due(kStart + 6 * kS), TRIM_NEVER);
}

TEST_F(Triggers, FurtherPausesPutItOffButNotBeyondMaxWait)
{
    for (uint64_t second = 0; second <= 60; ++second) {
        OldPause(kStart + second * kS);
        EXPECT_LE(Due(kStart + second * kS), kStart + 10 * kS);
    }
    EXPECT_EQ(Due(kStart + 60 * kS), kStart + 10 * kS);
}

TEST_F(Triggers, TakingLeavesAPauseThatIsNotDueYet)
{
    OldPause(kStart + 5 * kS);
    Take(kStart + 5 * kS);
    EXPECT_EQ(Due(kStart + 5 * kS), kStart + 6 * kS);
    EXPECT_EQ(Foremost(kStart + 6 * kS), TRIM_REASON_FULL_GC);
}

TEST_F(Triggers, AReloadIsDueAsSoonAsItsBurstHasEnded)
{
    const uint64_t ended_ns = Burst(kStart + 5 * kS);
    EXPECT_EQ(Due(ended_ns), ended_ns);
    EXPECT_EQ(Foremost(ended_ns), TRIM_REASON_RELOAD);
    Take(ended_ns);
    EXPECT_EQ(Due(ended_ns), TRIM_NEVER);
}

TEST_F(Triggers, APauseThatStillSettlesMakesAReloadWait)
{
    const uint64_t ended_ns = Burst(kStart + 5 * kS);
    OldPause(ended_ns);
    EXPECT_EQ(Due(ended_ns), ended_ns + kS);
    EXPECT_EQ(Foremost(ended_ns + kS), TRIM_REASON_FULL_GC);
    Take(ended_ns + kS);
    EXPECT_EQ(Due(ended_ns + kS), TRIM_NEVER) << "one trim serves both";
}

TEST_F(Triggers, WhatIsOffIsNeitherDueNorArmed)
{
    Init(Bit(TRIM_REASON_WATERMARK), 0);
    OldPause(kStart + kS);
    classes_ += 1000;
    Observe(kStart + 2 * kS);
    EXPECT_EQ(Due(kStart + 100 * kS), TRIM_NEVER);
    EXPECT_EQ(trim_triggers_arm(&triggers_), UINT64_MAX);
    EXPECT_EQ(trim_triggers_look_ns(&triggers_), TRIM_NEVER);
}

TEST_F(Triggers, TheWatermarkIsDueEachInterval)
{
    Init(kAll, 30 * kS);
    for (uint64_t check = 1; check <= 5; ++check) {
        EXPECT_EQ(Due(kStart + (check - 1) * 30 * kS), kStart + check * 30 * kS);
        EXPECT_EQ(Foremost(kStart + check * 30 * kS), TRIM_REASON_WATERMARK);
        Take(kStart + check * 30 * kS);
    }
}

TEST_F(Triggers, TheIntervalIsOffWhereTheWatermarkIs)
{
    Init(Bit(TRIM_REASON_FULL_GC), 30 * kS);
    EXPECT_EQ(Due(kStart), TRIM_NEVER);
}

TEST_F(Triggers, PausesAreFollowedUpWithGrowingGapsUntilTheIntervalTakesOver)
{
    Init(kAll, 30 * kS);
    OldPause(kStart + 5 * kS);
    uint64_t now_ns = Due(kStart + 5 * kS);
    Take(now_ns);
    for (uint64_t gap_ns = kFirstGap; gap_ns < 30 * kS; gap_ns *= 2) {
        ASSERT_EQ(Due(now_ns), now_ns + gap_ns);
        now_ns += gap_ns;
        EXPECT_EQ(Foremost(now_ns), TRIM_REASON_FULL_GC);
        Take(now_ns);
    }
    EXPECT_EQ(Due(now_ns), now_ns + 30 * kS);
    EXPECT_EQ(Foremost(now_ns + 30 * kS), TRIM_REASON_WATERMARK);
}

TEST_F(Triggers, BurstsAreFollowedUpAsReloads)
{
    Init(kAll, 30 * kS);
    const uint64_t ended_ns = Burst(kStart + 5 * kS);
    Take(ended_ns);
    EXPECT_EQ(Due(ended_ns), ended_ns + kFirstGap);
    EXPECT_EQ(Foremost(ended_ns + kFirstGap), TRIM_REASON_RELOAD);
}

TEST_F(Triggers, ANewPauseStartsTheFollowUpAnew)
{
    Init(kAll, 60 * kS);
    OldPause(kStart);
    uint64_t now_ns = Due(kStart);
    Take(now_ns);
    now_ns += kFirstGap;
    Take(now_ns);
    OldPause(now_ns + 100 * kMs);
    now_ns = Due(now_ns + 100 * kMs);
    EXPECT_EQ(now_ns, last_old_ns_ + kS);
    Take(now_ns);
    EXPECT_EQ(Due(now_ns), now_ns + kFirstGap);
}

TEST_F(Triggers, WhatIsStillGoingOnIsFollowedUpSoonAgainForMaxWaitAtMost)
{
    Init(kAll, 60 * kS);
    OldPause(kStart);
    const uint64_t began_ns = Due(kStart);
    EXPECT_FALSE(trim_triggers_follow_soon(&triggers_, began_ns)) << "nothing is followed up";
    Take(began_ns);
    uint64_t now_ns = began_ns;
    while (trim_triggers_follow_soon(&triggers_, now_ns)) {
        ASSERT_EQ(Due(now_ns), now_ns + kFirstGap);
        now_ns += kFirstGap;
        ASSERT_LE(now_ns, began_ns + kMaxWait);
        Take(now_ns);
    }
    EXPECT_EQ(now_ns, began_ns + kMaxWait);
    EXPECT_EQ(Due(now_ns), now_ns + 2 * kFirstGap) << "the gap grows again";
}

TEST_F(Triggers, AfterATrimFollowUpsKeepTheCooldown)
{
    Init(kAll, 60 * kS);
    trim_triggers_trimmed(&triggers_, kStart, 10 * kS);
    EXPECT_EQ(Due(kStart), kStart + 60 * kS) << "nothing is followed up";
    OldPause(kStart);
    const uint64_t now_ns = Due(kStart);
    Take(now_ns);
    trim_triggers_trimmed(&triggers_, now_ns, 10 * kS);
    EXPECT_EQ(Due(now_ns), now_ns + 10 * kS);
    Take(now_ns + 10 * kS);
    EXPECT_EQ(Due(now_ns + 10 * kS), now_ns + 30 * kS);
}

TEST_F(Triggers, NothingIsFollowedUpWithoutAnIntervalOfChecks)
{
    Init(Bit(TRIM_REASON_FULL_GC), 0);
    OldPause(kStart);
    Take(kStart + kS);
    EXPECT_EQ(Due(kStart + kS), TRIM_NEVER);
}

TEST_F(Triggers, FollowUpsNeedNoWatermarkAndEndAtTheInterval)
{
    Init(Bit(TRIM_REASON_FULL_GC), 30 * kS);
    OldPause(kStart);
    uint64_t now_ns = Due(kStart);
    Take(now_ns);
    for (uint64_t gap_ns = kFirstGap; gap_ns < 30 * kS; gap_ns *= 2) {
        ASSERT_EQ(Due(now_ns), now_ns + gap_ns);
        now_ns += gap_ns;
        Take(now_ns);
    }
    EXPECT_EQ(Due(now_ns), TRIM_NEVER);
}

TEST_F(Triggers, OnlyPausesAndBurstsAreEventsThatWait)
{
    Init(kAll, 30 * kS);
    EXPECT_FALSE(trim_triggers_event_waits(&triggers_));
    OldPause(kStart + kS);
    EXPECT_TRUE(trim_triggers_event_waits(&triggers_));
    Take(kStart + 2 * kS);
    EXPECT_FALSE(trim_triggers_event_waits(&triggers_)) << "a follow-up is no event";
    const uint64_t ended_ns = Burst(kStart + 5 * kS);
    EXPECT_TRUE(trim_triggers_event_waits(&triggers_));
    Take(ended_ns);
    EXPECT_FALSE(trim_triggers_event_waits(&triggers_));
}

TEST_F(Triggers, PressureIsDueAtOnceButOnceAMinuteUnlessUsageGrows)
{
    constexpr uint64_t kMiB = TRIM_MIB;
    const auto pressure = [this](uint64_t now_ns, uint64_t count, uint64_t usage_bytes) {
        trim_triggers_pressure(&triggers_, now_ns, count, usage_bytes, 64 * kMiB);
        const bool due = Due(now_ns) <= now_ns;
        EXPECT_EQ(Foremost(now_ns), due ? TRIM_REASON_PRESSURE : TRIM_REASON_WATERMARK);
        Take(now_ns);
        return due;
    };
    Init(kAll | Bit(TRIM_REASON_PRESSURE), 0);
    EXPECT_FALSE(pressure(kStart, 0, 0));
    EXPECT_TRUE(pressure(kStart, 1, 500 * kMiB));
    EXPECT_FALSE(pressure(kStart, 1, 900 * kMiB)) << "nothing was told";
    EXPECT_FALSE(pressure(kStart + 2 * kS, 2, 563 * kMiB));
    EXPECT_TRUE(pressure(kStart + 4 * kS, 3, 564 * kMiB));
    EXPECT_FALSE(pressure(kStart + 6 * kS, 4, 400 * kMiB));
    EXPECT_TRUE(pressure(kStart + 64 * kS, 5, 400 * kMiB));
    Init(kAll, 0);
    EXPECT_FALSE(pressure(kStart, 9, 0)) << "it is off";
}

TEST_F(Triggers, HurryBringsTheNextCheckForwardOnly)
{
    Init(kAll, 30 * kS);
    trim_triggers_hurry(&triggers_, kStart, TRIM_NEVER);
    EXPECT_EQ(Due(kStart), kStart + 30 * kS);
    trim_triggers_hurry(&triggers_, kStart, 60 * kS);
    EXPECT_EQ(Due(kStart), kStart + 30 * kS);
    trim_triggers_hurry(&triggers_, kStart, kS);
    EXPECT_EQ(Due(kStart), kStart + kS);
    Init(kAll, 0);
    trim_triggers_hurry(&triggers_, kStart, kS);
    EXPECT_EQ(Due(kStart), TRIM_NEVER) << "checks are off";
}

} // namespace
