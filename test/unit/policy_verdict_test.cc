/* What became of a trim, and how that changes the cooldown. */
#include <gtest/gtest.h>

#include <random>

#include "policy_timeline.h"
#include "policy.h"

namespace
{

/* Each round frees memory and ends in an old pause; the trim of the round is over well before the
 * next. */
constexpr uint64_t kRound = 1000 * kS;

void ScriptRounds(PolicyTimeline &timeline, uint64_t first, uint64_t count)
{
    for (uint64_t round = first; round < first + count; ++round) {
        timeline.At(round * kRound + 9 * kS, [&] { timeline.memory.Free(400 * kMiB); });
        timeline.OldPauseAt(round * kRound + 10 * kS);
    }
}

TEST(PolicyVerdict, IsNoneBeforeTheFirstTrimThenOpenThenGood)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_NONE);
    ScriptRounds(timeline, 0, 1);
    timeline.RunUntil(13 * kS);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_OPEN);
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(timeline.policy().cooldown.length_ns, options.cooldown_ns);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 1U);
}

TEST(PolicyVerdict, UselessTrimsDoubleTheCooldownUpToItsMaximum)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.released_percent = 24;
    ScriptRounds(timeline, 0, 6);
    const uint64_t expected[] = {60 * kS, 120 * kS, 240 * kS, 300 * kS, 300 * kS};
    for (uint64_t round = 0; round < 5; ++round) {
        timeline.RunUntil(round * kRound + 13 * kS);
        ASSERT_EQ(timeline.trims().size(), round + 1);
        EXPECT_EQ(timeline.policy().cooldown.length_ns, expected[round]) << round;
        EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_USELESS);
        EXPECT_EQ(timeline.policy().cooldown.useless, round + 1);
    }
}

TEST(PolicyVerdict, ATrimIsUselessBelowAQuarterOfWhatWasExpectedOnly)
{
    PolicyTimeline timeline(PolicyOptions());
    timeline.memory.released_percent = 25;
    ScriptRounds(timeline, 0, 1);
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_GOOD);
    EXPECT_EQ(timeline.policy().cooldown.useless, 0U);
}

TEST(PolicyVerdict, TheLongerCooldownIsInForce)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.released_percent = 10;
    timeline.memory.Free(400 * kMiB);
    timeline.OldPauseAt(10 * kS);
    timeline.At(14 * kS, [&] { timeline.memory.Free(400 * kMiB); });
    timeline.OldPauseAt(15 * kS);
    timeline.RunUntil(kRound);
    ASSERT_EQ(timeline.trims().size(), 2U);
    EXPECT_GE(timeline.trims()[1].at_ns - timeline.trims()[0].at_ns, 2 * options.cooldown_ns);
}

TEST(PolicyVerdict, MemoryThatIsResidentAgainWithinTheCooldownIsRegretted)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    ScriptRounds(timeline, 0, 1);
    timeline.At(20 * kS, [&] { timeline.memory.Refault(200 * kMiB); });
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(timeline.policy().cooldown.regretted, 1U);
    EXPECT_EQ(timeline.policy().cooldown.length_ns, 2 * options.cooldown_ns);
}

TEST(PolicyVerdict, LessThanHalfResidentAgainIsNotRegretted)
{
    PolicyTimeline timeline(PolicyOptions());
    ScriptRounds(timeline, 0, 1);
    timeline.At(20 * kS, [&] { timeline.memory.Refault(200 * kMiB - 1); });
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_GOOD);
}

TEST(PolicyVerdict, MemoryThatGrowsAfterTheCooldownIsNotRegretted)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    ScriptRounds(timeline, 0, 1);
    timeline.At(13 * kS + PolicyTimeline::kTrimTakes + options.cooldown_ns + kMs,
                [&] { timeline.memory.Refault(400 * kMiB); });
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.verdict, TRIM_VERDICT_GOOD);
}

TEST(PolicyVerdict, GoodTrimsHalveTheCooldownDownToItsBase)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.released_percent = 0;
    ScriptRounds(timeline, 0, 10);
    timeline.RunUntil(3 * kRound + 900 * kS);
    ASSERT_EQ(timeline.policy().cooldown.length_ns, 300 * kS);

    timeline.memory.released_percent = 100;
    timeline.memory.releasable_bytes = 0;
    const uint64_t expected[] = {150 * kS, 75 * kS, 37500 * kMs, 30 * kS, 30 * kS};
    for (uint64_t round = 4; round < 9; ++round) {
        timeline.RunUntil(round * kRound + 900 * kS);
        EXPECT_EQ(timeline.policy().cooldown.length_ns, expected[round - 4]) << round;
    }
}

