#include "burst.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "clock.h"
#include "quantity.h"

namespace
{

constexpr uint64_t kS = TRIM_NS_PER_S;
constexpr uint64_t kMs = TRIM_NS_PER_MS;
constexpr uint64_t kStart = 500 * kS;
constexpr uint64_t kBefore = 7000; /* Classes that were loaded before the detector began. */
constexpr trim_burst_config kConfig = {800, 10 * kS, 2 * kS, 60 * kS};

/*
 * Calls the detector as the worker does: when the armed number of classes has been loaded, and when
 * it asks to be called.
 */
class Detector
{
public:
    explicit Detector(const trim_burst_config &config)
    {
        trim_burst_init(&burst_, &config, kStart, kBefore);
        Arm();
    }

    /* Classes are loaded one by one, evenly over (now, now + duration]. */
    void Load(uint64_t classes, uint64_t duration_ns)
    {
        const uint64_t from_ns = now_ns_;
        for (uint64_t i = 1; i <= classes; ++i) {
            LoadOneAt(from_ns + duration_ns * i / classes);
        }
    }

    void LoadOneAt(uint64_t at_ns)
    {
        RunTo(at_ns);
        ++count_;
        if (count_ >= armed_) {
            Observe();
        }
    }

    void Pass(uint64_t duration_ns)
    {
        RunTo(now_ns_ + duration_ns);
    }

    /* A call for another cause than the detector's own, such as an old pause. */
    void Observe()
    {
        const trim_burst_state state = trim_burst_observe(&burst_, now_ns_, count_);
        if (state == TRIM_BURST_ACTIVE && active_since_.size() == ended_at_.size()) {
            active_since_.push_back(now_ns_);
        }
        if (state == TRIM_BURST_ENDED) {
            ended_at_.push_back(now_ns_);
        }
        EXPECT_EQ(state == TRIM_BURST_ACTIVE, burst_.active);
        EXPECT_GT(trim_burst_next_ns(&burst_), now_ns_);
        Arm();
    }

    uint64_t now_ns() const
    {
        return now_ns_;
    }
    const trim_burst &burst() const
    {
        return burst_;
    }
    const std::vector<uint64_t> &active_since() const
    {
        return active_since_;
    }
    const std::vector<uint64_t> &ended_at() const
    {
        return ended_at_;
    }

private:
    void Arm()
    {
        const uint64_t further = trim_burst_arm(&burst_);
        armed_ = further == UINT64_MAX ? UINT64_MAX : count_ + further;
        EXPECT_GT(armed_, count_);
    }

    void RunTo(uint64_t at_ns)
    {
        while (trim_burst_next_ns(&burst_) <= at_ns) {
            now_ns_ = trim_burst_next_ns(&burst_);
            Observe();
        }
        now_ns_ = at_ns;
    }

