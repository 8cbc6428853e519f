/* Golden tests: each line format as an operator reads it. */
#include "trimagent/report.h"

#include <gtest/gtest.h>

#include <string>

#include "bounded_text.h"
#include "trimagent/quantity.h"

namespace
{

constexpr uint64_t kKiB = TRIM_KIB;
constexpr uint64_t kMiB = TRIM_MIB;
constexpr uint64_t kGiB = TRIM_GIB;

std::string Line(const trim_report &report)
{
    BoundedText text;
    trim_report_add(text.get(), &report);
    return text.str();
}

trim_heap_figures FiguresBefore()
{
    trim_heap_figures figures = {};
    figures.source = TRIM_FIGURES_MALLINFO2;
    figures.arena = 5 * kGiB;
    figures.ordblks = 12345;
    figures.smblks = 678;
    figures.hblks = 9;
    figures.hblkhd = 30 * kMiB;
    figures.fsmblks = 43 * kKiB;
    figures.uordblks = 1200 * kMiB;
    figures.fordblks = 3920 * kMiB;
    figures.keepcost = 131072;
    return figures;
}

trim_report Report()
{
    trim_report report = {};
    report.number = 7;
    report.reason = TRIM_REASON_FULL_GC;
    report.memory_known = true;
    report.before = {6 * kGiB, 10 * kMiB};
    report.after = {2 * kGiB, 10 * kMiB};
    report.took_ns = 443100 * TRIM_NS_PER_US;
    report.expected_known = true;
    report.expected_bytes = 3971 * kMiB;
    report.released_known = true;
    report.released_bytes = 3970 * kMiB;
    report.figures_before = FiguresBefore();
    report.figures_after = FiguresBefore();
    report.figures_after.smblks = 0;
    report.figures_after.fsmblks = 0;
    report.figures_after.keepcost = 4096;
    return report;
}

const std::string kFigures =
    "; mallinfo2: arena 5.0G->5.0G, uordblks 1.2G->1.2G, fordblks 3.8G->3.8G, keepcost 128K->4.0K, "
    "ordblks 12345->12345, smblks 678->0, fsmblks 43K->0, hblks 9->9, hblkhd 30M->30M, "
    "total C heap 5.0G->5.0G";

TEST(TrimReport, TellsBeforeAndAfter)
{
    EXPECT_EQ(Line(Report()), "trim #7 full-gc: RSS+swap 6.0G->2.0G (-4.0G) in 443ms, "
                              "expected 3.9G, released 3.9G" +
                                  kFigures);
}

TEST(TrimReport, TellsWhatNoTrimReaches)
{
    trim_report report = Report();
    report.tops_bytes = 415 * kMiB;
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS+swap 6.0G->2.0G (-4.0G) in 443ms, "
                            "expected 3.9G, released 3.9G" +
                                kFigures + "; in arena tops that no trim reaches 415M");
}

TEST(TrimReport, TellsWhatIsUnknown)
{
    trim_report report = {};
    report.number = 1;
    report.reason = TRIM_REASON_DEMAND;
    report.took_ns = 200 * TRIM_NS_PER_US;
    EXPECT_EQ(Line(report), "trim #1 demand: RSS+swap unknown in 0.2ms, expected unknown, "
                            "released unknown; mallinfo unknown");
}

TEST(TrimReport, TellsThatTheFiguresWereLeftOutForTheirCost)
{
    trim_report report = Report();
    report.figures_dear = true;
    report.figures_before = {};
    report.figures_after = {};
    EXPECT_EQ(Line(report), "trim #7 full-gc: RSS+swap 6.0G->2.0G (-4.0G) in 443ms, "
                            "expected 3.9G, released 3.9G; mallinfo left out, dear to take");
}

TEST(TrimReport, NamesWhereTheFiguresComeFrom)
{
    trim_report report = Report();
    report.figures_before.source = report.figures_after.source = TRIM_FIGURES_MALLOC_INFO;
    EXPECT_NE(Line(report).find("; malloc_info: arena 5.0G->5.0G, "), std::string::npos);
    /* Figures of different sources are not set against one another. */
    report.figures_after.source = TRIM_FIGURES_MALLINFO2;
    EXPECT_EQ(Line(report).find("arena 5.0G"), std::string::npos) << Line(report);
}

TEST(TrimReport, TellsWhatADryRunWouldDo)
{
    trim_report report = Report();
    report.dry = true;
    report.reason = TRIM_REASON_WATERMARK;
    report.released_known = false;
    EXPECT_EQ(Line(report).substr(0, Line(report).find(';')),
              "trim #7 watermark: dry-run, not carried out, RSS+swap 6.0G, expected 3.9G");
}

