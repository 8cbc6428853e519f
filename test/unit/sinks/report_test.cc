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

const std::string kFigures =
    "; mallinfo2: arena 5G->5G, uordblks 1.17G->1.17G, fordblks 3.83G->3.83G, keepcost 128K->4K, "
    "ordblks 12345->12345, smblks 678->0, fsmblks 43K->0, hblks 9->9, hblkhd 30M->30M, "
    "total C heap 5.03G->5.03G";

std::string Skip(const trim_skip_report &skip)
{
    BoundedText text;
    trim_skip_add(text.get(), &skip);
    return text.str();
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

TEST(VerdictLine, TellsWhatATrimHasEarned)
{
    trim_lot lot = SampleLot();
    BoundedText good;
    trim_verdict_add(good.get(), &lot);
    EXPECT_EQ(good.str(),
              "trim #6 was good: held 480M for 7.2s on average, 3.38G*s for 210ms of CPU");
    lot.verdict = TRIM_VERDICT_REGRETTED;
    lot.held_byte_ns /= 100;
    BoundedText regretted;
    trim_verdict_add(regretted.get(), &lot);
    EXPECT_EQ(regretted.str(),
              "trim #6 was regretted: held 480M for 0.0s on average, 34.6M*s for 210ms of CPU");
}

TEST(VerdictLine, TellsWhatTheKernelHasFilledAgain)
{
    trim_lot lot = SampleLot();
    lot.verdict = TRIM_VERDICT_REFILLED;
    lot.refilled_bytes = 300.0 * static_cast<double>(kMiB);
    BoundedText text;
    trim_verdict_add(text.get(), &lot);
    EXPECT_EQ(text.str(),
              "trim #6 was refilled: held 480M for 7.2s on average, 3.38G*s for 210ms of "
              "CPU, the kernel filled 300M again with huge pages");
}

TEST(VerdictLine, OfATrimThatReleasedNothingDividesByNothing)
{
    trim_lot lot = {};
    lot.number = 1;
    lot.verdict = TRIM_VERDICT_USELESS;
    BoundedText text;
    trim_verdict_add(text.get(), &lot);
    EXPECT_EQ(text.str(), "trim #1 was useless: held 0 for 0.0s on average, 0*s for 0.0ms of CPU");
}

TEST(TrimReport, TellsBeforeAndAfter)
{
    EXPECT_EQ(Line(SampleReport()),
              "trim #7 full-gc: RSS+swap 6.01G->2.01G (-4G) in 443ms by trim, "
              "expected 3.88G, released 3.88G" +
                  kFigures);
}

TEST(TrimReport, TellsWhatNoTrimReaches)
{
    trim_report report = SampleReport();
    report.tops_bytes = 415 * kMiB;
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS+swap 6.01G->2.01G (-4G) in 443ms by trim, "
                            "expected 3.88G, released 3.88G" +
                                kFigures +
                                "; tops of other arenas, which malloc_trim does not reach: 415M");
}

TEST(TrimReport, TellsWhatTheTrimBeforeHasEarned)
{
    trim_report report = SampleReport();
    report.tops_bytes = 415 * kMiB;
    report.earned = SampleLot();
    const std::string line = Line(report);
    EXPECT_EQ(line.substr(line.find("; tops")),
              "; tops of other arenas, which malloc_trim does not reach: 415M"
              "; trim #6 held 480M for 7.2s on average, 3.38G*s for 210ms of CPU");
}

TEST(TrimReport, TellsWhatIsUnknown)
{
    trim_report report = {};
    report.number = 1;
    report.reason = TRIM_REASON_DEMAND;
    report.took_ns = 200 * TRIM_NS_PER_US;
    EXPECT_EQ(Line(report), "trim #1 demand: RSS+swap unknown in 0.2ms by trim, expected unknown, "
                            "released unknown; mallinfo left out, what it costs is unknown");
}

