/* When an estimate is worth what it costs. */
#include "looks.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <tuple>

#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kStart = 1000 * kS;
constexpr double kModel = 300.0 * static_cast<double>(kMiB);

class Looks : public testing::Test
{
protected:
    Looks()
    {
        trim_price_config config = {};
        config.worth_bytes = 8 * TRIM_GIB;
        config.urgent_percent = 80;
        trim_price_init(&price_, &config);
        Init(30 * kS, true);
    }

    void Init(uint64_t check_ns, bool unannounced)
    {
        now_ns_ = kStart;
        trim_looks_init(&looks_, check_ns, unannounced, now_ns_);
    }

    void Expect(trim_reason reason, double guess_bytes = kModel, uint64_t settle_ns = 0)
    {
        trim_looks_expect(&looks_, reason, now_ns_, now_ns_ + settle_ns, guess_bytes);
    }

    uint64_t Due() const
    {
        return trim_looks_due_ns(&looks_, &price_, now_ns_);
    }

    trim_reason Reason() const
    {
        return trim_looks_reason(&looks_, now_ns_);
    }

    void Miss()
    {
        trim_looks_taken(&looks_, now_ns_);
    }

    void Find(trim_reason reason, double bytes)
    {
        trim_looks_taken(&looks_, now_ns_);
        trim_looks_settled(&looks_, reason, now_ns_, bytes);
    }

    /* Follows the looks that find nothing for a time, and returns how many there are. */
    int MissFor(uint64_t ns)
    {
        const uint64_t end_ns = now_ns_ + ns;
        int looks = 0;
        while (Due() <= end_ns && looks < 100000) {
            now_ns_ = Due() > now_ns_ ? Due() : now_ns_ + 1;
            Miss();
            ++looks;
        }
        now_ns_ = end_ns;
        return looks;
    }

    trim_price price_ = {};
    trim_looks looks_ = {};
    uint64_t now_ns_ = kStart;
};

TEST_F(Looks, WithoutAnEventTheyComeByTheRateAtMostCheckApart)
{
    EXPECT_GT(Due(), now_ns_);
    EXPECT_LE(Due(), now_ns_ + 30 * kS);
    EXPECT_EQ(Reason(), TRIM_REASON_WATERMARK);
    const int early = MissFor(600 * kS);
    (void)MissFor(3600 * kS);
    const int late = MissFor(600 * kS);
    EXPECT_LE(late, early);
    EXPECT_NEAR(late, 20, 1) << "but they never end";
}

TEST_F(Looks, WithoutAnEventThereAreNoneWhereNobodyWantsThem)
{
    Init(30 * kS, false);
    EXPECT_EQ(Due(), TRIM_NEVER);
    Init(0, true);
    EXPECT_EQ(Due(), TRIM_NEVER);
}

TEST_F(Looks, MuchThatComesFreeMakesThemOftenAndLittleSeldom)
{
    const uint64_t first_gap_ns = Due() - now_ns_;
    for (int i = 0; i < 20; ++i) {
        now_ns_ += 6 * kS;
        Find(TRIM_REASON_WATERMARK, kModel);
    }
    const uint64_t gap_ns = Due() - now_ns_;
    EXPECT_LT(gap_ns, first_gap_ns);
    /* sqrt(2 * 1 ms * 8 GiB / (300 MiB / 6 s)) is 0.57 s. */
    EXPECT_GT(gap_ns, 300 * kMs);
    EXPECT_LT(gap_ns, 1200 * kMs);
    (void)MissFor(3600 * kS);
    EXPECT_GT(Due() - looks_.last_ns, 10 * gap_ns);
}

TEST_F(Looks, WhatEventsTellOfIsNoReasonForLooksWithoutOne)
{
    for (int i = 0; i < 20; ++i) {
        now_ns_ += 6 * kS;
        Expect(TRIM_REASON_FULL_GC);
        Find(TRIM_REASON_FULL_GC, kModel);
    }
    EXPECT_LT(looks_.unannounced_flow.rate, static_cast<double>(kMiB));
    EXPECT_GT(looks_.all_flow.rate, looks_.unannounced_flow.rate);
}

