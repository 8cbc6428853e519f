#include <gtest/gtest.h>

#include "heap_verdict.h"
#include "quantity.h"

namespace
{

/* A process of 1 GiB, of which malloc has 600 MiB, all in use. */
trim_judgement Sample()
{
    trim_judgement judgement = {};
    judgement.state.known = true;
    judgement.state.rss_bytes = TRIM_GIB;
    judgement.state.malloc_bytes = 600 * TRIM_MIB;
    judgement.state.in_use_bytes = 600 * TRIM_MIB;
    return judgement;
}

trim_heap_verdict Judge(trim_judgement judgement)
{
    trim_heap_judge(&judgement);
    return judgement.verdict;
}

TEST(TrimHeapVerdict, IsFineWhereNothingIsToBeSaid)
{
    EXPECT_EQ(Judge(Sample()), TRIM_HEAP_FINE);
}

TEST(TrimHeapVerdict, IsUnknownBeforeTheHeapWasWalked)
{
    EXPECT_EQ(Judge({}), TRIM_HEAP_UNKNOWN);
    trim_judgement judgement = {};
    judgement.state.malloc_bytes = 16 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_UNKNOWN);
    judgement.state.malloc_bytes--;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE) << "nothing there that could be given back";
}

TEST(TrimHeapVerdict, IsUnknownWhileGrowthIsNotCertain)
{
    trim_judgement judgement = Sample();
    judgement.in_use.wanted_ns = 1;
    judgement.in_use.from_bytes = 500 * TRIM_MIB;
    judgement.in_use.to_bytes = 600 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_UNKNOWN);
    judgement.in_use.judged = true;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE);
    judgement.in_use.judged = false;
    judgement.in_use.to_bytes = 510 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE);
}

TEST(TrimHeapVerdict, IsRetainedWhereATrimWouldHelpOrHasHelped)
{
    trim_judgement judgement = Sample();
    judgement.state.back_bytes = 60 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_RETAINED);
    judgement.state.back_bytes = 40 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE) << "a twentieth of RSS";
    judgement.state.kept_bytes = 40 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_RETAINED);
    judgement = {};
    judgement.state.known = true;
    judgement.state.rss_bytes = 60 * TRIM_MIB;
    judgement.state.malloc_bytes = 40 * TRIM_MIB;
    judgement.state.back_bytes = 12 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE) << "too little to be worth a word";
}

TEST(TrimHeapVerdict, IsPinnedWhereMoreIsPinnedThanFree)
{
    trim_judgement judgement = Sample();
    judgement.state.pinned_bytes = 200 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_PINNED);
    judgement.state.back_bytes = 199 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_PINNED);
    judgement.state.back_bytes = 201 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_RETAINED);
    judgement.state.back_bytes = 0;
    judgement.state.pinned_bytes = 100 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE) << "a tenth of RSS";
}

TEST(TrimHeapVerdict, IsNotMallocsWhereSomebodyElseHasMost)
{
    trim_judgement judgement = Sample();
    judgement.state.malloc_bytes = judgement.state.in_use_bytes = 200 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_NOT_MALLOC);
    judgement.state.rss_bytes = 300 * TRIM_MIB;
    judgement.state.malloc_bytes = 60 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE) << "a small process";
}

TEST(TrimHeapVerdict, NearTheLimitLessThanHalfWillDo)
{
    trim_judgement judgement = Sample();
    judgement.state.malloc_bytes = judgement.state.in_use_bytes = 500 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE);
    judgement.state.limit_bytes = TRIM_GIB + 200 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_NOT_MALLOC);
    judgement.state.limit_bytes = TRIM_GIB + 300 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_FINE);
}

TEST(TrimHeapVerdict, GrowthOutsideOfMallocIsNotMallocs)
{
    trim_judgement judgement = Sample();
    judgement.outside.growing = true;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_NOT_MALLOC);
}

TEST(TrimHeapVerdict, GrowthComesBeforeAllElse)
{
    trim_judgement judgement = Sample();
    judgement.in_use.growing = true;
    judgement.outside.growing = true;
    judgement.state.back_bytes = 300 * TRIM_MIB;
    judgement.state.pinned_bytes = 200 * TRIM_MIB;
    EXPECT_EQ(Judge(judgement), TRIM_HEAP_GROWING);
}

TEST(TrimHeapVerdict, FewReloadsTellNothingOfWhatOneTakes)
{
    trim_growth growth = {};
    growth.to_bytes = 12 * TRIM_MIB;
    growth.reloads = 3;
    EXPECT_EQ(trim_growth_reload_bytes(&growth), 0U);
    growth.reloads = 4;
    EXPECT_EQ(trim_growth_reload_bytes(&growth), 3 * TRIM_MIB);
}

TEST(TrimHeapVerdict, HasStableNames)
{
    const char *const names[] = {"unknown", "fine", "retained", "pinned", "growing", "not_malloc"};
    for (int verdict = 0; verdict < TRIM_HEAP_VERDICT_COUNT; ++verdict) {
        EXPECT_STREQ(trim_heap_verdict_name(static_cast<trim_heap_verdict>(verdict)),
                     names[verdict]);
    }
    EXPECT_STREQ(trim_heap_verdict_name(TRIM_HEAP_VERDICT_COUNT), "unknown");
}

} // namespace
