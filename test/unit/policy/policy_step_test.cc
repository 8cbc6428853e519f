/* What single steps of the policy take in and tell, with observations made by hand. */
#include <gtest/gtest.h>

#include <cstdint>

#include "policy.h"
#include "quantity.h"
#include "simulated_memory.h"

namespace
{

class PolicyStep : public testing::Test
{
protected:
    PolicyStep()
    {
        config_.price.urgent_percent = 0; /* Nobody asks for the limit. */
        Init();
    }

    void Init()
    {
        now_ns_ = 1000 * kS;
        rss_bytes_ = 2 * kGiB;
        trim_policy_init(&policy_, &config_, now_ns_, 0);
        now_ns_ += kS;
    }

    trim_observation Observe(trim_look look) const
    {
        trim_observation observation = {};
        observation.now_ns = now_ns_;
        observation.look = look;
        observation.rss_bytes = rss_bytes_;
        observation.minor_faults = faults_;
        observation.signals.old_pauses = old_pauses_;
        observation.last_old_ns = last_old_ns_;
        observation.demands = demands_;
        return observation;
    }

    trim_decision Step(const trim_observation &observation)
    {
        trim_decision decision = {};
        trim_policy_step(&policy_, &observation, &decision);
        return decision;
    }

    trim_decision Look(trim_look look)
    {
        return Step(Observe(look));
    }

    trim_decision Estimate(uint64_t bytes, uint64_t fault_ps_per_byte = 0)
    {
        trim_observation observation = Observe(TRIM_LOOK_ESTIMATE);
        observation.expected_bytes = bytes;
        observation.cost_ns = kMs;
        observation.fault_ps_per_byte = fault_ps_per_byte;
        return Step(observation);
    }

    trim_decision Demand()
    {
        ++demands_;
        return Look(TRIM_LOOK_NONE);
    }

    /* A trim has released so much. */
    const trim_lot &Trimmed(uint64_t bytes, bool gave_way = false)
    {
        trim_outcome outcome = {};
        outcome.end_ns = now_ns_;
        outcome.released_bytes = bytes;
        outcome.cpu_ns = cpu_ns_;
        outcome.cost_ns = kMs;
        outcome.measured = true;
        outcome.gave_way = gave_way;
        outcome.number = number_;
        rss_bytes_ -= bytes;
        outcome.seen_after = true;
        outcome.rss_bytes = rss_bytes_;
        outcome.minor_faults = faults_;
        trim_policy_trimmed(&policy_, &outcome);
        return policy_.earnings.lots[(policy_.earnings.released - 1) % TRIM_LOTS];
    }

    /* Memory lies still until it is trimmed, and comes back after a part of the time for which it
     * was watched. Returns that time. */
    double WatchAndTakeBack(double part, bool cheap)
    {
        (void)Look(TRIM_LOOK_PROCESS);
        EXPECT_EQ(Estimate(kBytes).skip, TRIM_SKIP_WAITING);
        const uint64_t began_ns = now_ns_;
        trim_observation refused = Observe(TRIM_LOOK_LAY);
        refused.failed = true;
        (void)Step(refused);
        do {
            now_ns_ += 500 * kMs;
        } while (Estimate(kBytes).action != TRIM_TRIM);
        const trim_lot &lot = Trimmed(kBytes);
        const double waited_ns = lot.waited_ns;
        EXPECT_NEAR(waited_ns, static_cast<double>(now_ns_ - began_ns), 1e6);
        EXPECT_DOUBLE_EQ(Mean(), waited_ns + trim_price_break_even_ns(&policy_.price, now_ns_));
        for (int looks = 0; cheap && looks < 40; ++looks) {
            (void)Estimate(0, 1); /* Page faults have become cheap. */
        }
        (void)Look(TRIM_LOOK_PROCESS);
        held_ns_ = waited_ns * part;
        now_ns_ += static_cast<uint64_t>(held_ns_);
        rss_bytes_ += kBytes;
        faults_ += kBytes / 4096;
        (void)Look(TRIM_LOOK_PROCESS);
        trim_observation back = Observe(TRIM_LOOK_REFAULT);
        back.refaulted_bytes = kBytes;
        (void)Step(back);
        return waited_ns;
    }

    double Mean() const
    {
        return trim_patience_mean_ns(&policy_.patience, TRIM_REASON_WATERMARK,
                                     static_cast<double>(kBytes));
    }
    uint32_t Doubt() const
    {
        return policy_.patience.reasons[TRIM_REASON_WATERMARK].doubt;
    }