TEST_F(Looks, DearLooksTakeASmallPartOfACore)
{
    price_.look_ns = 1e9;
    EXPECT_GE(Due(), now_ns_ + 100 * kS) << "whatever check says";
    const uint64_t quiet_ns = Due();
    trim_price_room(&price_, TRIM_GIB, true, 1000);
    EXPECT_LT(Due(), quiet_ns);
    EXPECT_GE(Due(), now_ns_ + 10 * kS) << "even where memory is short";
}

TEST_F(Looks, WhereMemoryIsShortTheyComeOften)
{
    (void)MissFor(3600 * kS);
    trim_price_room(&price_, TRIM_GIB, true, 900);
    EXPECT_LE(Due(), looks_.last_ns + 2 * kS);
}

TEST_F(Looks, AnEventIsLookedAtSoonAndNotBeforeItIsReady)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC, kModel, 100 * kMs);
    EXPECT_GE(Due(), kStart + 100 * kMs);
    EXPECT_LE(Due(), kStart + 500 * kMs);
    EXPECT_EQ(Reason(), TRIM_REASON_WATERMARK) << "before that it has freed nothing";
    now_ns_ += 100 * kMs;
    EXPECT_EQ(Reason(), TRIM_REASON_FULL_GC);
}

TEST_F(Looks, EventsInARowDoNotPutTheLookOff)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC, kModel, 100 * kMs);
    const uint64_t due_ns = Due();
    for (int i = 0; i < 100; ++i) {
        now_ns_ += 50 * kMs;
        Expect(TRIM_REASON_FULL_GC, kModel, 100 * kMs);
        EXPECT_EQ(Due(), due_ns);
    }
}

TEST_F(Looks, AnEventAfterALookBeginsAnew)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC, kModel, 100 * kMs);
    now_ns_ += 200 * kMs;
    Miss();
    now_ns_ += 3 * kS;
    Expect(TRIM_REASON_FULL_GC, kModel, 100 * kMs);
    EXPECT_LE(Due(), now_ns_ + 500 * kMs);
    EXPECT_FALSE(looks_.events[TRIM_REASON_FULL_GC].looked);
}

TEST_F(Looks, AnEventAfterAReleaseBeginsAnew)
{
    Expect(TRIM_REASON_FULL_GC);
    now_ns_ += kS;
    /* Somebody has asked for the release; no look came before it. */
    trim_looks_settled(&looks_, TRIM_REASON_DEMAND, now_ns_, kModel);
    now_ns_ += kS;
    Expect(TRIM_REASON_FULL_GC);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].happened_ns, now_ns_);
}

TEST_F(Looks, AnEventIsFollowedUpAtGrowingGapsUntilItIsOver)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    uint64_t gap_ns = 0;
    int looks = 0;
    while (Due() != TRIM_NEVER) {
        ASSERT_LT(++looks, 1000);
        if (looks > 2) {
            EXPECT_GE(Due() - now_ns_ + 1, gap_ns);
        }
        gap_ns = Due() - now_ns_;
        now_ns_ = Due();
        Miss();
    }
    EXPECT_GT(looks, 3);
    EXPECT_LE(now_ns_, kStart + 60 * kS);
    EXPECT_EQ(Reason(), TRIM_REASON_WATERMARK);
}

TEST_F(Looks, EventsThatNeverFreeAnythingCostFewLooks)
{
    Init(0, false);
    const auto looks_of_one = [this] {
        Expect(TRIM_REASON_RELOAD);
        const int looks = MissFor(60 * kS);
        EXPECT_EQ(Due(), TRIM_NEVER);
        return looks;
    };
    const int first = looks_of_one();
    for (int i = 0; i < 50; ++i) {
        (void)looks_of_one();
    }
    const int later = looks_of_one();
    EXPECT_LT(later, first);
    EXPECT_LE(later, 3);
    EXPECT_GE(later, 1) << "they may begin to";
}

TEST_F(Looks, WhatEventsFreeIsLearned)
{
    Init(0, false);
    const double guess = 16.0 * static_cast<double>(kMiB);
    for (int i = 0; i < 10; ++i) {
        Expect(TRIM_REASON_FULL_GC, guess);
        now_ns_ += 200 * kMs;
        Find(TRIM_REASON_FULL_GC, kModel);
        (void)MissFor(60 * kS);
    }
    EXPECT_NEAR(looks_.events[TRIM_REASON_FULL_GC].usual_bytes, kModel, kModel / 4);
    EXPECT_LT(looks_.events[TRIM_REASON_FULL_GC].rest_part, 0.05) << "and nothing comes after it";
    Expect(TRIM_REASON_FULL_GC, guess);
    EXPECT_GT(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, guess);
}

