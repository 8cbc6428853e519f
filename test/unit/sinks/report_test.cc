/* Golden tests: each line format as an operator reads it. */
#include "report_text.h"

#include <gtest/gtest.h>

#include <string>

#include "bounded_text.h"
#include "quantity.h"
#include "sample_report.h"

namespace
{

std::string Line(const trim_report &report)
{
    BoundedText text;
    trim_report_add(text.get(), &report);
    return text.str();
}

std::string Figures(const trim_report &report)
{
    BoundedText text;
    trim_report_add_figures(text.get(), &report);
    return text.str();
}

std::string Skip(const trim_skip_report &skip)
{
    BoundedText text;
    trim_skip_add(text.get(), &skip);
    return text.str();
}

TEST(FiguresLine, HasOtherAllocatorsFiguresUnderTheirOwnNames)
{
    trim_report report = {};
    report.number = 2;
    report.figures_before.source = TRIM_FIGURES_JEMALLOC;
    report.figures_before.named[0] = {"dirty", 502 * kMiB};
    report.figures_before.named[1] = {"muzzy", 0};
    report.figures_before.named[2] = {"resident", 812 * kMiB};
    report.figures_after = report.figures_before;
    EXPECT_EQ(Figures(report), "trim #2 jemalloc: unchanged");
    report.figures_after.named[0].bytes = 0;
    report.figures_after.named[2].bytes = 310 * kMiB;
    EXPECT_EQ(Figures(report), "trim #2 jemalloc: dirty 502M->0, resident 812M->310M");
    report.figures_before.source = TRIM_FIGURES_TCMALLOC;
    report.figures_after.source = TRIM_FIGURES_TCMALLOC;
    report.figures_before.named[0].name = "pageheap_free_bytes";
    EXPECT_EQ(Figures(report),
              "trim #2 tcmalloc: pageheap_free_bytes 502M->0, resident 812M->310M");
}

TEST(SkipLine, TellsWhatWasExpectedAndWhetherThatIsABound)
{
    trim_skip_report skip = {};
    skip.threshold_bytes = 64 * kMiB;
    skip.reason = TRIM_REASON_WATERMARK;
    skip.skip = TRIM_SKIP_BELOW_THRESHOLD;
    skip.expected_bytes = 12 * kMiB;
    EXPECT_EQ(Skip(skip), "no trim (watermark): below-threshold, expected 12M, threshold 64M");
    skip.bound_only = true;
    EXPECT_EQ(Skip(skip),
              "no trim (watermark): below-threshold, expected at most 12M, threshold 64M");
    skip.skip = TRIM_SKIP_UNCHANGED;
    EXPECT_EQ(Skip(skip), "no trim (watermark): unchanged");
    skip.reason = TRIM_REASON_FULL_GC;
    skip.skip = TRIM_SKIP_COOLDOWN;
    EXPECT_EQ(Skip(skip), "trim put off (full-gc): cooldown");
}

TEST(SkipLine, TellsWhatOnlyWaits)
{
    trim_skip_report skip = {};
    skip.threshold_bytes = 64 * kMiB;
    skip.reason = TRIM_REASON_GROWTH;
    skip.skip = TRIM_SKIP_WAITING;
    skip.expected_bytes = 300 * kMiB;
    EXPECT_EQ(Skip(skip), "trim put off (growth): waiting, expected 300M, threshold 64M");
    skip.skip = TRIM_SKIP_GROWING;
    EXPECT_EQ(Skip(skip), "trim put off (growth): growing");
    skip.skip = TRIM_SKIP_REUSED;
    EXPECT_EQ(Skip(skip), "no trim (growth): reused, expected 300M, threshold 64M");
    skip.skip = TRIM_SKIP_NO_ESTIMATE;
    EXPECT_EQ(Skip(skip), "no trim (growth): no-estimate");
}

std::string Verdict(const trim_lot &lot)
{
    BoundedText text;
    trim_verdict_add(text.get(), &lot);
    return text.str();
}

TEST(VerdictLine, TellsWhatATrimHasEarned)
{
    trim_lot lot = SampleLot();
    EXPECT_EQ(Verdict(lot),
              "trim #6 was good: 480M stayed free for 7.2s on average, 3.38G*s for 210ms of CPU");
    lot.verdict = TRIM_VERDICT_OPEN;
    EXPECT_EQ(Verdict(lot),
              "trim #6 was open: 480M stayed free for 7.2s on average, 3.38G*s for 210ms of CPU");
}

TEST(VerdictLine, TellsWhyATrimWasBad)
{
    trim_lot lot = SampleLot();
    lot.verdict = TRIM_VERDICT_REGRETTED;
    EXPECT_EQ(Verdict(lot), "trim #6 was regretted: most of its 480M was in use again before that "
                            "had paid for 210ms of CPU");
    lot.verdict = TRIM_VERDICT_USELESS;
    EXPECT_EQ(Verdict(lot), "trim #6 was useless: it released 480M, less than a quarter of what "
                            "was expected");
    lot.verdict = TRIM_VERDICT_REFILLED;
    lot.refilled_bytes = 300.0 * static_cast<double>(kMiB);
    EXPECT_EQ(Verdict(lot),
              "trim #6 was refilled: the kernel itself filled 300M of its 480M again, with huge "
              "pages");
}

TEST(VerdictLine, OfATrimThatReleasedNothingDividesByNothing)
{
    trim_lot lot = {};
    lot.number = 1;
    lot.verdict = TRIM_VERDICT_GOOD;
    lot.refilled_bytes = 12.0 * static_cast<double>(kMiB);
    EXPECT_EQ(Verdict(lot), "trim #1 was good: 0 stayed free for 0.0s on average, nothing yet for "
                            "0.0ms of CPU, the kernel refilled 12M with huge pages");
}

TEST(TrimLine, TellsWhatAPersonWantsToKnow)
{
    trim_report report = SampleReport();
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS 6.01G->2.01G (-4G) in 443ms, longest wait at "
                            "most 441ms, expected 3.88G");
    report.release.trimmed = false;
    report.release.borrowed = true;
    report.release.borrow.longest_call_ns = 200 * TRIM_NS_PER_US;
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS 6.01G->2.01G (-4G) in 443ms, longest wait "
                            "0.2ms, expected 3.88G");
}

