/* The figures for programs: their names are promised to scripts. */
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "bounded_fields.h"
#include "report_text.h"
#include "sample_report.h"

namespace
{

TEST(FiguresText, OfAnEstimate)
{
    trim_estimate estimate = {};
    estimate.expected_bytes = 1;
    estimate.resident_bytes = 20;
    estimate.locked_bytes = 3;
    estimate.arenas = 4;
    estimate.free_bytes = 5;
    estimate.whole_bytes = 6;
    estimate.tops_bytes = 7;
    estimate.wet_tops_bytes = 8;
    BoundedFields text(TRIM_FIELDS_LINES);
    trim_estimate_add_figures(text.get(), &estimate);
    EXPECT_EQ(text.str(), "expected_bytes 1\nexpected_at_most 0\narenas 4"
                          "\narenas_resident_bytes 23\narenas_locked_bytes 3\nfree_bytes 5"
                          "\nfree_whole_pages_bytes 6\ntops_bytes 7\ntops_resident_bytes 8");
    estimate.resident_assumed = true;
    estimate.figures.source = TRIM_FIGURES_MALLOC_INFO;
    estimate.figures.uordblks = 9;
    estimate.figures.hblks = 10;
    estimate.figures.hblkhd = 11;
    BoundedFields more(TRIM_FIELDS_LINES);
    trim_estimate_add_figures(more.get(), &estimate);
    EXPECT_NE(more.str().find("expected_at_most 1\n"), std::string::npos) << more.str();
    EXPECT_NE(more.str().find("in_use_bytes 9\nmapped_blocks 10\nmapped_blocks_bytes 11"),
              std::string::npos)
        << more.str();
}

TEST(FiguresText, OfTheTotalsAndTheLastTrim)
{
    static trim_totals totals = {};
    trim_options options;
    trim_options_default(&options);
    trim_status status = {};
    status.options = &options;
    status.allocator = "glibc 2.36";
    status.lost_log_lines = 2;
    BoundedFields none(TRIM_FIELDS_LINES);
    trim_totals_add_figures(none.get(), &totals, &status);
    EXPECT_EQ(none.str().rfind("version ", 0), 0U) << none.str();
    EXPECT_NE(none.str().find("\nallocator glibc 2.36\noptions worth=8g,"), std::string::npos);
    EXPECT_NE(none.str().find("\nlost_log_lines 2\nverdict unknown\nkept_free_bytes 0"
                              "\nin_use_from_bytes 0\nin_use_to_bytes 0\nin_use_window_ns 0"
                              "\nin_use_old_pauses 0\nin_use_hourly_bytes 0"
                              "\nin_use_reload_bytes 0"),
              std::string::npos)
        << none.str();
    EXPECT_EQ(none.str().find("last_trim"), std::string::npos) << none.str();

    totals.trims[TRIM_REASON_RELOAD] = 7; /* The last is in the second place of the ring. */
    trim_report &last = totals.last[6 % TRIM_STATUS_TRIMS];
    last.number = 7;
    last.reason = TRIM_REASON_RELOAD;
    last.expected_known = true;
    last.expected_bytes = 100;
    last.released_bytes = 99;
    last.took_ns = 5;
    last.release.trimmed = true;
    last.memory_known = true;
    last.before.rss_bytes = 300;
    last.after.rss_bytes = 201;
    BoundedFields text(TRIM_FIELDS_LINES);
    trim_totals_add_figures(text.get(), &totals, &status);
    EXPECT_NE(text.str().find("\ntrims 7\n"), std::string::npos) << text.str();
    EXPECT_NE(text.str().find("\nlast_trim 7\nlast_trim_reason reload\n"
                              "last_trim_expected_bytes 100\nlast_trim_way trim\n"
                              "last_trim_released_bytes 99\nlast_trim_ns 5\n"
                              "last_trim_rss_before_bytes 300\nlast_trim_rss_after_bytes 201"),
              std::string::npos)
        << text.str();
    last.dry = true;
    BoundedFields dry(TRIM_FIELDS_LINES);
    trim_totals_add_figures(dry.get(), &totals, &status);
    EXPECT_EQ(dry.str().find("released_bytes 99"), std::string::npos) << "nothing was";
}

} // namespace