TEST_F(Looks, WhatIsStillBeingFreedIsFollowedUp)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    now_ns_ += 100 * kMs;
    Find(TRIM_REASON_FULL_GC, kModel);
    EXPECT_LT(Due(), now_ns_ + 2 * kS);
    now_ns_ = Due();
    EXPECT_EQ(Reason(), TRIM_REASON_FULL_GC);
    Find(TRIM_REASON_FULL_GC, static_cast<double>(TRIM_LEAST_BYTES));
    EXPECT_EQ(Due(), TRIM_NEVER) << "of so little nothing is left to come";
}

TEST_F(Looks, AProcessThatHasJustComeToRestIsLikelierThanAnOldEvent)
{
    Expect(TRIM_REASON_FULL_GC);
    now_ns_ += 5 * kS;
    Expect(TRIM_REASON_WATERMARK);
    EXPECT_EQ(Reason(), TRIM_REASON_WATERMARK);
}

TEST_F(Looks, HowMuchComesAfterAReleaseIsLearned)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    Find(TRIM_REASON_FULL_GC, kModel);
    Find(TRIM_REASON_FULL_GC, kModel / 2);
    now_ns_ += 20 * kS;
    Miss();
    /* Taken for a quarter to begin with. */
    EXPECT_NEAR(looks_.events[TRIM_REASON_FULL_GC].rest_part, (0.25 + 0.5) / 2, 1e-9);
}

TEST_F(Looks, TheReasonIsTheForemostOfTheLikely)
{
    Expect(TRIM_REASON_RELOAD);
    Expect(TRIM_REASON_GROWTH);
    EXPECT_EQ(Reason(), TRIM_REASON_RELOAD);
    Expect(TRIM_REASON_FULL_GC);
    EXPECT_EQ(Reason(), TRIM_REASON_FULL_GC);
    now_ns_ += 5 * kS;
    Miss();
    now_ns_ += 4 * kS;
    Expect(TRIM_REASON_GROWTH);
    EXPECT_EQ(Reason(), TRIM_REASON_GROWTH) << "the others are too long ago";
}

TEST_F(Looks, MemoryThatIsInUseOrRegrettedIsLookedForLess)
{
    for (int i = 0; i < 20; ++i) {
        now_ns_ += 6 * kS;
        Find(TRIM_REASON_WATERMARK, kModel);
    }
    const double rate = looks_.unannounced_flow.rate;
    trim_looks_regret(&looks_, TRIM_REASON_FULL_GC, kModel);
    EXPECT_EQ(looks_.unannounced_flow.rate, rate) << "which has told of itself";
    trim_looks_regret(&looks_, TRIM_REASON_WATERMARK, kModel);
    EXPECT_LT(looks_.unannounced_flow.rate, rate);
    const double regretted = looks_.unannounced_flow.rate;
    Find(TRIM_REASON_WATERMARK, 0);
    EXPECT_LT(looks_.unannounced_flow.rate, regretted);
    for (int i = 0; i < 100; ++i) {
        trim_looks_regret(&looks_, TRIM_REASON_WATERMARK, kModel);
        Find(TRIM_REASON_WATERMARK, 0);
    }
    EXPECT_GT(looks_.unannounced_flow.rate, 0);
    EXPECT_LE(Due(), now_ns_ + 30 * kS);
}

TEST_F(Looks, TheProcessIsReadMoreOftenTheMoreComesFree)
{
    (void)MissFor(3600 * kS);
    const uint64_t quiet_ns = trim_looks_poll_gap_ns(&looks_, &price_, now_ns_);
    EXPECT_LE(quiet_ns, 10 * kS);
    for (int i = 0; i < 100; ++i) {
        now_ns_ += kS;
        Expect(TRIM_REASON_GROWTH);
        Find(TRIM_REASON_GROWTH, kModel);
    }
    const uint64_t busy_ns = trim_looks_poll_gap_ns(&looks_, &price_, now_ns_);
    EXPECT_LT(busy_ns, quiet_ns);
    EXPECT_GE(busy_ns, 50 * kMs);
}

