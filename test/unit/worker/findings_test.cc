#include "findings.h"

#include <gtest/gtest.h>

#include <string>

#include "log.h"
#include "quantity.h"
#include "scratch_directory.h"

namespace
{

constexpr uint64_t kMiB = TRIM_MIB;

class Findings : public testing::Test
{
protected:
    void SetUp() override
    {
        ASSERT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_INFO), 0);
    }

    void Take(const trim_estimate &estimate)
    {
        trim_findings_take(&findings_, &estimate);
    }

    int Lines(const std::string &text) const
    {
        return directory_.Lines("log", text);
    }

    ScratchDirectory directory_;
    trim_findings findings_ = {};
};

/* Of 800 MiB 660 are free, and hardly a page is. */
trim_estimate Held()
{
    trim_estimate estimate = {};
    estimate.resident_bytes = 800 * kMiB;
    estimate.free_bytes = 660 * kMiB;
    estimate.whole_bytes = kMiB;
    estimate.figures.arena = 800 * kMiB;
    return estimate;
}

const char *const kHeld =
    "[info][trimagent] 660M of malloc's arenas is free, but only 1M of that in whole pages:";

TEST_F(Findings, SayOnceThatMuchIsHeldInPlace)
{
    Take(Held());
    EXPECT_EQ(Lines("in whole pages"), 0) << "it may just be freed";
    for (int estimate = 0; estimate < 3; ++estimate) {
        Take(Held());
        EXPECT_EQ(Lines(kHeld), 1);
    }
}

TEST_F(Findings, SayNothingOfWhatPasses)
{
    trim_estimate whole = Held();
    whole.whole_bytes = 600 * kMiB;
    for (int estimate = 0; estimate < 3; ++estimate) {
        Take(Held());
        Take(whole);
    }
    EXPECT_EQ(Lines("in whole pages"), 0);
}

TEST_F(Findings, LeaveOutEstimatesThatDidNotLook)
{
    trim_estimate bound = {};
    bound.bound_only = true;
    Take(Held());
    Take(bound);
    Take(Held());
    EXPECT_EQ(Lines(kHeld), 1);
}

TEST_F(Findings, SayNothingOfLittleThatIsHeld)
{
    trim_estimate little = Held();
    little.free_bytes = 60 * kMiB;
    trim_estimate part = Held();
    part.figures.arena = 4000 * kMiB;
    for (int estimate = 0; estimate < 3; ++estimate) {
        Take(little);
        Take(little);
        Take(part);
        Take(part);
    }
    EXPECT_EQ(Lines("in whole pages"), 0);
}

TEST_F(Findings, WarnOnceOfArenasThatAreLocked)
{
    trim_estimate locked = {};
    locked.bound_only = true;
    locked.locked_bytes = 626 * kMiB;
    Take(locked);
    Take(locked);
    EXPECT_EQ(Lines("[warning][trimagent] 626M of malloc's arenas is locked in memory"), 1);
}

TEST_F(Findings, SayNothingOfABlockOrTwoThatAreLocked)
{
    trim_estimate locked = {};
    locked.resident_bytes = 100 * kMiB;
    locked.locked_bytes = 3 * kMiB;
    Take(locked);
    locked.resident_bytes = 10000 * kMiB;
    locked.locked_bytes = 100 * kMiB;
    Take(locked);
    EXPECT_EQ(Lines("locked"), 0);
}

TEST_F(Findings, WarnOnceOfArenasThatCannotBeLookedAt)
{
    trim_estimate assumed = {};
    assumed.resident_assumed = true;
    Take(assumed);
    Take({});
    Take(assumed);
    EXPECT_EQ(Lines("cannot be looked at"), 0) << "one alone proves nothing";
    Take(assumed);
    Take(assumed);
    EXPECT_EQ(Lines("[warning][trimagent] part of malloc's arenas cannot be looked at"), 1);
}

TEST_F(Findings, SayNothingOfOtherAllocatorsThatNeverKnowWhatIsResident)
{
    trim_estimate estimate = {};
    estimate.resident_assumed = true;
    estimate.figures.source = TRIM_FIGURES_JEMALLOC;
    Take(estimate);
    Take(estimate);
    EXPECT_EQ(Lines("cannot be looked at"), 0);
    estimate.figures.source = TRIM_FIGURES_MALLOC_INFO;
    Take(estimate);
    Take(estimate);
    EXPECT_EQ(Lines("cannot be looked at"), 1);
}

} // namespace
