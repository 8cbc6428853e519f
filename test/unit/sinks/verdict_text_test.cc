/* Golden tests of the verdict's sentence. */
#include <gtest/gtest.h>

#include <string>

#include "bounded_text.h"
#include "quantity.h"
#include "report_text.h"

namespace
{

constexpr uint64_t kHour = 3600 * TRIM_NS_PER_S;

std::string Sentence(trim_judgement judgement)
{
    BoundedText text;
    trim_heap_judge(&judgement);
    trim_heap_verdict_add(text.get(), &judgement);
    EXPECT_FALSE(text.cut());
    return text.str();
}

trim_judgement Sample()
{
    trim_judgement judgement = {};
    judgement.state.known = true;
    judgement.state.rss_bytes = TRIM_GIB;
    judgement.state.malloc_bytes = 600 * TRIM_MIB;
    judgement.state.in_use_bytes = 590 * TRIM_MIB;
    judgement.state.back_bytes = 2 * TRIM_MIB;
    judgement.in_use.wanted_ns = judgement.outside.wanted_ns = 24 * kHour;
    return judgement;
}

TEST(TrimVerdictText, OfGrowthTellsRateFiguresAndWhereToLook)
{
    trim_judgement judgement = Sample();
    judgement.in_use.growing = judgement.in_use.judged = true;
    judgement.in_use.window_ns = 24 * kHour;
    judgement.in_use.floors = 16;
    judgement.in_use.from_bytes = 210 * TRIM_MIB;
    judgement.in_use.to_bytes = 450 * TRIM_MIB;
    judgement.in_use.hourly_bytes = 10 * TRIM_MIB;
    judgement.in_use.old_pauses = 96;
    EXPECT_EQ(
        Sentence(judgement),
        "verdict: growing: memory in use grows by 10M an hour (210M->450M in 24h, the least "
        "of each of 16 parts, after 96 old GCs): a native leak; async-profiler's nativemem or "
        "jcmd VM.native_memory shows who allocates it");
    judgement.in_use.reloads = 240;
    EXPECT_NE(Sentence(judgement).find("by 10M an hour, 1M a reload (210M"), std::string::npos);
}

TEST(TrimVerdictText, OfWhatIsRetainedTellsHowMuchATrimGivesBack)
{
    trim_judgement judgement = Sample();
    judgement.state.back_bytes = 80 * TRIM_MIB;
    judgement.state.kept_bytes = 300 * TRIM_MIB;
    EXPECT_EQ(Sentence(judgement),
              "verdict: retained: a trim would give back 80M now, trims keep 300M given back");
}

TEST(TrimVerdictText, OfWhatIsPinnedTellsWhatMayHelp)
{
    trim_judgement judgement = Sample();
    judgement.state.pinned_bytes = 300 * TRIM_MIB;
    EXPECT_EQ(Sentence(judgement),
              "verdict: pinned: 300M is free, but blocks in use hold each of its pages: fewer "
              "arenas (arena-max) or another allocator may help");
}

TEST(TrimVerdictText, OfWhatIsNotMallocsTellsHowMuchAndHowItGrows)
{
    trim_judgement judgement = Sample();
    judgement.state.malloc_bytes = 100 * TRIM_MIB;
    EXPECT_EQ(Sentence(judgement),
              "verdict: not_malloc: 924M of 1G RSS is not malloc's: Java heap, "
              "metaspace, stacks or mapped files; trimctl PID diagnose shows "
              "which");
    judgement.outside.growing = true;
    judgement.outside.window_ns = 96 * kHour;
    judgement.outside.from_bytes = 500 * TRIM_MIB;
    judgement.outside.to_bytes = 900 * TRIM_MIB;
    judgement.outside.hourly_bytes = 4 * TRIM_MIB;
    EXPECT_NE(Sentence(judgement).find(
                  "is not malloc's and grows by 4M an hour (500M->900M in 4d): Java"),
              std::string::npos)
        << Sentence(judgement);
}

TEST(TrimVerdictText, OfWhatIsFineTellsWhetherGrowthWasLookedFor)
{
    trim_judgement judgement = Sample();
    EXPECT_EQ(Sentence(judgement),
              "verdict: fine: 590M in use, 2M free and resident, growth is not "
              "judged before 24h");
    judgement.in_use.judged = true;
    judgement.in_use.seen_ns = 90 * kHour;
    EXPECT_EQ(Sentence(judgement),
              "verdict: fine: 590M in use, 2M free and resident, no even growth in 3d");
    judgement.in_use = {};
    EXPECT_EQ(Sentence(judgement), "verdict: fine: 590M in use, 2M free and resident");
}

TEST(TrimVerdictText, OfWhatIsUnknownTellsWhatIsMissing)
{
    EXPECT_EQ(Sentence({}), "verdict: unknown: malloc's memory was not looked at yet");
    trim_judgement judgement = Sample();
    judgement.state.known = false;
    EXPECT_EQ(Sentence(judgement),
              "verdict: unknown: malloc has 600M, too little for threshold to be looked at");
    judgement.state.malloc_bytes = 3 * TRIM_MIB;
    judgement.state.rss_bytes = 40 * TRIM_MIB;
    EXPECT_EQ(Sentence(judgement), "verdict: fine: malloc has 3M in all");
    judgement = Sample();
    judgement.in_use.window_ns = 25 * 60 * TRIM_NS_PER_S;
    judgement.in_use.from_bytes = 210 * TRIM_MIB;
    judgement.in_use.to_bytes = 450 * TRIM_MIB;
    EXPECT_EQ(Sentence(judgement),
              "verdict: unknown: memory in use has grown, 210M->450M in 25m; a leak grows evenly "
              "for 24h, and there was no old GC that could have freed it (jcmd PID GC.run)");
    judgement.in_use.old_pauses = 1;
    judgement.in_use.window_ns = 90 * TRIM_NS_PER_S;
    EXPECT_EQ(Sentence(judgement),
              "verdict: unknown: memory in use has grown, 210M->450M in 90s; a "
              "leak grows evenly for 24h");
}

} // namespace