TEST_F(Looks, AProcessThatComesToRestIsAnEventLikeTheOthers)
{
    const double guess = 16.0 * static_cast<double>(kMiB);
    EXPECT_GT(Due(), now_ns_ + 2 * kS);
    Expect(TRIM_REASON_WATERMARK, guess);
    EXPECT_LT(Due(), now_ns_ + kS) << "it is looked at soon";
    now_ns_ = Due();
    Find(TRIM_REASON_WATERMARK, kModel);
    (void)MissFor(60 * kS);
    Expect(TRIM_REASON_WATERMARK, guess);
    EXPECT_GT(looks_.events[TRIM_REASON_WATERMARK].pending_bytes, guess)
        << "and what it frees is learned";
}

TEST_F(Looks, WhatWasInUseHalvesWhatSuchEventsAreTakenToFree)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    Expect(TRIM_REASON_RELOAD);
    now_ns_ += 200 * kMs;
    Find(TRIM_REASON_FULL_GC, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_RELOAD].pending_bytes, kModel) << "others are left alone";
    now_ns_ += kS;
    Expect(TRIM_REASON_FULL_GC);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, kModel / 2);
}

TEST_F(Looks, WithoutAnEventTheyComeByTheRootOfWhatTheyCost)
{
    /* Half a mebibyte a second: sqrt(2 * 1 ms * 8 GiB / 512 KiB). */
    EXPECT_NEAR(static_cast<double>(Due() - now_ns_), 5.7243e9, 1e6);
}

TEST_F(Looks, WithoutAnEventTheyTakeAThousandthOfACoreOrAHundredth)
{
    price_.look_ns = 1e9;
    EXPECT_EQ(Due(), now_ns_ + 1000 * kS);
    trim_price_room(&price_, TRIM_GIB, true, 1000);
    EXPECT_EQ(Due(), now_ns_ + 100 * kS);
    price_.look_ns = 1e6;
    trim_price_room(&price_, TRIM_GIB, true, 0);
    Init(4 * kS, true);
    EXPECT_EQ(Due(), now_ns_ + 4 * kS) << "and are at most check apart";
}

TEST_F(Looks, AfterAnEventTheyTakeATwentiethOfACore)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    /* 300 MiB within the first 100 ms: sqrt(2 * 1 ms * 8 GiB / 3000 MiB/s). */
    EXPECT_NEAR(static_cast<double>(Due() - now_ns_), 73.9e6, 1e5);
    price_.look_ns = 1e9;
    EXPECT_EQ(Due(), now_ns_ + 20 * kS);
    EXPECT_EQ(trim_looks_event_due_ns(&looks_, &price_, now_ns_), Due());
}

TEST_F(Looks, TheNextOneAfterAnEventCountsFromTheLastByTheTimeSinceTheEvent)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    now_ns_ += 200 * kMs;
    Miss();
    /* 300 MiB over 300 ms. */
    EXPECT_NEAR(static_cast<double>(Due() - now_ns_), 128e6, 1e5);
}

TEST_F(Looks, WhatAnOperatorHasReleasedIsNoneOfTheRateOfLooks)
{
    Expect(TRIM_REASON_WATERMARK, 0);
    const double rate = looks_.unannounced_flow.rate;
    const double all = looks_.all_flow.rate;
    now_ns_ += kS;
    Find(TRIM_REASON_DEMAND, kModel);
    EXPECT_EQ(looks_.unannounced_flow.rate, rate);
    EXPECT_GT(looks_.all_flow.rate, all);
}

/* A cache grows in small steps, each of which is an event, and is dropped after one of them. */
TEST_F(Looks, WhatComesAfterEventsByChanceHasNotBeenAnnounced)
{
    for (int drop = 0; drop < 5; ++drop) {
        for (int step = 0; step < 100; ++step) {
            now_ns_ += 3 * kS;
            Expect(TRIM_REASON_GROWTH, 5.0 * static_cast<double>(kMiB));
            now_ns_ += 100 * kMs;
            Miss();
        }
        Find(TRIM_REASON_GROWTH, kModel);
    }
    EXPECT_NEAR(looks_.unannounced_flow.rate, kModel / 310, kModel / 3100);
}

