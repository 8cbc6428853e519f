/* The looks that follow up a trim: when they are worth an estimate. */
#include <gtest/gtest.h>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

/* By default follow-ups come one cooldown after a trim and three. */
trim_options Options()
{
    trim_options options = PolicyOptions();
    options.cooldown_ns = 10 * kS;
    options.check_ns = 30 * kS;
    options.max_wait_ns = 10 * kS;
    return options;
}

/* A model is freed at 1 s, and the old pause after it leads to a trim. */
class AfterTrim : public PolicyTimeline
{
public:
    explicit AfterTrim(const trim_options &options = Options(), uint64_t left_bytes = 0)
        : PolicyTimeline(options)
    {
        memory.left_bytes = left_bytes;
        At(kS, [this] { memory.Free(500 * kMiB); });
        OldPauseAt(2 * kS);
        RunUntil(6 * kS);
        EXPECT_EQ(trims().size(), 1U);
    }

    /* So long after the trim's end. */
    void RunOn(uint64_t after_ns)
    {
        RunUntil(trims().at(0).at_ns + kTrimTakes + after_ns);
    }

    /* Estimates until the first follow-up is over. */
    size_t LooksAtFirst()
    {
        const size_t before = LookCount(TRIM_LOOK_ESTIMATE);
        RunOn(13 * kS);
        return LookCount(TRIM_LOOK_ESTIMATE) - before;
    }

    uint64_t Unchanged() const
    {
        return policy().skips[TRIM_SKIP_UNCHANGED];
    }
};

TEST(PolicyAfterTrim, NoEstimateIsTakenWhereNothingHasComeBack)
{
    AfterTrim timeline;
    timeline.memory.Refault(20 * kMiB);
    EXPECT_EQ(timeline.LooksAtFirst(), 0U);
    EXPECT_EQ(timeline.Unchanged(), 1U);
}

TEST(PolicyAfterTrim, AFewClassesAreNoReasonForOne)
{
    AfterTrim timeline;
    timeline.LoadClasses(7 * kS, 8 * kS, 10);
    EXPECT_EQ(timeline.LooksAtFirst(), 0U);
}

TEST(PolicyAfterTrim, AnEstimateIsTakenWhereEnoughIsResidentAgain)
{
    AfterTrim timeline;
    timeline.memory.Free(100 * kMiB);
    EXPECT_GE(timeline.LooksAtFirst(), 2U);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

TEST(PolicyAfterTrim, AnEstimateIsTakenWherePagesCameAndWent)
{
    AfterTrim timeline;
    timeline.memory.minor_faults += 64 * kMiB / 4096;
    EXPECT_EQ(timeline.LooksAtFirst(), 1U);
}

TEST(PolicyAfterTrim, AnEstimateIsTakenWhereTheTrimHasLeftEnough)
{
    AfterTrim timeline(Options(), 200 * kMiB);
    timeline.RunOn(13 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

TEST(PolicyAfterTrim, AnEstimateIsTakenWhereNobodySawWhatTheTrimHasLeft)
{
    PolicyTimeline timeline(Options());
    timeline.memory.outcome_unknown = true;
    timeline.At(kS, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.OldPauseAt(2 * kS);
    timeline.RunUntil(18 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_GT(timeline.LookTimes(TRIM_LOOK_ESTIMATE).back(), timeline.trims()[0].at_ns);
}

TEST(PolicyAfterTrim, AnEstimateIsTakenAfterAnOldPauseThatIsNoTrigger)
{
    trim_options options = Options();
    options.on = UINT64_C(1) << TRIM_REASON_RELOAD;
    PolicyTimeline timeline(options);
    timeline.LoadClasses(kS, 2 * kS, 2000);
    timeline.At(2 * kS, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.RunUntil(10 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    timeline.memory.releasable_bytes = 300 * kMiB;
    timeline.OldPauseAt(11 * kS);
    timeline.RunUntil(timeline.trims()[0].at_ns + 13 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

/* What is freed in place was in use and resident when the trim came: neither RSS nor faults tell of
 * it. */

TEST(PolicyAfterTrim, MemoryFreedInPlaceWaitsForTheSecondFollowUp)
{
    AfterTrim timeline;
    timeline.memory.releasable_bytes = 300 * kMiB;
    EXPECT_EQ(timeline.LooksAtFirst(), 0U);
    timeline.RunOn(32 * kS);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_GE(timeline.trims()[1].at_ns, timeline.trims()[0].at_ns + 30 * kS);
}

TEST(PolicyAfterTrim, MemoryFreedInPlaceIsFoundByTheOnlyFollowUp)
{
    trim_options options = Options();
    options.on = UINT64_C(1) << TRIM_REASON_FULL_GC;
    options.cooldown_ns = 15 * kS; /* Twice that is no shorter than the interval of checks. */
    AfterTrim timeline(options);
    timeline.memory.releasable_bytes = 300 * kMiB;
    timeline.RunOn(17 * kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

TEST(PolicyAfterTrim, MemoryFreedInPlaceIsFoundByTheFirstCheck)
{
    trim_options options = Options();
    options.cooldown_ns = 40 * kS; /* Longer than the interval of checks: no follow-up. */
    AfterTrim timeline(options);
    timeline.memory.releasable_bytes = 300 * kMiB;
    timeline.RunOn(40 * kS + options.max_wait_ns + kS);
    EXPECT_EQ(timeline.trims().size(), 2U);
    EXPECT_EQ(timeline.Unchanged(), 0U);
}

TEST(PolicyAfterTrim, MemoryFreedInPlaceIsFoundAfterAnEvent)
{
    for (const bool reload : {false, true}) {
        AfterTrim timeline;
        timeline.memory.releasable_bytes = 300 * kMiB;
        if (reload) {
            /* The burst ends after the cooldown, and was looked at all the time. */
            timeline.LoadClasses(12 * kS, 14 * kS, 2000);
        } else {
            timeline.OldPauseAt(9 * kS);
        }
        timeline.RunOn(13 * kS);
        EXPECT_EQ(timeline.trims().size(), 2U) << reload;
        EXPECT_EQ(timeline.Unchanged(), 0U) << reload;
    }
}

TEST(PolicyAfterTrim, MemoryFreedInPlaceIsFoundSoonWhereMemoryIsShort)
{
    PolicyTimeline timeline(Options());
    timeline.memory.limit_bytes = 8192 * kMiB;
    timeline.memory.fill_permille = 900;
    /* Between two checks, so that the pause is what leads to the trim. */
    timeline.At(3900 * kMs, [&] { timeline.memory.Free(500 * kMiB); });
    timeline.OldPauseAt(2 * kS);
    for (uint64_t at_ns = 3 * kS; timeline.trims().empty() && at_ns < 10 * kS; at_ns += kS) {
        timeline.RunUntil(at_ns);
    }
    ASSERT_EQ(timeline.trims().size(), 1U);
    ASSERT_EQ(timeline.trims()[0].reason, TRIM_REASON_FULL_GC);
    timeline.memory.releasable_bytes = 300 * kMiB;
    /* The first check after the short cooldown finds it, and a second look agrees. */
    timeline.RunUntil(timeline.trims()[0].at_ns + 2500 * kMs);
    EXPECT_EQ(timeline.trims().size(), 2U);
}

} // namespace
