/* Reports on their way to the JVM: in order, dropped and counted where nobody takes them. */
#include "report_ring.h"

#include <gtest/gtest.h>

#include <thread>

#include "quantity.h"

namespace
{

trim_report Report(uint64_t number)
{
    trim_report report = {};
    report.number = number;
    return report;
}

void Put(uint64_t number)
{
    const trim_report report = Report(number);
    trim_report_ring_put(&report);
}

uint64_t Take()
{
    trim_report report = {};
    /* What nudges have left behind is no report. */
    while (trim_report_ring_take(&report, TRIM_NEVER) != TRIM_RING_REPORT) {
    }
    return report.number;
}

/* The ring open, with nothing in it that other tests have left behind. */
void Open()
{
    trim_report report = {};
    trim_report_ring_open();
    while (trim_report_ring_take(&report, 1) != TRIM_RING_TIMEOUT) {
    }
}

TEST(ReportRing, KeepsNothingWhileItIsClosed)
{
    Open();
    Put(2);
    EXPECT_EQ(Take(), 2U);
    trim_report_ring_close();
    Put(3);
    trim_report_ring_open();
    Put(4);
    EXPECT_EQ(Take(), 4U);
}

TEST(ReportRing, DropsAndCountsWhatItHasNoRoomFor)
{
    Open();
    const uint64_t before = trim_report_ring_lost();
    for (uint64_t round = 0; round < 3; ++round) {
        for (uint64_t number = 0; number < TRIM_REPORT_RING_SIZE + 2; ++number) {
            Put(number);
        }
        for (uint64_t number = 0; number < TRIM_REPORT_RING_SIZE; ++number) {
            EXPECT_EQ(Take(), number);
        }
        EXPECT_EQ(trim_report_ring_lost() - before, 2 * (round + 1));
    }
}

TEST(ReportRing, TellsNudgesAndTimeFromReports)
{
    trim_report report = {};
    Open();
    EXPECT_EQ(trim_report_ring_take(&report, 1), TRIM_RING_TIMEOUT);
    trim_report_ring_nudge();
    trim_report_ring_nudge();
    EXPECT_EQ(trim_report_ring_take(&report, TRIM_NEVER), TRIM_RING_NUDGE);
    EXPECT_EQ(trim_report_ring_take(&report, 1), TRIM_RING_TIMEOUT);
    trim_report_ring_nudge();
    Put(5);
    EXPECT_EQ(trim_report_ring_take(&report, TRIM_NEVER), TRIM_RING_REPORT);
    EXPECT_EQ(report.number, 5U);
}

TEST(ReportRing, IsNudgedOnlyWhereThatIsWanted)
{
    EXPECT_FALSE(trim_report_ring_wants_nudges());
    trim_report_ring_want_nudges(true);
    EXPECT_TRUE(trim_report_ring_wants_nudges());
    trim_report_ring_close();
    EXPECT_FALSE(trim_report_ring_wants_nudges());
}

TEST(ReportRing, LetsTheTakerGoAtItsEnd)
{
    Open();
    trim_ring_news news = TRIM_RING_REPORT;
    std::thread taker([&] {
        trim_report report = {};
        do {
            news = trim_report_ring_take(&report, TRIM_NEVER);
        } while (news != TRIM_RING_CLOSED);
    });
    Put(1);
    trim_report_ring_close();
    taker.join();
    EXPECT_EQ(news, TRIM_RING_CLOSED);
}

TEST(ReportRing, HandsEachReportOverToAnotherThread)
{
    constexpr uint64_t reports = 20000;
    Open();
    const uint64_t before = trim_report_ring_lost();
    uint64_t taken = 0;
    uint64_t last = 0;
    std::thread taker([&] {
        while (last != reports) {
            const uint64_t number = Take();
            EXPECT_GT(number, last);
            last = number;
            ++taken;
        }
    });
    for (uint64_t number = 1; number < reports; ++number) {
        Put(number);
    }
    /* The last one must not be among the dropped. */
    uint64_t put = reports - 1;
    uint64_t lost = 0;
    do {
        lost = trim_report_ring_lost();
        Put(reports);
        ++put;
    } while (trim_report_ring_lost() != lost);
    taker.join();
    EXPECT_EQ(taken + lost - before, put);
}

} // namespace