TEST_F(Looks, WhatComesAfterRareEventsCountsByTheirShareOfTheTime)
{
    /* Ten seconds of each gap; in the last case other events are many, which does not matter. */
    for (const auto &[gap_s, share, others] :
         {std::tuple{10, 1.0, 0}, {40, 0.25, 0}, {1000, 0.01, 0}, {1000, 0.01, 500}}) {
        Init(30 * kS, true);
        for (int i = 0; i < 10; ++i) {
            now_ns_ += static_cast<uint64_t>(gap_s - 1) * kS;
            for (int other = 0; other < others; ++other) {
                Expect(TRIM_REASON_WATERMARK, 0);
                Miss();
            }
            now_ns_ += kS;
            Expect(TRIM_REASON_GROWTH, 0);
            Miss();
        }
        Find(TRIM_REASON_GROWTH, kModel);
        const double bytes = looks_.unannounced_flow.last_bytes;
        EXPECT_NEAR(bytes, kModel * share, kModel * share / 100) << gap_s << " " << others;
    }
}

TEST_F(Looks, OfAnEventTheRestOfWhatIsUsualIsStillToCome)
{
    Init(0, false);
    for (int i = 0; i < 6; ++i) {
        Expect(TRIM_REASON_GROWTH);
        now_ns_ += kS;
        Find(TRIM_REASON_GROWTH, kModel);
        now_ns_ += 20 * kS;
        Miss();
    }
    Expect(TRIM_REASON_GROWTH);
    now_ns_ += kS;
    Find(TRIM_REASON_GROWTH, kModel / 4);
    EXPECT_NEAR(looks_.events[TRIM_REASON_GROWTH].pending_bytes, kModel * 3 / 4, kModel / 10);
}

TEST_F(Looks, ComingToRestIsNotCreditedWithWhatSomethingElseHasToldOf)
{
    Expect(TRIM_REASON_GROWTH);
    Expect(TRIM_REASON_WATERMARK, kModel / 10);
    now_ns_ += kS;
    Find(TRIM_REASON_GROWTH, kModel);
    EXPECT_EQ(looks_.events[TRIM_REASON_WATERMARK].pending_bytes, 0);
    EXPECT_LT(looks_.events[TRIM_REASON_WATERMARK].usual_bytes, 0) << "nothing is known of it";
    EXPECT_EQ(looks_.events[TRIM_REASON_GROWTH].found_bytes, kModel);
}

TEST_F(Looks, WhatWasFoundAndIsWatchedChangesNoRate)
{
    now_ns_ += 60 * kS;
    trim_looks_taken(&looks_, now_ns_);
    EXPECT_EQ(looks_.unannounced_flow.rate, looks_.all_flow.rate);
    EXPECT_DOUBLE_EQ(looks_.unannounced_flow.rate, 0.5 * static_cast<double>(kMiB));
    EXPECT_EQ(looks_.last_ns, now_ns_);
}

TEST_F(Looks, OtherOptionsDoNotChangeWhatWasLearned)
{
    Expect(TRIM_REASON_FULL_GC);
    Expect(TRIM_REASON_RELOAD);
    Expect(TRIM_REASON_WATERMARK);
    now_ns_ += kS;
    Miss();
    const trim_looks before = looks_;
    trim_looks_configure(&looks_, 10 * kS, true, UINT64_C(1) << TRIM_REASON_RELOAD);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_WATERMARK].pending_bytes, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_RELOAD].pending_bytes, kModel);
    EXPECT_EQ(looks_.unannounced_flow.rate, before.unannounced_flow.rate);
    EXPECT_EQ(looks_.all_flow.rate, before.all_flow.rate);
    EXPECT_EQ(looks_.last_ns, before.last_ns);
    EXPECT_EQ(looks_.check_ns, 10 * kS);
    EXPECT_TRUE(looks_.unannounced);
    trim_looks_configure(&looks_, 0, true, UINT64_MAX);
    EXPECT_FALSE(looks_.unannounced) << "there are no looks without an event then";
    trim_looks_configure(&looks_, kS, false, UINT64_MAX);
    EXPECT_FALSE(looks_.unannounced);
}