TEST(TrimLine, BoundsTheWaitByTheLongerOfBothWays)
{
    trim_report report = SampleReport();
    report.release.borrowed = true;
    report.release.trim_ns = 4 * TRIM_NS_PER_MS;
    report.release.borrow.longest_call_ns = 7 * TRIM_NS_PER_MS;
    EXPECT_NE(Line(report).find(", longest wait at most 7.0ms, "), std::string::npos);
    report.release.trim_ns = 9 * TRIM_NS_PER_MS;
    EXPECT_NE(Line(report).find(", longest wait at most 9.0ms, "), std::string::npos);
    report.release = {};
    EXPECT_EQ(Line(report).find("wait"), std::string::npos) << "nothing was done";
}

TEST(TrimLine, TellsWhyTheApplicationHasAsked)
{
    trim_report report = SampleReport();
    report.reason = TRIM_REASON_DEMAND;
    (void)snprintf(report.asked_by, sizeof report.asked_by, "models swapped");
    EXPECT_EQ(Line(report).rfind("trim #7 demand (models swapped): RSS 6.01G->", 0), 0U);
}

TEST(TrimLine, NamesSwapWhereThereIsSome)
{
    trim_report report = SampleReport();
    report.before.swap_bytes = 3 * kGiB;
    EXPECT_EQ(Line(report).rfind("trim #7 full-gc: RSS+swap 9.01G->2.01G (-7G) in 443ms, ", 0), 0U)
        << Line(report);
    report = SampleReport();
    report.after.swap_bytes = kGiB;
    EXPECT_EQ(Line(report).rfind("trim #7 full-gc: RSS+swap 6.01G->3.01G (-3G) in 443ms, ", 0), 0U)
        << Line(report);
}

TEST(TrimLine, TellsWhatWasReleasedWhereRssHidesIt)
{
    trim_report report = SampleReport();
    report.reason = TRIM_REASON_RELOAD;
    report.after.rss_bytes = report.before.rss_bytes + 12 * kKiB;
    EXPECT_EQ(Line(report), "trim #7 reload: RSS 6.01G->6.01G (+12K) in 443ms, longest wait at "
                            "most 441ms, expected 3.88G, released 3.88G");
    report.released_known = false;
    EXPECT_EQ(Line(report).find("released"), std::string::npos) << "RSS is all that is known";
}

