/* Golden tests of what is told of the way of a release. */
#include <gtest/gtest.h>

#include <string>

#include "bounded_text.h"
#include "quantity.h"
#include "report_text.h"
#include "sample_report.h"

namespace
{

trim_release Borrowed()
{
    trim_release release = {};
    release.borrowed = true;
    release.borrow.dropped_bytes = 3900 * kMiB;
    release.borrow.top_dropped_bytes = 415 * kMiB;
    release.borrow.pieces = 54321;
    release.borrow.calls = 200000;
    release.borrow.held_max_bytes = 120 * kMiB;
    release.borrow.held_max_ns = 12300 * TRIM_NS_PER_US;
    release.borrow.longest_call_ns = 1400 * TRIM_NS_PER_US;
    release.arenas_wanted = 9;
    release.arenas_reached = 8;
    return release;
}

const std::string kBorrowed =
    "; borrowed 3.81G (tops 415M) in 54321 pieces, held at most 120M for 12.3ms, longest call of "
    "malloc or free 1.4ms, arenas 8 of 9";

std::string Told(const trim_release &release)
{
    BoundedText text;
    trim_release_add(text.get(), &release);
    return text.str();
}

TEST(ReleaseText, HasNothingToTellOfAPlainTrim)
{
    trim_release release = {};
    release.trimmed = true;
    release.trim_ns = 5 * TRIM_NS_PER_MS;
    EXPECT_STREQ(trim_release_name(&release), "trim");
    EXPECT_EQ(Told(release), "");
}

TEST(ReleaseText, TellsWhatWasBorrowed)
{
    const trim_release release = Borrowed();
    EXPECT_STREQ(trim_release_name(&release), "borrow");
    EXPECT_EQ(Told(release), kBorrowed);
}

TEST(ReleaseText, TellsThatMallocTrimTookTheRest)
{
    trim_release release = Borrowed();
    release.trimmed = true;
    release.trim_ns = 4200 * TRIM_NS_PER_US;
    EXPECT_STREQ(trim_release_name(&release), "borrow+trim");
    EXPECT_EQ(Told(release), kBorrowed + ", then malloc_trim for 4.2ms");
}

TEST(ReleaseText, TellsThatMallocTrimCameFirst)
{
    trim_release release = Borrowed();
    release.trimmed = release.trimmed_first = true;
    release.trim_ns = 4200 * TRIM_NS_PER_US;
    EXPECT_STREQ(trim_release_name(&release), "trim+borrow");
    EXPECT_EQ(Told(release), kBorrowed + ", after malloc_trim for 4.2ms");
}

TEST(ReleaseText, TellsHowLongItPausedForBusyThreads)
{
    trim_release release = Borrowed();
    release.borrow.paused_ns = 1300 * TRIM_NS_PER_MS;
    EXPECT_EQ(Told(release), kBorrowed + ", paused 1300ms for busy threads");
}

TEST(ReleaseText, TellsOfHeapsThatMallocUnmapped)
{
    trim_release release = Borrowed();
    release.borrow.heaps_gone = 1;
    EXPECT_EQ(Told(release), kBorrowed + ", 1 heap unmapped by malloc");
    release.borrow.heaps_gone = 2;
    EXPECT_EQ(Told(release), kBorrowed + ", 2 heaps unmapped by malloc");
}

TEST(ReleaseText, TellsThatItGaveWayAndWhatItLeft)
{
    trim_release release = Borrowed();
    release.borrow.gave_way = true;
    release.left_bytes = 300 * kMiB;
    EXPECT_EQ(Told(release), kBorrowed + ", gave way, left 300M");
}

TEST(ReleaseText, StandsInTheReportBehindWhatWasReleased)
{
    trim_report report = SampleReport();
    report.release = Borrowed();
    report.figures_before = report.figures_after = {};
    report.tops_bytes = 2 * kMiB;
    BoundedText text;
    trim_report_add(text.get(), &report);
    EXPECT_EQ(text.str(), "trim #7 full-gc: RSS+swap 6.01G->2.01G (-4G) in 443ms by borrow, "
                          "expected 3.88G, released 3.88G" +
                              kBorrowed +
                              "; mallinfo left out, what it costs is unknown; tops of other "
                              "arenas: 2M");
}

} // namespace
