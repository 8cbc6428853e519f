#include "trimagent/cooldown.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "trimagent/clock.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kBase = 10 * kS;
constexpr uint64_t kMax = 100 * kS;

class Cooldown : public testing::Test
{
protected:
    Cooldown()
    {
        trim_cooldown_init(&cooldown_, kBase, kMax);
    }

    bool Trim(uint64_t end_ns, uint64_t expected_bytes, uint64_t released_bytes)
    {
        trim_cooldown_start(&cooldown_, end_ns, 0);
        return trim_cooldown_judge(&cooldown_, expected_bytes, released_bytes, false);
    }

    trim_cooldown cooldown_ = {};
};

TEST_F(Cooldown, DoesNotHoldBackTheFirstTrim)
{
    EXPECT_EQ(trim_cooldown_end_ns(&cooldown_, false), 0U);
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
}

TEST_F(Cooldown, RunsFromTheEndOfTheTrim)
{
    trim_cooldown_start(&cooldown_, 500 * kS, 0);
    EXPECT_EQ(trim_cooldown_end_ns(&cooldown_, false), 500 * kS + kBase);
}

TEST_F(Cooldown, LeavesATrimAloneThatNobodyJudges)
{
    trim_cooldown_start(&cooldown_, 500 * kS, 0);
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
    EXPECT_EQ(cooldown_.length_ns, kBase);
}

TEST_F(Cooldown, ForgetsAnOpenVerdictAtTheNextTrim)
{
    Trim(500 * kS, 100 * kMiB, 100 * kMiB);
    ASSERT_EQ(cooldown_.verdict, TRIM_VERDICT_OPEN);
    trim_cooldown_start(&cooldown_, 501 * kS, 0);
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
}

TEST_F(Cooldown, KeepsTheVerdictOpenForTheBaseTime)
{
    EXPECT_TRUE(Trim(500 * kS, 100 * kMiB, 100 * kMiB));
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_OPEN);
    EXPECT_EQ(cooldown_.recheck_due_ns, 500 * kS + kBase);
    EXPECT_EQ(cooldown_.length_ns, kBase);
}

TEST_F(Cooldown, CallsATrimUselessBelowAQuarterOfWhatWasExpected)
{
    EXPECT_TRUE(Trim(1, 100 * kMiB, 25 * kMiB));
    EXPECT_EQ(cooldown_.useless, 0U);
    EXPECT_FALSE(Trim(2, 100 * kMiB, 25 * kMiB - 1));
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_USELESS);
    EXPECT_EQ(cooldown_.useless, 1U);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
}

TEST_F(Cooldown, IsDoubledByUselessTrimsUpToItsMaximum)
{
    for (const uint64_t expected : {20 * kS, 40 * kS, 80 * kS, 100 * kS, 100 * kS}) {
        Trim(500 * kS, 100 * kMiB, 0);
        EXPECT_EQ(cooldown_.length_ns, expected);
        EXPECT_EQ(trim_cooldown_end_ns(&cooldown_, false), 500 * kS + expected);
    }
    EXPECT_EQ(cooldown_.useless, 5U);
}

TEST_F(Cooldown, IsDoubledWhereHalfOfTheReleaseIsResidentAgain)
{
    Trim(500 * kS, 100 * kMiB, 80 * kMiB);
    trim_cooldown_recheck(&cooldown_, true, 40 * kMiB);
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_REGRETTED);
    EXPECT_EQ(cooldown_.regretted, 1U);
    EXPECT_EQ(cooldown_.length_ns, 2 * kBase);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
}

TEST_F(Cooldown, IsHalvedByGoodTrimsDownToItsBase)
{
    for (int i = 0; i < 4; ++i) {
        Trim(500 * kS, 100 * kMiB, 0);
    }
    ASSERT_EQ(cooldown_.length_ns, kMax);
    for (const uint64_t expected : {50 * kS, 25 * kS, 12500 * TRIM_NS_PER_MS, 10 * kS, 10 * kS}) {
        Trim(500 * kS, 100 * kMiB, 80 * kMiB);
        trim_cooldown_recheck(&cooldown_, true, 40 * kMiB - 1);
        EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_GOOD);
        EXPECT_EQ(cooldown_.length_ns, expected);
    }
}

TEST_F(Cooldown, StaysAsItIsWhereRefaultsAreUnknown)
{
    Trim(500 * kS, 100 * kMiB, 80 * kMiB);
    trim_cooldown_recheck(&cooldown_, false, 80 * kMiB);
    EXPECT_EQ(cooldown_.verdict, TRIM_VERDICT_NONE);
    EXPECT_EQ(cooldown_.length_ns, kBase);
    EXPECT_EQ(cooldown_.regretted, 0U);
    EXPECT_EQ(cooldown_.recheck_due_ns, TRIM_NEVER);
}

TEST_F(Cooldown, NeverOverflowsOnTheWayToAVeryLongMaximum)
{
    trim_cooldown_init(&cooldown_, kBase, UINT64_MAX);
    uint64_t last_ns = kBase;
    for (int i = 0; i < 100; ++i) {
        Trim(500 * kS, 100 * kMiB, 0);
        EXPECT_GE(cooldown_.length_ns, last_ns);
        last_ns = cooldown_.length_ns;
    }
    EXPECT_EQ(last_ns, UINT64_MAX);
}

TEST(CooldownVerdict, NamesAreThoseOfStatusAndLog)
{
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_NONE), "none");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_OPEN), "open");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_GOOD), "good");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_USELESS), "useless");
    EXPECT_STREQ(trim_verdict_name(TRIM_VERDICT_REGRETTED), "regretted");
}

TEST(CooldownUrgency, KeepsAnEighthButASecondAtLeast)
{
    const struct {
        uint64_t length_ms;
        uint64_t urgent_ms;
    } lengths[] = {{80000, 10000}, {10000, 1250}, {8000, 1000}, {4000, 1000}, {500, 500}};
    for (const auto &length : lengths) {
        trim_cooldown cooldown;
        trim_cooldown_init(&cooldown, length.length_ms * TRIM_NS_PER_MS, 600 * TRIM_NS_PER_S);
        EXPECT_EQ(trim_cooldown_end_ns(&cooldown, true), 0U) << "there was no trim";
        trim_cooldown_start(&cooldown, TRIM_NS_PER_S, 0);
        EXPECT_EQ(trim_cooldown_end_ns(&cooldown, false),
                  TRIM_NS_PER_S + length.length_ms * TRIM_NS_PER_MS);
        EXPECT_EQ(trim_cooldown_end_ns(&cooldown, true),
                  TRIM_NS_PER_S + length.urgent_ms * TRIM_NS_PER_MS);
    }
}

} // namespace