TEST(TrimLine, TellsWhatIsUnknown)
{
    trim_report report = {};
    report.number = 1;
    report.reason = TRIM_REASON_DEMAND;
    report.took_ns = 200 * TRIM_NS_PER_US;
    EXPECT_EQ(Line(report), "trim #1 demand: RSS unknown in 0.2ms, expected unknown");
    EXPECT_EQ(Figures(report), "trim #1 mallinfo2: unknown");
    report.released_known = true;
    report.released_bytes = 3 * kMiB;
    EXPECT_EQ(Line(report), "trim #1 demand: RSS unknown in 0.2ms, expected unknown, released 3M");
}

TEST(TrimLine, TellsWhatADryRunWouldDo)
{
    trim_report report = SampleReport();
    report.dry = true;
    report.reason = TRIM_REASON_WATERMARK;
    report.after = {};
    EXPECT_EQ(Line(report),
              "trim #7 watermark: dry-run, nothing was done, RSS 6.01G, expected 3.88G");
}

TEST(TrimLine, MarksAnExpectationThatIsOnlyABound)
{
    trim_report report = SampleReport();
    report.resident_assumed = true;
    EXPECT_NE(Line(report).find("expected at most 3.88G"), std::string::npos) << Line(report);
}

/* With decorations, whatever the figures of a machine of some TiB. */
TEST(TrimLine, FitsIntoALineOfATerminal)
{
    trim_report report = SampleReport();
    report.number = 9999;
    report.reason = TRIM_REASON_WATERMARK;
    report.before = {1023 * kGiB, 1};
    report.after = {1023 * kGiB, 0};
    report.took_ns = 99999 * TRIM_NS_PER_MS;
    report.release.trim_ns = 99999 * TRIM_NS_PER_MS;
    report.resident_assumed = true;
    report.expected_bytes = report.released_bytes = 1011 * kMiB;
    EXPECT_LE(("[99999.999s][info][trimagent] " + Line(report)).size(), 160U) << Line(report);
    EXPECT_NE(Line(report).find("released"), std::string::npos) << "the longest form";
}

TEST(TrimLine, HoldsFiguresBeyond32Bits)
{
    trim_report report = SampleReport();
    report.number = UINT64_MAX;
    report.before.rss_bytes = 900 * 1024 * kGiB;
    report.figures_before.ordblks = UINT64_C(5000000000);
    report.figures_before.arena = UINT64_C(3676094464);
    const std::string line = Line(report);
    EXPECT_EQ(line.rfind("trim #18446744073709551615 ", 0), 0U) << line;
    EXPECT_NE(line.find("RSS 900T->2.01G (-900T)"), std::string::npos) << line;
    EXPECT_NE(Figures(report).find("ordblks 5000000000->12345"), std::string::npos);
    /* mallinfo, which wraps, would print -618872832. */
    EXPECT_NE(Figures(report).find("arena 3.42G->5G"), std::string::npos) << Figures(report);
}

TEST(FiguresLine, TellsWhatHasChanged)
{
    trim_report report = SampleReport();
    EXPECT_EQ(Figures(report), "trim #7 mallinfo2: keepcost 128K->4K, smblks 678->0, "
                               "fsmblks 43K->0");
    report.figures_after = {};
    report.figures_after.source = TRIM_FIGURES_MALLINFO2;
    EXPECT_EQ(
        Figures(report),
        "trim #7 mallinfo2: arena 5G->0, uordblks 1.17G->0, fordblks 3.83G->0, keepcost "
        "128K->0, ordblks 12345->0, smblks 678->0, fsmblks 43K->0, hblks 9->0, hblkhd 30M->0");
}

TEST(FiguresLine, LeavesOutWhatLooksTheSame)
{
    trim_report report = SampleReport();
    report.figures_after = report.figures_before;
    report.figures_after.arena += 1;          /* 5G is 5.00G then. */
    report.figures_before.keepcost = 1000000; /* Both are 977K. */
    report.figures_after.keepcost = 1000200;
    EXPECT_EQ(Figures(report), "trim #7 mallinfo2: unchanged");
}

