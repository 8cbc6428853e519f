/* The looks that follow up a trim: when they are worth an estimate. */
#include <gtest/gtest.h>

#include <functional>

#include "policy_timeline.h"
#include "trimagent/policy.h"

namespace
{

class PolicyAfterTrim : public testing::Test
{
protected:
    /* A model is freed at 1 s; its trim is followed up after one cooldown and after three. */
    static trim_options Options()
    {
        trim_options options = PolicyOptions();
        options.cooldown_ns = 10 * kS;
        options.check_ns = 30 * kS;
        return options;
    }

    PolicyAfterTrim()
    {
        timeline_.At(kS, [&] { timeline_.memory.Free(500 * kMiB); });
        timeline_.OldPauseAt(2 * kS);
        timeline_.RunUntil(6 * kS);
    }

    uint64_t TrimNs() const
    {
        return timeline_.trims().at(0).at_ns + PolicyTimeline::kTrimTakes;
    }

    /* Estimates after the trim until the first follow-up is over. */
    size_t LooksAtFirst()
    {
        const size_t before = timeline_.LookCount(TRIM_LOOK_ESTIMATE);
        timeline_.RunUntil(TrimNs() + 13 * kS);
        return timeline_.LookCount(TRIM_LOOK_ESTIMATE) - before;
    }

    PolicyTimeline timeline_{Options()};
};

TEST_F(PolicyAfterTrim, NoEstimateIsTakenWhereNothingHasComeBack)
{
    ASSERT_EQ(timeline_.trims().size(), 1U);
    timeline_.memory.Refault(20 * kMiB);
    EXPECT_EQ(LooksAtFirst(), 0U);
    EXPECT_EQ(timeline_.policy().skips[TRIM_SKIP_UNCHANGED], 1U);
}

TEST_F(PolicyAfterTrim, MemoryFreedInPlaceWaitsForTheSecondFollowUpAtMost)
{
    /* It was in use and resident when the trim came: neither RSS nor faults tell of it. */
    timeline_.memory.releasable_bytes = 300 * kMiB;
    EXPECT_EQ(LooksAtFirst(), 0U);
    timeline_.RunUntil(TrimNs() + 32 * kS);
    ASSERT_EQ(timeline_.trims().size(), 2U);
    EXPECT_GE(timeline_.trims()[1].at_ns, TrimNs() + 30 * kS);
}

TEST_F(PolicyAfterTrim, AnEstimateIsTakenWhereEnoughIsResidentAgain)
{
    timeline_.memory.Free(100 * kMiB);
    EXPECT_GE(LooksAtFirst(), 2U);
    EXPECT_EQ(timeline_.trims().size(), 2U);
}

TEST_F(PolicyAfterTrim, AnEstimateIsTakenWherePagesCameAndWent)
{
    timeline_.memory.minor_faults += 64 * kMiB / 4096;
    EXPECT_EQ(LooksAtFirst(), 1U);
}

TEST_F(PolicyAfterTrim, AFewClassesAreNoReasonForAnEstimate)
{
    timeline_.LoadClasses(7 * kS, 8 * kS, 10);
    EXPECT_EQ(LooksAtFirst(), 0U);
}

TEST_F(PolicyAfterTrim, AnOldPauseIsLookedAtWhateverHasComeBack)
{
    timeline_.memory.releasable_bytes = 300 * kMiB;
    timeline_.OldPauseAt(7 * kS);
    EXPECT_GE(LooksAtFirst(), 2U);
    EXPECT_EQ(timeline_.trims().size(), 2U);
}

/* The rest of a trim that has given way is not left for the second follow-up. */
TEST(PolicyAfterPart, WhatATrimHasLeftIsLookedAtAgain)
{
    trim_options options = PolicyOptions();
    options.cooldown_ns = 10 * kS;
    options.check_ns = 30 * kS;
    PolicyTimeline timeline(options);
    timeline.memory.Free(500 * kMiB);
    timeline.memory.left_bytes = 200 * kMiB;
    timeline.OldPauseAt(2 * kS);
    timeline.RunUntil(10 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    timeline.RunUntil(18 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

} // namespace