    static constexpr uint64_t kBytes = 500 * kMiB;
    trim_policy_config config_ = PolicyConfig();
    trim_policy policy_ = {};
    uint64_t now_ns_ = 0;
    uint64_t rss_bytes_ = 0;
    uint64_t faults_ = 0;
    uint64_t old_pauses_ = 0;
    uint64_t last_old_ns_ = 0;
    uint64_t demands_ = 0;
    uint64_t number_ = 0;
    uint64_t cpu_ns_ = 60 * kMs; /* Of a release. */
    double held_ns_ = 0;
};

TEST_F(PolicyStep, WhatComesBackWithinHalfTheTimeItWasWatchedHasDeceivedTheWatch)
{
    (void)WatchAndTakeBack(0.4, false);
    EXPECT_EQ(policy_.known.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(Doubt(), 1U);
    EXPECT_NEAR(Mean(), held_ns_, 1e3) << "it was in use before as well";
}

TEST_F(PolicyStep, WhatComesBackLaterIsRegrettedWithoutHavingDeceivedAnybody)
{
    const double waited_ns = WatchAndTakeBack(0.6, false);
    EXPECT_EQ(policy_.known.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(Doubt(), 0U);
    EXPECT_NEAR(Mean(), waited_ns + held_ns_, 1e3);
}

TEST_F(PolicyStep, WhatHasPaidHasDeceivedNobodyHoweverSoonItComesBack)
{
    cpu_ns_ = 0;
    const double waited_ns = WatchAndTakeBack(0.4, true);
    EXPECT_EQ(policy_.known.verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(Doubt(), 0U);
    EXPECT_NEAR(Mean(), waited_ns + held_ns_, 1e3);
}

TEST_F(PolicyStep, AnEstimateThatLeadsToNothingTellsWhatItFound)
{
    for (const bool bound_only : {true, false}) {
        trim_observation observation = Observe(TRIM_LOOK_ESTIMATE);
        observation.expected_bytes = kMiB;
        observation.bound_only = bound_only;
        const trim_decision decision = Step(observation);
        EXPECT_EQ(decision.skip, TRIM_SKIP_BELOW_THRESHOLD);
        EXPECT_EQ(decision.expected_bytes, kMiB);
        EXPECT_EQ(decision.bound_only, bound_only);
    }
    EXPECT_EQ(policy_.considered, 2U);
}

TEST_F(PolicyStep, ADemandIsConsideredAndHasNotWaited)
{
    const trim_decision decision = Demand();
    EXPECT_EQ(decision.action, TRIM_TRIM);
    EXPECT_EQ(decision.reason, TRIM_REASON_DEMAND);
    EXPECT_EQ(decision.expected_bytes, 0U);
    EXPECT_EQ(policy_.considered, 1U);
    const trim_lot &lot = Trimmed(kBytes);
    EXPECT_EQ(lot.waited_ns, 0);
    EXPECT_EQ(lot.reason, TRIM_REASON_DEMAND);
    EXPECT_NE(Look(TRIM_LOOK_NONE).action, TRIM_TRIM) << "each is met once";
}

TEST_F(PolicyStep, EachReleasePaysForTheLooksThatLedToIt)
{
    (void)Estimate(0);
    (void)Estimate(0);
    (void)Demand();
    EXPECT_EQ(Trimmed(kBytes).cost_ns, static_cast<double>(cpu_ns_ + 3 * kMs));
    (void)Demand();
    EXPECT_EQ(Trimmed(kBytes).cost_ns, static_cast<double>(cpu_ns_ + kMs));
    trim_observation sample = Observe(TRIM_LOOK_LAY);
    sample.failed = true;
    sample.cost_ns = 7 * kMs;
    (void)Step(sample);
    (void)Demand();
    EXPECT_EQ(Trimmed(kBytes).cost_ns, static_cast<double>(cpu_ns_ + 8 * kMs));
}

TEST_F(PolicyStep, AReleaseHasTheNumberOfTheLogOrItsOwn)
{
    (void)Demand();
    EXPECT_EQ(Trimmed(kBytes).number, 1U);
    number_ = 7;
    (void)Demand();
    EXPECT_EQ(Trimmed(kBytes).number, 7U);
}

TEST_F(PolicyStep, WhatGivesWayWithTheLeastThatIsReleasedIsExcused)
{
    for (const bool enough : {true, false}) {
        Init();
        (void)Look(TRIM_LOOK_PROCESS);
        ++old_pauses_;
        last_old_ns_ = now_ns_ - config_.settle_ns;
        ASSERT_EQ(Estimate(kBytes).action, TRIM_TRIM) << "a full GC has freed it";
        const trim_lot &lot = Trimmed(4 * kMiB - (enough ? 0 : 1), true);
        EXPECT_EQ(lot.verdict, enough ? TRIM_VERDICT_OPEN : TRIM_VERDICT_USELESS);
        EXPECT_EQ(policy_.earnings.useless, enough ? 0U : 1U);
    }
}

TEST_F(PolicyStep, AnEventIsTakenToFreeAQuarterOfRssOrSixtyFourMebibytes)
{
    for (const uint64_t rss : {2 * kGiB, uint64_t{0}}) {
        Init();
        rss_bytes_ = rss;
        (void)Look(TRIM_LOOK_PROCESS);
        ++old_pauses_;
        last_old_ns_ = now_ns_;
        (void)Look(TRIM_LOOK_NONE);
        EXPECT_EQ(policy_.looks.events[TRIM_REASON_FULL_GC].pending_bytes,
                  static_cast<double>(rss == 0 ? 64 * kMiB : rss / 4));
    }
}

TEST_F(PolicyStep, ALookAtTheProcessServesForFortyMilliseconds)
{
    rss_bytes_ = 100 * kGiB; /* So that a look is soon worth it. */
    (void)Look(TRIM_LOOK_PROCESS);
    (void)Estimate(0);
    now_ns_ += kS;
    ++old_pauses_;
    /* Looked at when it has settled: just when the look is too old. */
    last_old_ns_ = now_ns_ + 40 * kMs - config_.settle_ns;
    (void)Look(TRIM_LOOK_PROCESS);
    now_ns_ += 40 * kMs - 1;
    EXPECT_EQ(Look(TRIM_LOOK_NONE).action, TRIM_WAIT);
    now_ns_ += 1;
    const trim_decision decision = Look(TRIM_LOOK_NONE);
    EXPECT_EQ(decision.action, TRIM_LOOK);
    EXPECT_EQ(decision.look, TRIM_LOOK_PROCESS);
}

TEST_F(PolicyStep, WithoutChecksTheLimitIsReadAgainForAnEstimateAfterAMinute)
{
    config_ = PolicyConfig();
    config_.check_ns = 0;
    for (const bool stale : {false, true}) {
        Init();
        (void)Look(TRIM_LOOK_ROOM);
        now_ns_ += 60 * kS - (stale ? 0 : 1);
        ++old_pauses_;
        last_old_ns_ = now_ns_ - kS;
        (void)Look(TRIM_LOOK_PROCESS);
        const trim_decision decision = Look(TRIM_LOOK_NONE);
        EXPECT_EQ(decision.action, TRIM_LOOK);
        EXPECT_EQ(decision.look, stale ? TRIM_LOOK_ROOM : TRIM_LOOK_ESTIMATE);
    }
}

TEST_F(PolicyStep, WhatAReleaseLeavesIsWatchedWhereItIsEnough)
{
    (void)Look(TRIM_LOOK_PROCESS);
    ASSERT_EQ(Estimate(kBytes).skip, TRIM_SKIP_WAITING);
    (void)Demand();
    (void)Trimmed(kBytes - 4 * kMiB);
    EXPECT_TRUE(policy_.watch.on);
    EXPECT_EQ(policy_.watch.last_bytes, 4 * kMiB);
    (void)Demand();
    (void)Trimmed(1);
    EXPECT_FALSE(policy_.watch.on);
}

TEST_F(PolicyStep, AWaitEndsInTheFutureHoweverShortTheSettling)
{
    config_.triggers.burst.settle_ns = 4; /* A burst is looked at five times within that. */
    Init();
    (void)Look(TRIM_LOOK_PROCESS);
    (void)Estimate(0);
    now_ns_ += 40 * kMs;
    trim_observation observation = Observe(TRIM_LOOK_PROCESS);
    observation.signals.class_changes = config_.triggers.burst.classes;
    const trim_decision decision = Step(observation);
    ASSERT_EQ(decision.action, TRIM_WAIT);
    EXPECT_EQ(decision.wake_ns, now_ns_ + 1);
}

TEST_F(PolicyStep, OnlyWhatADryRunDecidedOnIsTakenForGivenBack)
{
    (void)Look(TRIM_LOOK_PROCESS);
    for (const bool dry : {false, true}) {
        ++old_pauses_;
        last_old_ns_ = now_ns_ - config_.settle_ns;
        ASSERT_EQ(Estimate(kBytes).action, TRIM_TRIM);
        trim_outcome outcome = {};
        outcome.end_ns = now_ns_;
        outcome.dry = dry;
        trim_policy_trimmed(&policy_, &outcome); /* Nobody knows what it released. */
        EXPECT_EQ(policy_.dry_bytes, dry ? kBytes : 0U);
        EXPECT_EQ(policy_.earnings.released, 0U);
        EXPECT_FALSE(policy_.watch.on);
    }
}

} // namespace
