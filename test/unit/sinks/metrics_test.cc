#include "metrics.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "bounded_text.h"
#include "log.h"
#include "sample_report.h"

namespace
{

/* 400 MiB in use; of 500 free ones 64 are tops, 100 in no whole page, 300 resident. */
trim_estimate SampleEstimate()
{
    trim_estimate estimate = {};
    estimate.figures.source = TRIM_FIGURES_MALLOC_INFO;
    estimate.figures.arena = 900 * kMiB;
    estimate.figures.uordblks = 400 * kMiB;
    estimate.figures.fordblks = 500 * kMiB;
    estimate.figures.keepcost = 4 * kMiB;
    estimate.figures.hblkhd = 30 * kMiB;
    estimate.tops_bytes = 60 * kMiB;
    estimate.free_bytes = 500 * kMiB;
    estimate.whole_bytes = 400 * kMiB;
    estimate.expected_tops_bytes = 20 * kMiB;
    estimate.expected_bytes = 324 * kMiB;
    return estimate;
}

uint64_t Sum(const trim_heap_parts &parts)
{
    return parts.in_use + parts.free_resident + parts.free_pinned + parts.free_released +
           parts.top + parts.mapped;
}

TEST(HeapParts, MakeUpTheWhole)
{
    const trim_estimate estimate = SampleEstimate();
    trim_heap_parts parts = {};
    trim_heap_parts_of(&parts, &estimate);
    EXPECT_EQ(parts.in_use, 400 * kMiB);
    EXPECT_EQ(parts.top, 64 * kMiB);
    EXPECT_EQ(parts.free_pinned, 100 * kMiB);
    EXPECT_EQ(parts.free_resident, 300 * kMiB);
    EXPECT_EQ(parts.free_released, 36 * kMiB);
    EXPECT_EQ(parts.mapped, 30 * kMiB);
    EXPECT_EQ(Sum(parts), 930 * kMiB);
}

TEST(HeapParts, MakeUpTheWholeWhateverTheFiguresSay)
{
    /* Figures of two moments need not go together, and locked memory is left out of some. */
    for (const uint64_t whole : {uint64_t{0}, 10 * kMiB, 500 * kMiB, UINT64_MAX}) {
        for (const uint64_t expected : {uint64_t{0}, 10 * kMiB, 900 * kMiB, UINT64_MAX}) {
            for (const uint64_t tops : {uint64_t{0}, 600 * kMiB}) {
                trim_estimate estimate = SampleEstimate();
                estimate.whole_bytes = whole;
                estimate.expected_bytes = expected;
                estimate.tops_bytes = tops;
                trim_heap_parts parts = {};
                trim_heap_parts_of(&parts, &estimate);
                EXPECT_EQ(Sum(parts), 930 * kMiB) << whole << " " << expected << " " << tops;
            }
        }
    }
}

TEST(LongestWait, IsTheLongestCallOrAllOfMallocTrim)
{
    trim_release release = {};
    release.borrow.longest_call_ns = 5;
    EXPECT_EQ(trim_longest_wait_ns(&release), 0U) << "nothing was borrowed";
    release.borrowed = true;
    release.trim_ns = 7;
    EXPECT_EQ(trim_longest_wait_ns(&release), 5U) << "malloc_trim did not run";
    release.trimmed = true;
    EXPECT_EQ(trim_longest_wait_ns(&release), 7U);
}

class Metrics : public testing::Test
{
protected:
    Metrics()
    {
        (void)snprintf(metrics_.name, sizeof metrics_.name, "%s", "app");
        snapshot_.totals = &totals_;
        snapshot_.allocator = "glibc 2.36";
    }

    void Take(const trim_report &report)
    {
        trim_metrics_take(&metrics_, &report);
    }

    std::string Page() const
    {
        BoundedText page(TRIM_METRICS_PAGE_MAX);
        trim_metrics_add(page.get(), &metrics_, &snapshot_);
        EXPECT_FALSE(page.cut());
        return page.str();
    }

    /* The page's lines that begin like this. */
    std::string Lines(const std::string &beginning) const
    {
        const std::string page = Page();
        std::string found;
        for (size_t at = 0; at < page.size();) {
            const size_t end = page.find('\n', at) + 1;
            if (page.compare(at, beginning.size(), beginning) == 0) {
                found += page.substr(at, end - at);
            }
            at = end;
        }
        return found;
    }