TEST(TrimReport, MarksAnExpectationThatIsOnlyABound)
{
    trim_report report = Report();
    report.resident_assumed = true;
    EXPECT_NE(Line(report).find("expected 3.9G at most, "), std::string::npos) << Line(report);
}

TEST(TrimReport, TellsGrowthWithItsSign)
{
    trim_report report = Report();
    report.reason = TRIM_REASON_RELOAD;
    report.after.rss_bytes = report.before.rss_bytes + 12 * kKiB;
    EXPECT_EQ(Line(report).rfind("trim #7 reload: RSS+swap 6.0G->6.0G (+12K) in ", 0), 0U)
        << Line(report);
}

TEST(TrimReport, HoldsFiguresBeyond32Bits)
{
    trim_report report = Report();
    report.number = UINT64_MAX;
    report.before.rss_bytes = 900 * 1024 * kGiB;
    report.figures_before.ordblks = UINT64_C(5000000000);
    report.figures_before.arena = UINT64_C(3676094464);
    const std::string line = Line(report);
    EXPECT_EQ(line.rfind("trim #18446744073709551615 ", 0), 0U) << line;
    EXPECT_NE(line.find("RSS+swap 900T->2.0G (-900T)"), std::string::npos) << line;
    EXPECT_NE(line.find("ordblks 5000000000->12345"), std::string::npos) << line;
    /* mallinfo, which wraps, would print -618872832. */
    EXPECT_NE(line.find("arena 3.4G->5.0G"), std::string::npos) << line;
}

trim_totals Totals()
{
    trim_totals totals = {};
    totals.considered = 9;
    totals.trims[TRIM_REASON_FULL_GC] = 2;
    totals.trims[TRIM_REASON_RELOAD] = 1;
    totals.skips[TRIM_SKIP_BELOW_THRESHOLD] = 4;
    totals.skips[TRIM_SKIP_COOLDOWN] = 1;
    totals.useless = 1;
    totals.regretted = 2;
    totals.released_bytes = 5 * kGiB;
    totals.trim_ns = 600 * TRIM_NS_PER_MS;
    totals.longest_trim_ns = 443100 * TRIM_NS_PER_US;
    totals.trim_cpu_ns = 590 * TRIM_NS_PER_MS;
    totals.estimates = 11;
    totals.estimate_cpu_ns = 23400 * TRIM_NS_PER_US;
    totals.wake_ups = 321;
    totals.cooldown_ns = 20 * TRIM_NS_PER_S;
    totals.verdict = TRIM_VERDICT_REGRETTED;
    for (uint64_t number = 1; number <= 3; ++number) {
        trim_report report = Report();
        report.number = number;
        report.figures_before = report.figures_after = {};
        totals.last[number - 1] = report;
        totals.last_at_ns[number - 1] = number * 10 * TRIM_NS_PER_S;
    }
    return totals;
}

std::string Summary(const trim_totals &totals, bool trim_running)
{
    BoundedText text;
    trim_totals_add_summary(text.get(), &totals, trim_running);
    return text.str();
}

TEST(TrimSummary, TellsWhatHasHappened)
{
    EXPECT_EQ(Summary(Totals(), false),
              "summary: 3 trims (full-gc 2, reload 1), released 5.0G in 600ms of trims, longest "
              "443ms; useless 1, regretted 2; skipped 5 (below-threshold 4, cooldown 1)");
}

TEST(TrimSummary, TellsOfATrimThatIsStillRunning)
{
    EXPECT_EQ(Summary({}, true),
              "summary: 0 trims, released 0 in 0.0ms of trims, longest 0.0ms; useless 0, "
              "regretted 0; skipped 0; one more trim was running at exit");
}

TEST(TrimSummary, TellsThatADryRunOnlyDecided)
{
    trim_totals totals = Totals();
    totals.dry = true;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 3 trims decided by dry-run (full-gc 2", 0),
              0U);
    totals.trims[TRIM_REASON_FULL_GC] = 0;
    EXPECT_EQ(Summary(totals, false).rfind("summary: 1 trim decided by dry-run (reload 1)", 0), 0U);
}

TEST(TrimTotals, CountTrimsForAllReasons)
{
    trim_totals totals = Totals();
    EXPECT_EQ(trim_totals_trims(&totals), 3U);
    totals.trims[TRIM_REASON_WATERMARK] = 10;
    totals.trims[TRIM_REASON_DEMAND] = 100;
    EXPECT_EQ(trim_totals_trims(&totals), 113U);
}

