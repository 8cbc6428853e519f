/* Whether memory that could be released stays free. */
#include <gtest/gtest.h>

#include <cstdint>
#include <set>

#include "trimagent/confirm.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kThreshold = 64 * kMiB;

constexpr bool kEvent = true;
constexpr bool kCheck = false;

class Confirm : public testing::Test
{
protected:
    void Begin(bool event, uint64_t bytes)
    {
        trim_confirm_begin(&confirm, kThreshold, 200 * kMs, 10 * kS, event, 100 * kS, bytes);
    }

    /* A look at the moment it is due. */
    trim_confirm_state Look(uint64_t bytes)
    {
        now_ns = confirm.due_ns;
        return trim_confirm_look(&confirm, now_ns, bytes);
    }

    trim_confirm confirm = {};
    uint64_t now_ns = 100 * kS;
};

TEST_F(Confirm, OneLookThatAgreesIsEnoughAfterAnEvent)
{
    Begin(kEvent, 800 * kMiB);
    EXPECT_EQ(confirm.due_ns, 100 * kS + 200 * kMs);
    EXPECT_EQ(Look(810 * kMiB), TRIM_CONFIRM_HOLDS);
}

TEST_F(Confirm, MemoryThatIsStillBeingFreedIsLookedAtAgain)
{
    Begin(kEvent, 100 * kMiB);
    EXPECT_EQ(Look(600 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(confirm.due_ns, 100 * kS + 400 * kMs);
    EXPECT_EQ(Look(1000 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(1000 * kMiB), TRIM_CONFIRM_HOLDS);
}

TEST_F(Confirm, LooksAgreeUpToAnEighthOrHalfAThreshold)
{
    Begin(kEvent, 800 * kMiB);
    EXPECT_EQ(Look(700 * kMiB - 1), TRIM_CONFIRM_AGAIN);
    Begin(kEvent, 800 * kMiB);
    EXPECT_EQ(Look(700 * kMiB), TRIM_CONFIRM_HOLDS);
    Begin(kEvent, 100 * kMiB);
    EXPECT_EQ(Look(132 * kMiB), TRIM_CONFIRM_HOLDS);
    Begin(kEvent, 100 * kMiB);
    EXPECT_EQ(Look(132 * kMiB + 1), TRIM_CONFIRM_AGAIN);
}

TEST_F(Confirm, WhatMovesAllTheTimeAfterAnEventIsTrimmedAfterMaxWait)
{
    Begin(kEvent, 400 * kMiB);
    uint64_t bytes = 400 * kMiB;
    trim_confirm_state state = TRIM_CONFIRM_AGAIN;
    int looks = 0;
    while (state == TRIM_CONFIRM_AGAIN && looks < 20) {
        bytes = bytes == 400 * kMiB ? 200 * kMiB : 400 * kMiB;
        state = Look(bytes);
        ++looks;
    }
    EXPECT_EQ(state, TRIM_CONFIRM_HOLDS);
    EXPECT_LT(looks, 20);
    EXPECT_EQ(now_ns, 110 * kS);
}

TEST_F(Confirm, ACheckLooksUntilMaxWaitHasPassed)
{
    Begin(kCheck, 400 * kMiB);
    trim_confirm_state state = TRIM_CONFIRM_AGAIN;
    std::set<uint64_t> phases; /* Of a clock that ticks each second. */
    int looks = 0;
    while (state == TRIM_CONFIRM_AGAIN && looks < 200) {
        state = Look(400 * kMiB);
        phases.insert(now_ns % kS / (50 * kMs));
        ++looks;
    }
    EXPECT_EQ(state, TRIM_CONFIRM_HOLDS);
    EXPECT_EQ(now_ns, 110 * kS);
    EXPECT_GE(looks, 50);
    EXPECT_LE(looks, 60);
    EXPECT_GE(phases.size(), 10U) << "of 20";
}

TEST_F(Confirm, ACheckEndsWhereMemoryIsInUseAgain)
{
    Begin(kCheck, 1600 * kMiB);
    EXPECT_EQ(Look(1500 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(1600 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(1500 * kMiB - 1), TRIM_CONFIRM_FALLS) << "a sixteenth";

    Begin(kCheck, 400 * kMiB);
    EXPECT_EQ(Look(368 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(368 * kMiB - 1), TRIM_CONFIRM_FALLS) << "half a threshold";
}

TEST_F(Confirm, WhatACheckFindsMayGrow)
{
    Begin(kCheck, 100 * kMiB);
    trim_confirm_state state = TRIM_CONFIRM_AGAIN;
    uint64_t bytes = 100 * kMiB;
    while (state == TRIM_CONFIRM_AGAIN) {
        bytes += 50 * kMiB;
        state = Look(bytes);
    }
    EXPECT_EQ(state, TRIM_CONFIRM_HOLDS);
    EXPECT_EQ(now_ns, 110 * kS);
}

TEST_F(Confirm, SlowReuseIsReuseAllTheSame)
{
    Begin(kCheck, 400 * kMiB);
    trim_confirm_state state = TRIM_CONFIRM_AGAIN;
    uint64_t bytes = 400 * kMiB;
    while (state == TRIM_CONFIRM_AGAIN) {
        bytes -= 5 * kMiB;
        state = Look(bytes);
    }
    EXPECT_EQ(state, TRIM_CONFIRM_FALLS);
}

TEST_F(Confirm, AnEventMakesACheckAsGoodAsItself)
{
    Begin(kCheck, 400 * kMiB);
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_AGAIN);
    confirm.event = true;
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_HOLDS);
}

TEST_F(Confirm, ACheckWithLongGapsEndsInTimeToo)
{
    trim_confirm_begin(&confirm, kThreshold, 80 * kS, 10 * kS, kCheck, 100 * kS, 400 * kMiB);
    EXPECT_EQ(confirm.due_ns, 110 * kS);
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_HOLDS);
}

} // namespace
