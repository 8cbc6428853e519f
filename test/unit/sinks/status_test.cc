/* Golden tests of the status block. */
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "bounded_text.h"
#include "options.h"
#include "quantity.h"
#include "report_text.h"
#include "sample_report.h"

namespace
{

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
    status.signals = {1234, 56, 7, 30 * TRIM_NS_PER_S, 89012, 8};
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
    trim_totals totals = SampleTotals();
    totals.has_estimate = true;
    totals.estimate_at_ns = 87700 * TRIM_NS_PER_MS;
    totals.estimate.expected_bytes = 12 * kMiB;
    totals.estimate.resident_bytes = 900 * kMiB;
    totals.estimate.free_bytes = 700 * kMiB;
    totals.estimate.whole_bytes = 30 * kMiB;
    totals.estimate.arenas = 8;
    totals.estimate.free_chunks = 12345;
    totals.estimate.tops_bytes = 5 * kMiB;
    totals.estimate.cpu_ns = 2100 * TRIM_NS_PER_US;
    const auto trim = [](int number) {
        return "trim #" + std::to_string(number) +
               " full-gc: RSS 6.01G->2.01G (-4G) in 443ms, longest wait at most 441ms, expected "
               "3.88G";
    };
    EXPECT_EQ(
        Status(totals),
        "status: glibc 2.36\n"
        "  verdict: unknown: malloc's memory was not looked at yet\n"
        "  GC pauses: old 56, young 1234, empty 7, last old 70.0s ago\n"
        "  classes: loaded 89012, unloaded 345\n"
        "  considered 9: 3 trims (full-gc 2, reload 1), looks without a trim: 4 (below-threshold "
        "4), "
        "put off: 1 (cooldown 1)\n"
        "  released 5G in 600ms, longest trim 443ms\n"
        "  kept free 9G*s for 700ms of CPU, useless 1, regretted 2, last trim regretted\n"
        "  last estimate: 12.3s ago, expected 12M, arenas resident 900M, free 700M, of it in "
        "whole pages 30M, arenas 8, free chunks 12345, tops of other arenas 5M, took 2.1ms CPU\n"
        "  agent: CPU in trims 590ms, CPU in 11 estimates 23.4ms, wake-ups 321, log lines "
        "lost 2\n"
        "  options: " +
            OptionsEcho() + "\n  90.0s ago " + trim(1) + "\n  80.0s ago " + trim(2) +
            "\n  70.0s ago " + trim(3));
}

TEST(TrimStatus, TellsOfArenasThatAreLocked)
{
    trim_totals totals = SampleTotals();
    totals.has_estimate = true;
    totals.estimate.bound_only = true;
    totals.estimate.locked_bytes = 600 * kMiB;
    const std::string status = Status(totals);
    EXPECT_NE(status.find("expected 0 at most, arenas resident 0 and locked 600M, took"),
              std::string::npos)
        << status;
}

TEST(TrimStatus, OfAnAgentThatHasDoneNothingIsShort)
{
    const std::string status = Status({});
    EXPECT_NE(status.find("\n  last estimate: none\n"), std::string::npos) << status;
    EXPECT_NE(status.find("\n  considered 0: 0 trims, looks without a trim: 0\n"),
              std::string::npos)
        << status;
    EXPECT_NE(status.find("last trim none"), std::string::npos) << status;
    EXPECT_EQ(status.find("trim #"), std::string::npos) << status;
}

TEST(TrimStatus, MarksAnEstimateThatIsOnlyABound)
{
    trim_totals totals = SampleTotals();
    totals.has_estimate = true;
    totals.estimate.bound_only = true;
    totals.estimate.expected_bytes = totals.estimate.resident_bytes = 12 * kMiB;
    EXPECT_NE(Status(totals).find("expected 12M at most, arenas resident 12M, took"),
              std::string::npos)
        << Status(totals);
}

TEST(TrimStatus, ShowsTheLastTrimsWhenThereWereMoreThanItKeeps)
{
    trim_totals totals = SampleTotals();
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