TEST(FiguresLine, NamesWhereTheFiguresComeFrom)
{
    trim_report report = SampleReport();
    report.figures_before.source = report.figures_after.source = TRIM_FIGURES_MALLOC_INFO;
    EXPECT_EQ(Figures(report).rfind("trim #7 malloc_info: keepcost 128K->4K, ", 0), 0U);
    /* Figures of different sources are not set against one another. */
    report.figures_after.source = TRIM_FIGURES_MALLINFO2;
    EXPECT_EQ(Figures(report), "trim #7 malloc_info: unknown");
}

std::string Summary(const trim_totals &totals, bool trim_running)
{
    BoundedText text;
    trim_totals_add_summary(text.get(), &totals, trim_running);
    return text.str();
}

TEST(TrimSummary, TellsWhatHasHappenedInTwoLines)
{
    EXPECT_EQ(Summary(SampleTotals(), false),
              "summary: 3 trims (full-gc 2, reload 1), released 5G in 600ms, longest trim 443ms\n"
              "summary: kept free 9G*s for 700ms of CPU, useless 1, regretted 2; looks without a "
              "trim: 4 (below-threshold 4), put off: 1 (cooldown 1)");
}

TEST(TrimSummary, OfLooksAloneIsOneLine)
{
    trim_totals totals = {};
    totals.skips[TRIM_SKIP_BELOW_THRESHOLD] = 3;
    EXPECT_EQ(Summary(totals, false),
              "summary: 0 trims; looks without a trim: 3 (below-threshold 3)");
}

TEST(TrimSummary, TellsOfATrimThatIsStillRunning)
{
    EXPECT_EQ(Summary({}, true),
              "summary: 0 trims, one more was running at exit; looks without a trim: 0");
}

TEST(TrimSummary, TellsThatADryRunOnlyDecided)
{
    trim_totals totals = SampleTotals();
    totals.ways[TRIM_WAY_DRY] = 3;
    EXPECT_EQ(Summary(totals, false),
              "summary: 3 trims decided by dry-run (full-gc 2, reload 1)\n"
              "summary: looks without a trim: 4 (below-threshold 4), put off: 1 (cooldown 1)");
    totals.trims[TRIM_REASON_FULL_GC] = 0;
    totals.ways[TRIM_WAY_DRY] = 1;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 1 trim decided by dry-run (reload 1)", 0), 0U);
    totals.trims[TRIM_REASON_RELOAD] = 0;
    totals.ways[TRIM_WAY_DRY] = 0;
    totals.dry = true;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 0 trims decided by dry-run; looks", 0), 0U);
}

TEST(TrimSummary, TellsWhichTrimsADryRunOnlyDecided)
{
    trim_totals totals = SampleTotals();
    totals.ways[TRIM_WAY_DRY] = 2;
    const std::string mixed =
        "summary: 3 trims (full-gc 2, reload 1), 2 of them decided by dry-run, released 5G in "
        "600ms, longest trim 443ms\n"
        "summary: kept free 9G*s for 700ms of CPU, useless 1, regretted 2; looks without a "
        "trim: 4 (below-threshold 4), put off: 1 (cooldown 1)";
    EXPECT_EQ(Summary(totals, false), mixed);
    totals.dry = true;
    EXPECT_EQ(Summary(totals, false), mixed) << "whether it is on or off now";
    totals.ways[TRIM_WAY_DRY] = 0;
    EXPECT_EQ(Summary(totals, false)
                  .rfind("summary: 3 trims (full-gc 2, reload 1), released 5G in 600ms,", 0),
              0U);
}

TEST(TrimTotals, CountTrimsForAllReasons)
{
    trim_totals totals = SampleTotals();
    EXPECT_EQ(trim_totals_trims(&totals), 3U);
    totals.trims[TRIM_REASON_WATERMARK] = 10;
    totals.trims[TRIM_REASON_DEMAND] = 100;
    EXPECT_EQ(trim_totals_trims(&totals), 113U);
}

} // namespace
