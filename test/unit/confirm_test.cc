/* Whether memory that could be released stays free. */
#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/confirm.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kThreshold = 64 * kMiB;

class Confirm : public testing::Test
{
protected:
    void Begin(uint32_t wanted, uint64_t bytes)
    {
        trim_confirm_begin(&confirm, kThreshold, 250 * kMs, 10 * kS, wanted, 100 * kS, bytes);
    }

    /* A look at the moment it is due. */
    trim_confirm_state Look(uint64_t bytes)
    {
        return trim_confirm_look(&confirm, confirm.due_ns, bytes);
    }

    trim_confirm confirm = {};
};

TEST_F(Confirm, OneLookThatAgreesIsEnoughAfterAnEvent)
{
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 800 * kMiB);
    EXPECT_EQ(confirm.due_ns, 100 * kS + 250 * kMs);
    EXPECT_EQ(Look(810 * kMiB), TRIM_CONFIRM_HOLDS);
}

TEST_F(Confirm, MemoryThatIsStillBeingFreedIsLookedAtAgain)
{
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 100 * kMiB);
    EXPECT_EQ(Look(600 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(confirm.due_ns, 100 * kS + 500 * kMs);
    EXPECT_EQ(Look(1000 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(1000 * kMiB), TRIM_CONFIRM_HOLDS);
}

TEST_F(Confirm, LooksAgreeUpToAnEighthOrHalfAThreshold)
{
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 800 * kMiB);
    EXPECT_EQ(Look(700 * kMiB - 1), TRIM_CONFIRM_AGAIN);
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 800 * kMiB);
    EXPECT_EQ(Look(700 * kMiB), TRIM_CONFIRM_HOLDS);
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 100 * kMiB);
    EXPECT_EQ(Look(132 * kMiB), TRIM_CONFIRM_HOLDS);
    Begin(TRIM_CONFIRM_EVENT_LOOKS, 100 * kMiB);
    EXPECT_EQ(Look(132 * kMiB + 1), TRIM_CONFIRM_AGAIN);
}

TEST_F(Confirm, AWatermarkWantsSixInARow)
{
    Begin(TRIM_CONFIRM_WATERMARK_LOOKS, 400 * kMiB);
    for (int look = 1; look < 6; ++look) {
        EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_AGAIN);
    }
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_HOLDS);

    Begin(TRIM_CONFIRM_WATERMARK_LOOKS, 400 * kMiB);
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(Look(300 * kMiB), TRIM_CONFIRM_AGAIN); /* A burst is under way. */
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(confirm.agreed, 0U);
}

TEST_F(Confirm, WhatMovesAllTheTimeIsTrimmedAfterMaxWaitOnlyWhereAnEventToldOfIt)
{
    for (const uint32_t wanted : {TRIM_CONFIRM_EVENT_LOOKS, TRIM_CONFIRM_WATERMARK_LOOKS}) {
        Begin(wanted, 400 * kMiB);
        uint64_t bytes = 400 * kMiB;
        trim_confirm_state state = TRIM_CONFIRM_AGAIN;
        int looks = 0;
        while (state == TRIM_CONFIRM_AGAIN && looks < 20) {
            bytes = bytes == 400 * kMiB ? 200 * kMiB : 400 * kMiB;
            state = Look(bytes);
            ++looks;
        }
        EXPECT_EQ(state,
                  wanted == TRIM_CONFIRM_EVENT_LOOKS ? TRIM_CONFIRM_HOLDS : TRIM_CONFIRM_MOVES);
        EXPECT_LE(looks, 10);
        EXPECT_EQ(confirm.due_ns, 110 * kS);
    }
}

TEST_F(Confirm, AWatermarkWithLongGapsHoldsAtTheEndIfNothingHasMoved)
{
    trim_confirm_begin(&confirm, kThreshold, 8 * kS, 10 * kS, TRIM_CONFIRM_WATERMARK_LOOKS,
                       100 * kS, 400 * kMiB);
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_AGAIN);
    EXPECT_EQ(confirm.due_ns, 110 * kS);
    EXPECT_EQ(Look(400 * kMiB), TRIM_CONFIRM_HOLDS);
}

} // namespace
