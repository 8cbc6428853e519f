/* Golden tests of what the worker says: each line as an operator reads it. */
#include "notes.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>

#include "child_process.h"
#include "log.h"
#include "quantity.h"
#include "sample_report.h"
#include "scratch_directory.h"

namespace
{

class Notes : public testing::Test
{
protected:
    Notes()
    {
        EXPECT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_DEBUG), 0);
        trim_options_default(&options_);
        start_.allocator = "glibc 2.36";
        start_.can_trim = true;
        start_.gc = "GarbageFirst";
        start_.gc_by_perf = true;
        start_.options = &options_;
    }

    /* What was logged, without the times. */
    std::string Told() const
    {
        std::string told;
        const std::string all = directory_.Read("log");
        for (size_t at = 0; at < all.size();) {
            const size_t end = all.find('\n', at);
            const size_t level = all.find("][", at) + 1;
            told += all.substr(level, end + 1 - level);
            at = end + 1;
        }
        return told;
    }

    /* In a memory limit of 512 MiB that is 91 % full, the paths of which begin with ROOT. */
    static trim_memory_limit Limit()
    {
        trim_memory_limit limit = {};
        limit.source = TRIM_LIMIT_HOST;
        limit.limit_bytes = limit.ceiling_bytes = 512 * kMiB;
        limit.fill_known = true;
        limit.fill_permille = 914;
        limit.working_set_bytes = 468 * kMiB;
        limit.usage_bytes = 500 * kMiB;
        return limit;
    }

    ScratchDirectory directory_;
    trim_options options_ = {};
    trim_start start_ = {};
};

TEST_F(Notes, TellTheStartInOneLineAndMoreOfItToWhoDebugs)
{
    options_.cooldown_ns = 30 * TRIM_NS_PER_S;
    options_.threshold_bytes = 512 * kMiB;
    trim_note_start(&start_);
    const std::string told = Told();
    EXPECT_EQ(told.rfind("[info][trimagent] trimagent ", 0), 0U) << told;
    EXPECT_EQ(told.substr(told.find(": "))
                  .rfind(": glibc 2.36, threshold=512m,cooldown=30s\n"
                         "[debug][trimagent] old GCs are known by performance counters "
                         "(GarbageFirst)\n"
                         "[debug][trimagent] options: worth=8g,threshold=512m,",
                         0),
              0U)
        << told;
}

TEST_F(Notes, TellWhatTheStartHasNotFound)
{
    start_.gc = "";
    start_.gc_by_perf = false;
    start_.can_trim = false;
    start_.allocator = "libjemalloc.so.2 (not supported)";
    trim_note_start(&start_);
    const std::string told = Told();
    EXPECT_EQ(told.substr(told.find(": "), told.find("[debug]") - told.find(": ")),
              ": libjemalloc.so.2 (not supported), default options\n"
              "[warning][trimagent] malloc belongs to libjemalloc.so.2 (not supported): nothing "
              "will be trimmed\n"
              "[info][trimagent] this JVM does not tell old GCs from young ones: each counts as "
              "old\n");
}

TEST_F(Notes, TellOfTheHeapsOwnCounts)
{
    start_.gc = "";
    start_.gc_by_perf = false;
    start_.gc_by_heap = true;
    trim_note_start(&start_);
    EXPECT_NE(Told().find("[debug][trimagent] old GCs are known by the heap's counts\n"),
              std::string::npos)
        << Told();
}

TEST_F(Notes, TellThatMemoryIsShort)
{
    const trim_memory_limit limit = Limit();
    trim_note_short(&limit, 4 * kMiB);
    trim_note_futile(&limit, 3 * kMiB, false);
    trim_note_futile(&limit, 3 * kMiB, true);
    const std::string full = "memory is short, 91% full: working set 468M of 512M, usage 500M "
                             "(the host)";
    const std::string other = ": what fills it is not native memory that this JVM has freed\n";
    EXPECT_EQ(Told(), "[info][trimagent] " + full +
                          ": trims now begin at 4M, and lower as it fills up\n"
                          "[warning][trimagent] " +
                          full + ", but a trim would release only 3M" + other +
                          "[warning][trimagent] " + full + ", but a trim would release at most 3M" +
                          other);
}