    trim_burst burst_ = {};
    uint64_t now_ns_ = kStart;
    uint64_t count_ = kBefore;
    uint64_t armed_ = 0;
    std::vector<uint64_t> active_since_;
    std::vector<uint64_t> ended_at_;
};

TEST(Burst, NeedsNoCallWhileNothingIsLoaded)
{
    const Detector detector(kConfig);
    EXPECT_EQ(trim_burst_next_ns(&detector.burst()), TRIM_NEVER);
    EXPECT_GT(trim_burst_arm(&detector.burst()), 0U);
    EXPECT_LE(trim_burst_arm(&detector.burst()), kConfig.classes / TRIM_BURST_STEPS);
}

TEST(Burst, ClassesBeforeItsBeginningDoNotCount)
{
    Detector detector(kConfig);
    detector.Observe();
    EXPECT_TRUE(detector.active_since().empty());
}

TEST(Burst, SeesAReloadAndItsEndOnce)
{
    Detector detector(kConfig);
    detector.Pass(100 * kS);
    detector.Load(1200, 6 * kS);
    const uint64_t last_load_ns = detector.now_ns();
    ASSERT_EQ(detector.active_since().size(), 1U);
    EXPECT_TRUE(detector.ended_at().empty());
    EXPECT_EQ(trim_burst_arm(&detector.burst()), UINT64_MAX);

    detector.Pass(1000 * kS);
    ASSERT_EQ(detector.ended_at().size(), 1U);
    EXPECT_GE(detector.ended_at()[0], last_load_ns + kConfig.settle_ns - kMs);
    EXPECT_LE(detector.ended_at()[0], last_load_ns + 2 * kConfig.settle_ns);
    EXPECT_EQ(trim_burst_next_ns(&detector.burst()), TRIM_NEVER);
    EXPECT_NE(trim_burst_arm(&detector.burst()), UINT64_MAX);
}

TEST(Burst, LeavesLoadingBelowSevenEighthsAlone)
{
    Detector detector(kConfig);
    detector.Load(kConfig.classes * 7 / 8 - 1, 3 * kS);
    detector.Pass(100 * kS);
    EXPECT_TRUE(detector.active_since().empty());
}

TEST(Burst, LeavesASlowTrickleAlone)
{
    Detector detector(kConfig);
    detector.Load(10000, 10000 * kConfig.window_ns / (kConfig.classes / 2));
    EXPECT_TRUE(detector.active_since().empty());
}

TEST(Burst, AnOldTrickleDoesNotAddToANewOne)
{
    Detector detector(kConfig);
    for (int i = 0; i < 20; ++i) {
        detector.Load(kConfig.classes / 2, kS);
        detector.Pass(kConfig.window_ns + kS);
    }
    EXPECT_TRUE(detector.active_since().empty());
}

TEST(Burst, GoesOnWhileClassesKeepComing)
{
    Detector detector(kConfig);
    detector.Load(6000, 30 * kS);
    EXPECT_EQ(detector.active_since().size(), 1U);
    EXPECT_TRUE(detector.ended_at().empty());
}

TEST(Burst, IsCalledEndedAfterTheLongestWaitCalmOrNot)
{
    Detector detector(kConfig);
    detector.Load(100000, 100 * kS);
    ASSERT_FALSE(detector.ended_at().empty());
    EXPECT_EQ(detector.ended_at()[0], detector.active_since()[0] + kConfig.max_wait_ns);
}

TEST(Burst, SeesTheNextReloadAfterOneHasEnded)
{
    Detector detector(kConfig);
    for (size_t reload = 1; reload <= 5; ++reload) {
        detector.Load(900, 4 * kS);
        detector.Pass(30 * kS);
        EXPECT_EQ(detector.active_since().size(), reload);
        EXPECT_EQ(detector.ended_at().size(), reload);
    }
}

TEST(Burst, OfOneClassIsSeenAtOnce)
{
    Detector detector({1, 10 * kS, 2 * kS, 60 * kS});
    EXPECT_EQ(trim_burst_arm(&detector.burst()), 1U);
    detector.Load(1, kS);
    EXPECT_EQ(detector.active_since().size(), 1U);
    detector.Pass(10 * kS);
    EXPECT_EQ(detector.ended_at().size(), 1U);
}

TEST(Burst, LargestConfigurationDoesNotOverflow)
{
    const uint64_t hour_ns = 3600 * kS;
    Detector detector({10000000, hour_ns, 60 * kS, hour_ns});
    detector.Load(100000, kS);
    detector.Observe();
    EXPECT_TRUE(detector.active_since().empty());
}

/* The greatest number of loads within any window, by trying each load as the last one. */
uint64_t DensestWindow(const std::vector<uint64_t> &loads_ns, uint64_t window_ns)
{
    size_t first = 0;
    uint64_t most = 0;
    for (size_t last = 0; last < loads_ns.size(); ++last) {
        while (loads_ns[last] - loads_ns[first] > window_ns) {
            ++first;
        }
        most = std::max<uint64_t>(most, last - first + 1);
    }
    return most;
}

/* Loads in clumps of changing speed; the calls in between are those for old pauses. */
void CheckRandomTrace(uint32_t seed, bool calls_between)
{
    std::mt19937 random(seed);
    Detector detector(kConfig);
    std::vector<uint64_t> loads_ns;
    uint64_t now_ns = kStart;
    const uint64_t pace_ns = (2 + random() % 26) * kMs;
    for (int i = 0; i < 3000; ++i) {
        now_ns += random() % 100 == 0 ? random() % (3 * kS) : 1 + random() % (2 * pace_ns);
        detector.LoadOneAt(now_ns);
        if (calls_between && random() % 50 == 0) {
            detector.Observe();
        }
        loads_ns.push_back(now_ns);
        const uint64_t densest = DensestWindow(loads_ns, kConfig.window_ns);
        if (densest >= kConfig.classes) {
            EXPECT_FALSE(detector.active_since().empty()) << "missed, seed " << seed;
            return;
        }
        if (!detector.active_since().empty()) {
            EXPECT_GE(densest, kConfig.classes - kConfig.classes / TRIM_BURST_STEPS)
                << "called too early, seed " << seed;
            return;
        }
    }
}

TEST(Burst, IsNeverMissedAndNeverCalledTooEarly)
{
    for (uint32_t seed = 1; seed <= 60; ++seed) {
        CheckRandomTrace(seed, false);
    }
}

TEST(Burst, IsNeverMissedOrCalledTooEarlyForCallsOfOtherCauses)
{
    for (uint32_t seed = 1; seed <= 60; ++seed) {
        CheckRandomTrace(seed, true);
    }
}

/* A burst of 800 classes at kStart, and more of them a second later. */
trim_burst BurstAnd(uint64_t more)
{
    trim_burst burst = {};
    trim_burst_init(&burst, &kConfig, kStart, kBefore);
    EXPECT_EQ(trim_burst_observe(&burst, kStart, kBefore + 800), TRIM_BURST_ACTIVE);
    EXPECT_EQ(trim_burst_observe(&burst, kStart + kS, kBefore + 800 + more), TRIM_BURST_ACTIVE);
    return burst;
}

TEST(Burst, GoesOnByAsManyClassesInASettlingAsKeepUpItsRate)
{
    trim_burst busy = BurstAnd(160);
    EXPECT_EQ(trim_burst_observe(&busy, kStart + 2 * kS, kBefore + 960), TRIM_BURST_ACTIVE);
    EXPECT_EQ(trim_burst_observe(&busy, kStart + 3 * kS, kBefore + 960), TRIM_BURST_ENDED);
    trim_burst calm = BurstAnd(159);
    EXPECT_EQ(trim_burst_observe(&calm, kStart + 2 * kS, kBefore + 959), TRIM_BURST_ENDED);
}

TEST(Burst, OfFewClassesIsCalmWithoutAny)
{
    constexpr trim_burst_config few = {2, 10 * kS, kS, 60 * kS};
    trim_burst burst = {};
    trim_burst_init(&burst, &few, kStart, kBefore);
    EXPECT_EQ(trim_burst_observe(&burst, kStart, kBefore + 2), TRIM_BURST_ACTIVE);
    EXPECT_EQ(trim_burst_observe(&burst, kStart + kS, kBefore + 2), TRIM_BURST_ENDED);
}

TEST(Burst, IsLookedAtAFifthOfASettlingLater)
{
    const trim_burst burst = BurstAnd(0);
    EXPECT_EQ(trim_burst_next_ns(&burst), kStart + kS + kConfig.settle_ns / 5);
}

TEST(Burst, IsLookedAtWhenItsCalmOrItsLongestWaitEndsWhereThatIsSooner)
{
    trim_burst burst = BurstAnd(0);
    (void)trim_burst_observe(&burst, kStart + 1900 * kMs, kBefore + 800);
    EXPECT_EQ(trim_burst_next_ns(&burst), kStart + kConfig.settle_ns);
    burst = BurstAnd(0);
    for (uint64_t second = 2; second < 60; ++second) {
        (void)trim_burst_observe(&burst, kStart + second * kS, kBefore + second * 1000);
    }
    const uint64_t late_ns = kStart + kConfig.max_wait_ns - 100 * kMs;
    EXPECT_EQ(trim_burst_observe(&burst, late_ns, kBefore + 100000), TRIM_BURST_ACTIVE);
    EXPECT_EQ(trim_burst_next_ns(&burst), kStart + kConfig.max_wait_ns);
}

TEST(Burst, CountsWhatWasLoadedJustAWindowAgo)
{
    for (const bool within : {true, false}) {
        trim_burst burst = {};
        trim_burst_init(&burst, &kConfig, kStart, kBefore);
        EXPECT_EQ(trim_burst_observe(&burst, kStart + kS, kBefore + 100), TRIM_BURST_QUIET);
        const uint64_t now_ns = kStart + kS + kConfig.window_ns + (within ? 0 : 1);
        EXPECT_EQ(trim_burst_observe(&burst, now_ns, kBefore + 800),
                  within ? TRIM_BURST_ACTIVE : TRIM_BURST_QUIET);
    }
}

TEST(Burst, IsArmedByAnEighthOfItsClassesRoundedUp)
{
    for (const auto &[classes, further] : {std::pair<uint64_t, uint64_t>{8, 1}, {9, 2}, {16, 2}}) {
        const trim_burst_config config = {classes, 10 * kS, 2 * kS, 60 * kS};
        trim_burst burst = {};
        trim_burst_init(&burst, &config, kStart, kBefore);
        EXPECT_EQ(trim_burst_arm(&burst), further) << classes;
    }
}

TEST(Burst, IsArmedByWhatIsMissingToTheNextEighth)
{
    trim_burst burst = {};
    trim_burst_init(&burst, &kConfig, kStart, kBefore);
    (void)trim_burst_observe(&burst, kStart + kS, kBefore + 99);
    EXPECT_EQ(trim_burst_arm(&burst), 1U);
    (void)trim_burst_observe(&burst, kStart + kS, kBefore + 100);
    EXPECT_EQ(trim_burst_arm(&burst), 100U);
}

} // namespace