TEST_F(Looks, AnEventIsOverTenSecondsAfterItHappened)
{
    for (const trim_reason reason : {TRIM_REASON_WATERMARK, TRIM_REASON_FULL_GC}) {
        Init(0, false);
        Expect(reason);
        now_ns_ += 10 * kS - 1;
        Miss();
        EXPECT_EQ(looks_.events[reason].pending_bytes, kModel) << reason;
        now_ns_ += 1;
        Miss();
        EXPECT_EQ(looks_.events[reason].pending_bytes, 0) << reason;
        /* It was given ten seconds of thirteen, and a quarter is what it is still taken for. */
        EXPECT_NEAR(looks_.events[reason].usual_bytes, kModel * (1 - 10 / 13.0 * 0.75), 1);
    }
}

TEST_F(Looks, AnEventThatIsAQuarterAsLikelyCountsStill)
{
    for (const bool late : {false, true}) {
        Init(0, false);
        Expect(TRIM_REASON_FULL_GC);
        now_ns_ += 300 * kMs + (late ? 1 : 0);
        Expect(TRIM_REASON_GROWTH);
        EXPECT_EQ(Reason(), late ? TRIM_REASON_GROWTH : TRIM_REASON_FULL_GC);
        trim_looks_settled(&looks_, TRIM_REASON_GROWTH, now_ns_, kModel);
        EXPECT_EQ(looks_.events[TRIM_REASON_GROWTH].found_bytes, kModel);
        EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].found_bytes, late ? 0 : kModel);
    }
}

TEST_F(Looks, OfFourMebibytesSomeMayStillCome)
{
    Init(0, false);
    Expect(TRIM_REASON_FULL_GC);
    Find(TRIM_REASON_FULL_GC, 4.0 * static_cast<double>(kMiB));
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, static_cast<double>(kMiB));
    Expect(TRIM_REASON_RELOAD);
    Find(TRIM_REASON_RELOAD, 4.0 * static_cast<double>(kMiB) - 16);
    EXPECT_EQ(looks_.events[TRIM_REASON_RELOAD].pending_bytes, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_RELOAD].usual_bytes, 4.0 * static_cast<double>(kMiB) - 16);
}

TEST_F(Looks, WhatIsReleasedWithoutAnEventTellsOfNone)
{
    Find(TRIM_REASON_WATERMARK, kModel);
    for (const trim_event &event : looks_.events) {
        EXPECT_EQ(event.found_bytes, 0);
        EXPECT_EQ(event.pending_bytes, 0);
        EXPECT_LT(event.usual_bytes, 0) << "not known yet";
    }
}

TEST_F(Looks, AnEventThatHappenedSinceIsNotToBlameForWhatIsInUse)
{
    Expect(TRIM_REASON_FULL_GC);
    trim_looks_settled(&looks_, TRIM_REASON_FULL_GC, now_ns_, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, kModel);
    Miss();
    trim_looks_settled(&looks_, TRIM_REASON_FULL_GC, now_ns_, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].usual_bytes, kModel / 2);
    Expect(TRIM_REASON_FULL_GC, 7 * kModel);
    Miss();
    looks_.events[TRIM_REASON_FULL_GC].pending_bytes = 3 * kModel;
    trim_looks_settled(&looks_, TRIM_REASON_FULL_GC, now_ns_, 0);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].usual_bytes, kModel / 4) << "of what is usual";
}

TEST_F(Looks, AnEventIsTakenForSixtyFourKibibytesAtLeast)
{
    Expect(TRIM_REASON_FULL_GC, 1);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].pending_bytes, 65536);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].since_ns, now_ns_);
    EXPECT_EQ(looks_.events[TRIM_REASON_FULL_GC].looked_ns, now_ns_);
}

TEST_F(Looks, TheProcessIsReadTenTimesASecondAtMostAndEachTwoSecondsAtLeast)
{
    price_.poll_ns = 1e12;
    EXPECT_EQ(trim_looks_poll_gap_ns(&looks_, &price_, now_ns_), 2 * kS);
    price_.poll_ns = 1e-6;
    EXPECT_EQ(trim_looks_poll_gap_ns(&looks_, &price_, now_ns_), 100 * kMs);
    price_.poll_ns = 1e3;
    EXPECT_NEAR(static_cast<double>(trim_looks_poll_gap_ns(&looks_, &price_, now_ns_)), 181e6, 1e6);
}

} // namespace