TEST(PolicyVerdict, AFailedRecheckJudgesNothingAndDoesNotSpin)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.refault_fails = true;
    ScriptRounds(timeline, 0, 1);
    timeline.RunUntil(kRound);
    EXPECT_EQ(timeline.policy().cooldown.length_ns, options.cooldown_ns);
    EXPECT_EQ(timeline.policy().cooldown.regretted, 0U);
    EXPECT_NE(timeline.policy().cooldown.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(timeline.LookCount(TRIM_LOOK_REFAULT), 1U);
}

TEST(PolicyVerdict, ATrimThatCouldNotBeMeasuredIsNotJudged)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.memory.outcome_unknown = true;
    ScriptRounds(timeline, 0, 3);
    timeline.RunUntil(3 * kRound);
    EXPECT_EQ(timeline.trims().size(), 3U);
    EXPECT_EQ(timeline.policy().cooldown.useless, 0U);
    EXPECT_EQ(timeline.policy().cooldown.length_ns, options.cooldown_ns);
}

TEST(PolicyVerdict, ADemandThatReleasesNothingIsNotHeldAgainstThePolicy)
{
    const trim_options options = PolicyOptions();
    PolicyTimeline timeline(options);
    timeline.DemandAt(10 * kS);
    timeline.RunUntil(kRound);
    ASSERT_EQ(timeline.trims().size(), 1U);
    EXPECT_EQ(timeline.policy().cooldown.useless, 0U);
    EXPECT_EQ(timeline.policy().cooldown.length_ns, options.cooldown_ns);
}

TEST(PolicyVerdict, NamesAreThoseOfStatusAndLog)
{
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_NONE), "none");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_OPEN), "open");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_GOOD), "good");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_USELESS), "useless");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_REGRETTED), "regretted");
}

/* Two hours in the life of a service, at random: whatever comes, the promises of the options hold.
 */
void CheckRandomHours(uint32_t seed)
{
    std::mt19937 random(seed);
    const auto below = [&random](uint64_t limit) {
        return random() % limit;
    };
    trim_options options = PolicyOptions();
    options.check_ns = below(2) == 0 ? 0 : (1 + below(60)) * kS;
    options.confirm_ns = below(5) * kS;
    options.max_wait_ns = (2 + below(60)) * kS;
    PolicyTimeline timeline(options);
    timeline.memory.estimate_cost_ns = (1 + below(200)) * kMs;
    constexpr uint64_t kSpan = 2 * 3600 * kS;
    for (uint64_t at_ns = kS; at_ns < kSpan; at_ns += 1 + below(120 * kS)) {
        switch (below(9)) {
        case 0:
        case 1:
            timeline.OldPauseAt(at_ns);
            break;
        case 2:
            timeline.LoadClasses(at_ns, at_ns + (1 + below(30)) * kS, below(2000));
            break;
        case 3:
            below(4) == 0 ? timeline.DemandAt(at_ns) : timeline.SpuriousWakeAt(at_ns);
            break;
        case 4:
            timeline.At(at_ns,
                        [&, percent = below(101)] { timeline.memory.released_percent = percent; });
            break;
        case 5:
            timeline.At(at_ns,
                        [&, fails = below(4) == 0] { timeline.memory.estimate_fails = fails; });
            break;
        case 6:
            timeline.At(at_ns, [&, bytes = below(400) * kMiB] { timeline.memory.Refault(bytes); });
            break;
        default:
            timeline.At(at_ns, [&, bytes = below(400) * kMiB] { timeline.memory.Free(bytes); });
            break;
        }
    }
    timeline.RunUntil(kSpan);

    const std::vector<SeenTrim> &trims = timeline.trims();
    EXPECT_GT(trims.size(), 5U) << "seed " << seed;
    for (size_t i = 0; i < trims.size(); ++i) {
        if (trims[i].reason == TRIM_REASON_DEMAND) {
            continue;
        }
        EXPECT_GE(trims[i].expected_bytes, options.threshold_bytes) << "seed " << seed;
        if (i > 0) {
            EXPECT_GE(trims[i].at_ns, trims[i - 1].at_ns + options.cooldown_ns) << "seed " << seed;
        }
    }
    EXPECT_LE(timeline.policy().cooldown.length_ns, options.max_cooldown_ns);
    EXPECT_GE(timeline.policy().cooldown.length_ns, options.cooldown_ns);
}

TEST(PolicyVerdict, RandomHoursKeepThePromisesOfTheOptions)
{
    for (uint32_t seed = 1; seed <= 12; ++seed) {
        CheckRandomHours(seed);
    }
}

} // namespace