trim_options StatusOptions()
{
    trim_options options;
    trim_options_default(&options);
    return options;
}

std::string Status(const trim_totals &totals)
{
    const trim_options options = StatusOptions();
    trim_status status = {};
    status.signals = {1234, 56, 7, 30 * TRIM_NS_PER_S, 89012};
    status.unloaded_classes = 345;
    status.options = &options;
    status.allocator = "glibc 2.36";
    status.lost_log_lines = 2;
    status.now_ns = 100 * TRIM_NS_PER_S;
    BoundedText text;
    trim_totals_add_status(text.get(), &totals, &status);
    EXPECT_FALSE(text.cut());
    return text.str();
}

std::string OptionsEcho()
{
    const trim_options options = StatusOptions();
    BoundedText text;
    trim_options_add_echo(text.get(), &options);
    return text.str();
}

TEST(TrimStatus, TellsEverythingThereIsToTell)
{
    trim_totals totals = Totals();
    totals.has_estimate = true;
    totals.estimate_at_ns = 87700 * TRIM_NS_PER_MS;
    totals.estimate.expected_bytes = 12 * kMiB;
    totals.estimate.resident_bytes = 900 * kMiB;
    totals.estimate.arenas = 8;
    totals.estimate.free_chunks = 12345;
    totals.estimate.tops_bytes = 5 * kMiB;
    totals.estimate.cpu_ns = 2100 * TRIM_NS_PER_US;
    const auto trim = [](int number) {
        return "trim #" + std::to_string(number) +
               " full-gc: RSS+swap 6.0G->2.0G (-4.0G) in 443ms, expected 3.9G, released 3.9G; "
               "mallinfo unknown";
    };
    EXPECT_EQ(Status(totals),
              "status: glibc 2.36\n"
              "  GC pauses: old 56, young 1234, empty 7, last old 70.0s ago\n"
              "  classes: loaded 89012, unloaded 345\n"
              "  considered 9: 3 trims (full-gc 2, reload 1), skipped 5 (below-threshold 4, "
              "cooldown 1)\n"
              "  released 5.0G in 600ms of trims, longest 443ms; useless 1, regretted 2, last "
              "verdict regretted\n"
              "  cooldown in force 20000ms\n"
              "  last estimate: 12.3s ago, expected 12M, arenas resident 900M, arenas 8, free "
              "chunks 12345, tops of other arenas 5.0M, took 2.1ms CPU\n"
              "  agent: CPU in trims 590ms, CPU in 11 estimates 23.4ms, wake-ups 321, log lines "
              "lost 2\n"
              "  options: " +
                  OptionsEcho() + "\n  90.0s ago " + trim(1) + "\n  80.0s ago " + trim(2) +
                  "\n  70.0s ago " + trim(3));
}

TEST(TrimStatus, OfAnAgentThatHasDoneNothingIsShort)
{
    const std::string status = Status({});
    EXPECT_NE(status.find("\n  last estimate: none\n"), std::string::npos) << status;
    EXPECT_NE(status.find("\n  considered 0: 0 trims, skipped 0\n"), std::string::npos) << status;
    EXPECT_NE(status.find("last verdict none"), std::string::npos) << status;
    EXPECT_EQ(status.find("trim #"), std::string::npos) << status;
}

TEST(TrimStatus, MarksAnEstimateThatIsOnlyABound)
{
    trim_totals totals = Totals();
    totals.has_estimate = true;
    totals.estimate.bound_only = true;
    totals.estimate.expected_bytes = totals.estimate.resident_bytes = 12 * kMiB;
    EXPECT_NE(Status(totals).find("expected 12M at most, arenas resident 12M, took"),
              std::string::npos)
        << Status(totals);
}

TEST(TrimStatus, ShowsTheLastTrimsWhenThereWereMoreThanItKeeps)
{
    trim_totals totals = Totals();
    totals.trims[TRIM_REASON_FULL_GC] = 6;
    for (uint64_t number = 1; number <= 7; ++number) {
        const uint64_t at = (number - 1) % TRIM_STATUS_TRIMS;
        totals.last[at].number = number;
        totals.last_at_ns[at] = number * TRIM_NS_PER_S;
    }
    const std::string status = Status(totals);
    EXPECT_EQ(status.find("trim #2 "), std::string::npos);
    size_t last = 0;
    for (int number = 3; number <= 7; ++number) {
        const size_t at = status.find("trim #" + std::to_string(number) + " ");
        ASSERT_NE(at, std::string::npos) << number;
        EXPECT_GT(at, last) << "from the oldest to the newest";
        last = at;
    }
}

} // namespace