TEST_F(Notes, TellWhatEstimatesHaveFound)
{
    trim_note_assumed();
    trim_note_pinned(660 * kMiB, kMiB);
    trim_note_locked(626 * kMiB);
    trim_note_refusal("it rains");
    EXPECT_EQ(Told(),
              "[warning][trimagent] part of malloc's arenas cannot be looked at: until the first "
              "trim, what is expected is an upper bound\n"
              "[info][trimagent] 660M of malloc's arenas is free, but only 1M of that in whole "
              "pages: blocks in use hold the rest in place, and it cannot be released\n"
              "[warning][trimagent] 626M of malloc's arenas is locked in memory (mlock, mlockall) "
              "and cannot be released\n"
              "[warning][trimagent] nothing can be borrowed, because it rains: malloc_trim is used "
              "instead, which stops threads while it works\n");
}

TEST_F(Notes, TellWhatTheSystemRefuses)
{
    trim_note_no_wake(EPERM);
    trim_note_no_alarm(EPERM);
    trim_note_no_sleep(EPERM);
    trim_note_pressure_unread();
    trim_note_cannot_trim("libjemalloc.so.2 (not supported)");
    EXPECT_EQ(Told(),
              "[warning][trimagent] no signal can wake the agent (Operation not permitted): it "
              "reacts up to a second late\n"
              "[debug][trimagent] no alarm for the process's CPU time (Operation not permitted): "
              "the agent looks by the clock instead\n"
              "[warning][trimagent] cannot sleep (Operation not permitted): the agent stays inert\n"
              "[warning][trimagent] memory pressure can only be read when the agent looks, and "
              "check=off forbids that\n"
              "[warning][trimagent] cannot trim: malloc belongs to libjemalloc.so.2 (not "
              "supported)\n");
}

TEST_F(Notes, TellATrimInTwoLinesAndMoreOfItToWhoDebugs)
{
    trim_report report = SampleReport();
    trim_note_begin(report.number, report.reason);
    trim_note_trim(&report);
    EXPECT_EQ(Told(),
              "[debug][trimagent] trim #7 full-gc begins\n"
              "[info][trimagent] trim #7 full-gc: RSS 6.01G->2.01G (-4G) in 443ms, longest wait at "
              "most 441ms, expected 3.88G\n"
              "[info][trimagent] trim #7 mallinfo2: keepcost 128K->4K, smblks 678->0, "
              "fsmblks 43K->0\n"
              "[debug][trimagent] trim #7 way: trim, malloc_trim for 441ms\n"
              "[debug][trimagent] trim #7 released 3.88G\n");
}

TEST_F(Notes, TellADryRunInOneLine)
{
    trim_report report = SampleReport();
    report.dry = true;
    report.release = {};
    trim_note_trim(&report);
    EXPECT_EQ(Told(), "[info][trimagent] trim #7 full-gc: dry-run, nothing was done, RSS 6.01G, "
                      "expected 3.88G\n");
}

TEST_F(Notes, TellBadVerdictsToAll)
{
    trim_lot lot = SampleLot();
    trim_note_verdict(&lot, 8 * kGiB);
    lot.verdict = TRIM_VERDICT_REGRETTED;
    trim_note_verdict(&lot, 8 * kGiB);
    const std::string told = Told();
    EXPECT_NE(told.find("[debug][trimagent] trim #6 was good: "), std::string::npos) << told;
    EXPECT_NE(told.find("[info][trimagent] trim #6 was regretted: "), std::string::npos) << told;
}

TEST_F(Notes, HaveNoSummaryOfNothing)
{
    trim_totals totals = {};
    trim_note_summary(&totals, false);
    EXPECT_EQ(Told(), "");
    totals.considered = 1;
    trim_note_summary(&totals, false);
    EXPECT_EQ(Told(), "[info][trimagent] summary: 0 trims; looks without a trim: 0\n");
}

TEST_F(Notes, HaveNoSummaryOfAShortLifeWithoutATrim)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log_hold(TRIM_NEVER);
        trim_totals totals = {};
        totals.considered = 1;
        trim_note_summary(&totals, false);
        EXPECT_EQ(Told(), "");
        trim_note_summary(&totals, true);
        EXPECT_NE(Told(), "") << "a trim is running";
    });
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log_hold(TRIM_NEVER);
        const trim_totals totals = SampleTotals();
        trim_note_summary(&totals, false);
        EXPECT_NE(Told().find("summary: 3 trims"), std::string::npos) << Told();
    });
}

} // namespace
