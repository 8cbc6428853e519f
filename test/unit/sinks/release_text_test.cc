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

/* The lines of a trim that is reported this way, but for its number. */
std::string Told(const trim_report &report)
{
    BoundedText text;
    trim_report_add_details(text.get(), &report);
    return text.str();
}

trim_report ReportOf(const trim_release &release)
{
    trim_report report = SampleReport();
    report.release = release;
    return report;
}

const std::string kBorrowed = "trim #7 released 3.88G\n"
                              "trim #7 borrowed 3.81G in 54321 pieces, 415M of it from tops\n"
                              "trim #7 held at most 120M at once, a piece for at most 12.3ms\n"
                              "trim #7 longest call of malloc or free: 1.4ms\n"
                              "trim #7 entered 8 of 9 arenas";

TEST(ReleaseText, HasLittleToTellOfAPlainTrim)
{
    EXPECT_EQ(Told(SampleReport()),
              "trim #7 way: trim, malloc_trim for 441ms\ntrim #7 released 3.88G");
}

TEST(ReleaseText, NamesWhatAnotherAllocatorWasCalledFor)
{
    trim_release release = {};
    release.trimmed = true;
    release.call = "arena.<i>.purge";
    release.trim_ns = 20800 * TRIM_NS_PER_US;
    EXPECT_EQ(Told(ReportOf(release)),
              "trim #7 way: trim, longest arena.<i>.purge: 20.8ms\ntrim #7 released 3.88G");
}

TEST(ReleaseText, HasNothingToTellOfADryRun)
{
    trim_report report = SampleReport();
    report.dry = true;
    report.release = {};
    EXPECT_EQ(Told(report), "");
}

TEST(ReleaseText, TellsWhereReleasedComesFrom)
{
    trim_report report = ReportOf({});
    report.released_known = false;
    EXPECT_EQ(Told(report), "trim #7 way: none\ntrim #7 released 3.88G by RSS");
    report.memory_known = false;
    EXPECT_EQ(Told(report), "trim #7 way: none\ntrim #7 released unknown");
}

TEST(ReleaseText, TellsWhatWasBorrowed)
{
    EXPECT_EQ(Told(ReportOf(Borrowed())), "trim #7 way: borrow\n" + kBorrowed);
}

TEST(ReleaseText, TellsThatMallocTrimTookTheRest)
{
    trim_release release = Borrowed();
    release.trimmed = true;
    release.trim_ns = 4200 * TRIM_NS_PER_US;
    EXPECT_EQ(Told(ReportOf(release)),
              "trim #7 way: borrow+trim, malloc_trim for 4.2ms\n" + kBorrowed);
}

TEST(ReleaseText, TellsThatMallocTrimCameFirst)
{
    trim_release release = Borrowed();
    release.trimmed = release.trimmed_first = true;
    release.trim_ns = 4200 * TRIM_NS_PER_US;
    EXPECT_EQ(Told(ReportOf(release)),
              "trim #7 way: trim+borrow, malloc_trim for 4.2ms\n" + kBorrowed);
}

TEST(ReleaseText, TellsWhatHasHeldItUpAndWhatItLeft)
{
    trim_release release = Borrowed();
    release.borrow.heaps_gone = 2;
    release.borrow.paused_ns = 1300 * TRIM_NS_PER_MS;
    release.borrow.gave_way = true;
    release.left_bytes = 300 * kMiB;
    EXPECT_EQ(Told(ReportOf(release)),
              "trim #7 way: borrow\n" + kBorrowed +
                  "\ntrim #7 heaps that malloc unmapped meanwhile: 2"
                  "\ntrim #7 paused 1300ms for busy threads"
                  "\ntrim #7 gave way before it was done"
                  "\ntrim #7 left 300M, not worth stopping threads for by malloc_trim");
}

TEST(ReleaseText, TellsOfTopsThatAreLeft)
{
    trim_report report = SampleReport();
    report.tops_bytes = 2 * kMiB;
    EXPECT_NE(Told(report).find("\ntrim #7 tops of other arenas: 2M, which malloc_trim does not "
                                "reach"),
              std::string::npos)
        << Told(report);
    report.release = Borrowed();
    EXPECT_EQ(Told(report),
              "trim #7 way: borrow\n" + kBorrowed + "\ntrim #7 tops of other arenas: 2M");
}

TEST(ReleaseText, TellsWhyFiguresAreNotMallinfos)
{
    trim_report report = ReportOf({});
    report.figures_dear = true;
    EXPECT_EQ(Told(report),
              "trim #7 way: none\ntrim #7 released 3.88G\n"
              "trim #7 figures are malloc_info's: mallinfo2 would take too long here");
}

TEST(ReleaseText, TellsWhatTheTrimBeforeHasEarned)
{
    trim_report report = ReportOf({});
    report.earned = SampleLot();
    EXPECT_EQ(Told(report),
              "trim #7 way: none\ntrim #7 released 3.88G\n"
              "trim #6 so far: 480M stayed free for 7.2s on average, 3.38G*s for 210ms of CPU");
}

} // namespace