    trim_totals totals_ = {};
    trim_snapshot snapshot_ = {};
    trim_metrics metrics_ = {};
};

TEST_F(Metrics, AreAPageInTheClassicFormat)
{
    totals_ = SampleTotals();
    totals_.refaulted_bytes = 3 * kMiB;
    totals_.reload_bursts = 4;
    totals_.heap.verdict = TRIM_HEAP_RETAINED;
    snapshot_.signals.old_pauses = 12;
    snapshot_.worker_cpu_ns = 700 * TRIM_NS_PER_MS;
    snapshot_.lost_log_lines = 5;
    snapshot_.limit_bytes = 8 * kGiB;
    snapshot_.resident_known = true;
    snapshot_.resident_bytes = 6 * kGiB;
    const trim_estimate estimate = SampleEstimate();
    trim_metrics_take_estimate(&metrics_, &estimate);
    trim_report report = SampleReport(); /* 443.1 ms, full-gc */
    report.release.trimmed = true;
    report.release.trim_ns = report.took_ns;
    Take(report);
    report.release.borrowed = true;
    report.release.borrow.longest_call_ns = 42 * TRIM_NS_PER_US;
    report.release.trimmed = false;
    Take(report);
    report.reason = TRIM_REASON_RELOAD;
    report.release.trimmed = true;
    report.release.trim_ns = 3 * TRIM_NS_PER_MS;
    report.took_ns = 20 * TRIM_NS_PER_S;
    Take(report);
    std::ifstream file(TRIM_METRICS_GOLDEN);
    std::string golden{std::istreambuf_iterator<char>(file), {}};
    const std::string version = "@VERSION@";
    ASSERT_NE(golden.find(version), std::string::npos) << TRIM_METRICS_GOLDEN;
    golden.replace(golden.find(version), version.size(), TRIM_VERSION);
    EXPECT_EQ(Page(), golden);
}

TEST_F(Metrics, CountTrimsByReasonAndWay)
{
    trim_report report = SampleReport();
    Take(report);
    Take(report);
    report.release.borrowed = true;
    report.release.trimmed = false;
    Take(report);
    report.release.trimmed = true;
    report.reason = TRIM_REASON_DEMAND;
    Take(report);
    const std::string lines = Lines("trimagent_trims_total");
    for (const char *line : {
             "trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"trim\"} 2\n",
             "trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"borrow\"} 1\n",
             "trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"borrow+trim\"} 0\n",
             "trimagent_trims_total{jvm=\"app\",reason=\"demand\",way=\"borrow+trim\"} 1\n",
             "trimagent_trims_total{jvm=\"app\",reason=\"watermark\",way=\"trim\"} 0\n",
         }) {
        EXPECT_NE(lines.find(line), std::string::npos) << line << lines;
    }
    EXPECT_EQ(lines.find("dry-run"), std::string::npos) << lines;
}

TEST_F(Metrics, TellADryRunFromTrims)
{
    totals_.dry = true;
    trim_report report = SampleReport();
    report.dry = true;
    Take(report);
    const std::string lines = Lines("trimagent_trims_total");
    EXPECT_NE(
        lines.find("trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"dry-run\"} 1\n"),
        std::string::npos)
        << lines;
    EXPECT_EQ(lines.find("way=\"trim\""), std::string::npos) << lines;
    EXPECT_EQ(Lines("trimagent_trim_duration_seconds_count"),
              "trimagent_trim_duration_seconds_count{jvm=\"app\"} 0\n");
}

TEST_F(Metrics, KeepTheWaysOfTrimsWhenADryRunBeginsOrEnds)
{
    const std::string done =
        "trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"trim\"} 1\n";
    const std::string decided =
        "trimagent_trims_total{jvm=\"app\",reason=\"full-gc\",way=\"dry-run\"} 1\n";
    trim_report report = SampleReport();
    Take(report);
    totals_.ways[TRIM_WAY_TRIM] = 1;
    totals_.dry = true;
    std::string lines = Lines("trimagent_trims_total");
    EXPECT_NE(lines.find(done), std::string::npos) << lines;
    EXPECT_NE(lines.find("reason=\"full-gc\",way=\"dry-run\"} 0\n"), std::string::npos) << lines;
    report.dry = true;
    Take(report);
    totals_.ways[TRIM_WAY_DRY] = 1;
    totals_.dry = false;
    lines = Lines("trimagent_trims_total");
    EXPECT_NE(lines.find(done), std::string::npos) << lines;
    EXPECT_NE(lines.find(decided), std::string::npos) << lines;
    EXPECT_NE(lines.find("way=\"borrow\"} 0\n"), std::string::npos) << "it can happen now";
    totals_.dry = true;
    lines = Lines("trimagent_trims_total");
    EXPECT_EQ(lines.find("way=\"borrow\""), std::string::npos) << "it cannot, and never has";
}

TEST_F(Metrics, PutAValueOnABoundIntoItsBucket)
{
    trim_report report = SampleReport();
    for (const uint64_t took_ns :
         {5 * TRIM_NS_PER_MS, 5 * TRIM_NS_PER_MS + 1, UINT64_C(0), 10 * TRIM_NS_PER_S + 1}) {
        report.took_ns = took_ns;
        Take(report);
    }
    const std::string lines = Lines("trimagent_trim_duration_seconds");
    for (const char *line : {"{jvm=\"app\",le=\"0.0025\"} 1\n", "{jvm=\"app\",le=\"0.005\"} 2\n",
                             "{jvm=\"app\",le=\"0.01\"} 3\n", "{jvm=\"app\",le=\"10\"} 3\n",
                             "{jvm=\"app\",le=\"+Inf\"} 4\n", "_sum{jvm=\"app\"} 10.010000002\n",
                             "_count{jvm=\"app\"} 4\n"}) {
        EXPECT_NE(lines.find(line), std::string::npos) << line << lines;
    }
}

TEST_F(Metrics, LeaveOutWhatIsUnknown)
{
    trim_estimate bound = SampleEstimate();
    bound.bound_only = true;
    trim_metrics_take_estimate(&metrics_, &bound);
    const std::string page = Page();
    for (const char *name :
         {"trimagent_resident_bytes", "trimagent_memory_limit_bytes", "trimagent_c_heap_bytes"}) {
        EXPECT_EQ(page.find(name), std::string::npos) << name;
    }
    const trim_estimate known = SampleEstimate();
    trim_metrics_take_estimate(&metrics_, &known);
    trim_metrics_take_estimate(&metrics_, &bound);
    EXPECT_EQ(Lines("trimagent_c_heap_bytes{jvm=\"app\",state=\"mapped\"}"),
              "trimagent_c_heap_bytes{jvm=\"app\",state=\"mapped\"} 31457280\n")
        << "the last look that told it";
}

TEST_F(Metrics, DivideAnotherAllocatorsHeapAsItCountsIt)
{
    trim_estimate estimate = {};
    estimate.figures.source = TRIM_FIGURES_MIMALLOC;
    trim_metrics_take_estimate(&metrics_, &estimate);
    EXPECT_EQ(Page().find("trimagent_c_heap_bytes"), std::string::npos) << "it counts nothing";
    estimate.figures.source = TRIM_FIGURES_JEMALLOC;
    estimate.figures.uordblks = 60 * kMiB;
    estimate.figures.fordblks = 40 * kMiB;
    estimate.whole_bytes = 35 * kMiB;
    estimate.expected_bytes = 20 * kMiB;
    trim_heap_parts parts = {};
    trim_heap_parts_of(&parts, &estimate);
    EXPECT_EQ(parts.in_use, 60 * kMiB);
    EXPECT_EQ(parts.free_resident, 20 * kMiB);
    EXPECT_EQ(parts.free_pinned, 5 * kMiB);
    EXPECT_EQ(parts.free_released, 15 * kMiB);
    EXPECT_EQ(parts.top, 0u);
}

TEST_F(Metrics, NeverTellNegativeTime)
{
    totals_.trim_cpu_ns = 2 * TRIM_NS_PER_S;
    totals_.estimate_cpu_ns = 1;
    snapshot_.worker_cpu_ns = TRIM_NS_PER_S;
    EXPECT_EQ(Lines("trimagent_cpu_seconds_total"),
              "trimagent_cpu_seconds_total{jvm=\"app\",work=\"release\"} 2\n"
              "trimagent_cpu_seconds_total{jvm=\"app\",work=\"estimate\"} 0.000000001\n"
              "trimagent_cpu_seconds_total{jvm=\"app\",work=\"other\"} 0\n");
}

TEST_F(Metrics, KeepANameFromBreakingThePage)
{
    (void)snprintf(metrics_.name, sizeof metrics_.name, "%s", "a\"b\\c\xff\n{}");
    snapshot_.allocator = "lib\"x\\.so";
    EXPECT_EQ(Lines("trimagent_build_info{"),
              R"(trimagent_build_info{jvm="a\"b\\c__{}",version=")" TRIM_VERSION
              R"(",allocator="lib\"x\\.so"} 1)"
              "\n");
}

TEST_F(Metrics, FitTheirRoomWithTheLongestNameAndTheLargestFigures)
{
    std::string name(TRIM_METRICS_NAME_MAX - 1, '"');
    (void)snprintf(metrics_.name, sizeof metrics_.name, "%s", name.c_str());
    totals_.released_bytes = UINT64_MAX;
    for (uint64_t &skips : totals_.skips) {
        skips = UINT64_MAX;
    }
    const trim_estimate estimate = SampleEstimate();
    trim_metrics_take_estimate(&metrics_, &estimate);
    const std::string page = Page();
    EXPECT_NE(page.find("\"} 18446744073709551615\n"), std::string::npos);
    EXPECT_NE(page.find("trimagent_lost_log_lines_total{"), std::string::npos);
}

} // namespace
