/* Lines of the start are held back, and "off" holds back all of them for good. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

#include "child_process.h"
#include "clock.h"
#include "log.h"
#include "quantity.h"
#include "scratch_directory.h"

namespace
{

void Answer(const char *text)
{
    const trim_log_event event = {"message", text, nullptr};
    trim_log_answer(&event);
}

/* How often this thread has given up the CPU to wait. */
long Sleeps()
{
    rusage usage = {};
    EXPECT_EQ(getrusage(RUSAGE_THREAD, &usage), 0);
    return usage.ru_nvcsw;
}

/* Each test logs in a child, since the log is the process's. */
class HeldLog : public testing::Test
{
protected:
    void Open(trim_log_level level, uint64_t until_ns) const
    {
        ASSERT_EQ(trim_log_open(directory_.File("log").c_str(), level), 0);
        trim_log_hold(until_ns);
    }

    std::string Log() const
    {
        return directory_.Read("log");
    }

    /* The texts in the log, with a bar between them. */
    std::string Texts() const
    {
        std::string texts;
        const std::string log = Log();
        for (size_t at = 0; at < log.size(); at = log.find('\n', at) + 1) {
            const size_t text = log.find("[trimagent] ", at) + 12;
            texts += log.substr(text, log.find('\n', at) - text) + "|";
        }
        return texts;
    }

    ScratchDirectory directory_;
};

TEST_F(HeldLog, IsEmptyWhereNothingElseIsSaid)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO, TRIM_NEVER - 1);
        trim_log_start(TRIM_LOG_INFO, "first");
        trim_log_start(TRIM_LOG_WARNING, "second");
        trim_log(TRIM_LOG_DEBUG, "not enabled");
        EXPECT_EQ(trim_log_release_due(trim_clock_now_ns()), TRIM_NEVER - 1);
        EXPECT_TRUE(trim_log_is_quiet());
    });
    EXPECT_EQ(Log(), "");
}

TEST_F(HeldLog, IsWrittenBeforeTheNextLine)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO, TRIM_NEVER - 1);
        trim_log_start(TRIM_LOG_INFO, "first");
        trim_log_start(TRIM_LOG_INFO, "second");
        trim_log(TRIM_LOG_INFO, "third");
        EXPECT_EQ(Texts(), "first|second|third|");
        trim_log_start(TRIM_LOG_INFO, "fourth");
        EXPECT_EQ(Texts(), "first|second|third|fourth|") << "nothing is held any more";
        EXPECT_EQ(trim_log_release_due(TRIM_NEVER), TRIM_NEVER);
        EXPECT_TRUE(trim_log_is_quiet()) << "its life is short all the same";
    });
}

TEST_F(HeldLog, IsWrittenBeforeAnAnswer)
{
    RunInChild([&] {
        Open(TRIM_LOG_ERROR, TRIM_NEVER - 1);
        trim_log_start(TRIM_LOG_INFO, "not enabled");
        trim_log_start(TRIM_LOG_ERROR, "first");
        Answer("second");
    });
    EXPECT_EQ(Texts(), "first|second|");
}

TEST_F(HeldLog, IsWrittenWhenItsTimeHasCome)
{
    RunInChild([&] {
        const uint64_t until_ns = trim_clock_now_ns() + 3600 * TRIM_NS_PER_S;
        Open(TRIM_LOG_INFO, until_ns);
        EXPECT_EQ(trim_log_release_due(0), TRIM_NEVER) << "there is nothing to write";
        trim_log_start(TRIM_LOG_INFO, "first");
        EXPECT_EQ(trim_log_release_due(until_ns - 1), until_ns);
        EXPECT_EQ(Log(), "");
        EXPECT_EQ(trim_log_release_due(until_ns), TRIM_NEVER);
        EXPECT_EQ(Texts(), "first|");
        trim_log_start(TRIM_LOG_INFO, "second");
    });
    EXPECT_EQ(Texts(), "first|second|");
}

TEST_F(HeldLog, HoldsNothingOnceItsTimeHasPassed)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO, 1);
        EXPECT_FALSE(trim_log_is_quiet());
        trim_log_start(TRIM_LOG_INFO, "first");
        EXPECT_EQ(Texts(), "first|");
    });
}

TEST_F(HeldLog, WaitsOnceForAPipeThatNobodyReads)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
        ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        const std::string page(4096, 'x');
        while (write(ends[1], page.data(), page.size()) > 0) {
        }
        ASSERT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        trim_log_hold(TRIM_NEVER - 1);
        const int lines = 50;
        for (int i = 0; i < lines; ++i) {
            trim_log_start(TRIM_LOG_INFO, "held");
        }
        const long before = Sleeps();
        trim_log(TRIM_LOG_INFO, "last");
        EXPECT_EQ(trim_log_lost(), lines + 1U);
        EXPECT_LT(Sleeps() - before, lines / 2) << "it waits for one line, not for each";
    });
}

TEST_F(HeldLog, HoldsNothingFromWhoDebugs)
{
    RunInChild([&] {
        Open(TRIM_LOG_DEBUG, TRIM_NEVER - 1);
        EXPECT_FALSE(trim_log_is_quiet());
        trim_log_start(TRIM_LOG_INFO, "first");
        EXPECT_EQ(Texts(), "first|");
    });
}

TEST_F(HeldLog, HoldsWhatThereIsRoomFor)
{
    const std::string large(TRIM_LOG_LINE_MAX - 40, 'x');
    RunInChild([&] {
        Open(TRIM_LOG_INFO, TRIM_NEVER - 1);
        trim_log_start(TRIM_LOG_INFO, large.c_str());
        trim_log_start(TRIM_LOG_INFO, large.c_str());
        EXPECT_EQ(Log(), "");
        trim_log_start(TRIM_LOG_INFO, large.c_str());
    });
    EXPECT_EQ(Texts(), large + "|" + large + "|" + large + "|");
}

TEST_F(HeldLog, KeepsTheTimesAtWhichLinesWereSaid)
{
    RunInChild([&] {
        Open(TRIM_LOG_INFO, TRIM_NEVER - 1);
        trim_log_start(TRIM_LOG_INFO, "first");
        const uint64_t began_ns = trim_clock_now_ns();
        while (trim_clock_now_ns() - began_ns < 20 * TRIM_NS_PER_MS) {
        }
        trim_log(TRIM_LOG_INFO, "second");
    });
    const std::string log = Log();
    const std::string second = log.substr(log.find('\n') + 1);
    EXPECT_LT(std::stod(log.substr(1)), std::stod(second.substr(1))) << log;
}

TEST_F(HeldLog, IsNoneAtAllWhereItIsOff)
{
    RunInChild([&] {
        ASSERT_EQ(chdir(directory_.path().c_str()), 0);
        ASSERT_EQ(trim_log_open("off", TRIM_LOG_DEBUG), 0);
        EXPECT_FALSE(trim_log_enabled(TRIM_LOG_ERROR));
        trim_log(TRIM_LOG_ERROR, "an error");
        trim_log_start(TRIM_LOG_ERROR, "a start");
        Answer("an answer");
        EXPECT_EQ(trim_log_lost(), 0U) << "nobody wants them";
        EXPECT_NE(access("off", F_OK), 0) << "it is no file";
    });
}

} // namespace