TEST(TrimReport, TellsThatTheFiguresWereLeftOut)
{
    trim_report report = SampleReport();
    report.figures_before = {};
    report.figures_after = {};
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS+swap 6.01G->2.01G (-4G) in 443ms by trim, "
                            "expected 3.88G, released 3.88G; mallinfo left out, what it costs "
                            "is unknown");
}

TEST(TrimReport, NamesWhereTheFiguresComeFrom)
{
    trim_report report = SampleReport();
    report.figures_before.source = report.figures_after.source = TRIM_FIGURES_MALLOC_INFO;
    EXPECT_NE(Line(report).find("; malloc_info (there is no mallinfo2): arena 5G->5G, "),
              std::string::npos);
    /* Figures of different sources are not set against one another. */
    report.figures_after.source = TRIM_FIGURES_MALLINFO2;
    EXPECT_EQ(Line(report).find("arena 5.0G"), std::string::npos) << Line(report);
}

TEST(TrimReport, TellsWhatADryRunWouldDo)
{
    trim_report report = SampleReport();
    report.dry = true;
    report.reason = TRIM_REASON_WATERMARK;
    report.released_known = false;
    EXPECT_EQ(Line(report).substr(0, Line(report).find(';')),
              "trim #7 watermark: dry-run, not carried out, RSS+swap 6.01G, expected 3.88G");
}

TEST(TrimReport, MarksAnExpectationThatIsOnlyABound)
{
    trim_report report = SampleReport();
    report.resident_assumed = true;
    EXPECT_NE(Line(report).find("expected at most 3.88G, "), std::string::npos) << Line(report);
}

TEST(TrimReport, TellsGrowthWithItsSign)
{
    trim_report report = SampleReport();
    report.reason = TRIM_REASON_RELOAD;
    report.after.rss_bytes = report.before.rss_bytes + 12 * kKiB;
    EXPECT_EQ(Line(report).rfind("trim #7 reload: RSS+swap 6.01G->6.01G (+12K) in ", 0), 0U)
        << Line(report);
}

TEST(TrimReport, HoldsFiguresBeyond32Bits)
{
    trim_report report = SampleReport();
    report.number = UINT64_MAX;
    report.before.rss_bytes = 900 * 1024 * kGiB;
    report.figures_before.ordblks = UINT64_C(5000000000);
    report.figures_before.arena = UINT64_C(3676094464);
    const std::string line = Line(report);
    EXPECT_EQ(line.rfind("trim #18446744073709551615 ", 0), 0U) << line;
    EXPECT_NE(line.find("RSS+swap 900T->2.01G (-900T)"), std::string::npos) << line;
    EXPECT_NE(line.find("ordblks 5000000000->12345"), std::string::npos) << line;
    /* mallinfo, which wraps, would print -618872832. */
    EXPECT_NE(line.find("arena 3.42G->5G"), std::string::npos) << line;
}

std::string Summary(const trim_totals &totals, bool trim_running)
{
    BoundedText text;
    trim_totals_add_summary(text.get(), &totals, trim_running);
    return text.str();
}

TEST(TrimSummary, TellsWhatHasHappened)
{
    EXPECT_EQ(Summary(SampleTotals(), false),
              "summary: 3 trims (full-gc 2, reload 1), released 5G in 600ms of trims, longest "
              "443ms; held 9G*s for 700ms of CPU, useless 1, regretted 2; skipped 4 "
              "(below-threshold 4), put off 1 (cooldown 1)");
}

TEST(TrimSummary, TellsOfATrimThatIsStillRunning)
{
    EXPECT_EQ(
        Summary({}, true),
        "summary: 0 trims, released 0 in 0.0ms of trims, longest 0.0ms; held 0*s for 0.0ms of CPU, "
        "useless 0, regretted 0; skipped 0; one more trim was running at exit");
}

TEST(TrimSummary, TellsThatADryRunOnlyDecided)
{
    trim_totals totals = SampleTotals();
    totals.dry = true;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 3 trims decided by dry-run (full-gc 2", 0),
              0U);
    totals.trims[TRIM_REASON_FULL_GC] = 0;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 1 trim decided by dry-run (reload 1)", 0), 0U);
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
