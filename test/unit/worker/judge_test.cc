/* What the worker's figures make of the verdict. */
#include "judge.h"

#include <gtest/gtest.h>

#include "cycle.h"
#include "quantity.h"

namespace
{

class TrimJudge : public testing::Test
{
protected:
    TrimJudge()
    {
        config_.proc = "/proc/self";
        trim_options_default(&config_.options);
        cycle_.config = &config_;
        estimate_.figures.source = TRIM_FIGURES_MALLOC_INFO;
        estimate_.figures.uordblks = 300 * TRIM_MIB;
        estimate_.figures.hblkhd = 40 * TRIM_MIB;
        estimate_.resident_bytes = 310 * TRIM_MIB;
        estimate_.locked_bytes = 2 * TRIM_MIB;
    }

    trim_judgement Take()
    {
        return trim_judge_take(&cycle_, &estimate_);
    }

    trim_worker_config config_ = {};
    trim_cycle cycle_ = {};
    trim_estimate estimate_ = {};
};

TEST_F(TrimJudge, CountsMappedBlocksAsInUseAndAsMallocs)
{
    const trim_judgement judgement = Take();
    EXPECT_TRUE(judgement.state.known);
    EXPECT_EQ(judgement.state.in_use_bytes, 340 * TRIM_MIB);
    EXPECT_EQ(judgement.state.malloc_bytes, 352 * TRIM_MIB);
    EXPECT_GT(judgement.state.rss_bytes, TRIM_MIB) << "of this very process";
    EXPECT_EQ(judgement.in_use.wanted_ns, 24 * 3600 * TRIM_NS_PER_S);
    EXPECT_EQ(judgement.verdict, TRIM_HEAP_FINE);
}

TEST_F(TrimJudge, BelievesInFragmentsOnceTwoLooksInARowHaveSeenThem)
{
    estimate_.free_bytes = 300 * TRIM_MIB;
    estimate_.whole_bytes = 100 * TRIM_MIB;
    EXPECT_EQ(Take().verdict, TRIM_HEAP_FINE) << "it may be freeing at this moment";
    estimate_.free_bytes = 250 * TRIM_MIB;
    EXPECT_EQ(Take().state.pinned_bytes, 150 * TRIM_MIB);
    EXPECT_EQ(Take().verdict, TRIM_HEAP_PINNED);
    estimate_.free_bytes = 0;
    EXPECT_EQ(Take().verdict, TRIM_HEAP_FINE);
}

TEST_F(TrimJudge, CountsWhatTrimsKeepGivenBackWithoutAnotherLook)
{
    trim_judgement judgement = Take();
    cycle_.policy.earnings.lots[0].left_bytes = 200.0 * TRIM_MIB;
    cycle_.policy.earnings.lots[7].left_bytes = 100.0 * TRIM_MIB;
    trim_judge_refresh(&cycle_, &judgement);
    EXPECT_EQ(judgement.state.kept_bytes, 300 * TRIM_MIB);
    EXPECT_EQ(judgement.verdict, TRIM_HEAP_RETAINED);
}

TEST_F(TrimJudge, TakesABoundForNoFigureOfWhatIsInUse)
{
    estimate_ = {};
    estimate_.bound_only = true;
    estimate_.resident_bytes = 3 * TRIM_MIB;
    const trim_judgement judgement = Take();
    EXPECT_FALSE(judgement.state.known);
    EXPECT_EQ(judgement.in_use.wanted_ns, 0U) << "nothing was fed to the trend";
    EXPECT_EQ(judgement.state.malloc_bytes, 3 * TRIM_MIB);
}

TEST_F(TrimJudge, LooksForNoGrowthWhereTheOptionIsOff)
{
    config_.options.growing_after_ns = 0;
    EXPECT_EQ(Take().in_use.wanted_ns, 0U);
}

} // namespace
