/* The standard streams as the log's target: closed, or by the names of their devices. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "child_process.h"
#include "log.h"
#include "scratch_directory.h"

namespace
{

class LogStream : public testing::Test
{
protected:
    ScratchDirectory directory_;
};

TEST_F(LogStream, ThatIsClosedTakesNoLinesForEver)
{
    RunInChild([&] {
        ASSERT_EQ(close(STDERR_FILENO), 0);
        EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        /* What the application opens next gets the number, and must not get our lines. */
        const int file = open(directory_.File("theirs").c_str(), O_CREAT | O_WRONLY, 0600);
        ASSERT_EQ(file, STDERR_FILENO);
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 1U);
    });
    EXPECT_EQ(directory_.Read("theirs"), "");
}

TEST_F(LogStream, IsNotHeldOpen)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
        ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        ASSERT_EQ(close(ends[1]), 0);
        EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "ours");
        char line[200] = {};
        EXPECT_GT(read(ends[0], line, sizeof line - 1), 0);
        EXPECT_NE(std::string(line).find("ours"), std::string::npos) << line;
        /* The application closes its standard error, as a daemon does: the reader sees the end. */
        ASSERT_EQ(close(STDERR_FILENO), 0);
        EXPECT_EQ(read(ends[0], line, sizeof line), 0);
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 1U);
    });
}

TEST_F(LogStream, NeverBlocksAndStaysAsItWas)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
        EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        while (trim_log_lost() == 0) { /* It hangs here where a full pipe holds the writer up. */
            trim_log(TRIM_LOG_INFO, "nobody reads this");
        }
        EXPECT_EQ(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
    });
}

/* What systemd gives a service. The kernel does not let it be opened anew. */
TEST_F(LogStream, ThatIsASocketNeverBlocksEither)
{
    for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
        RunInChild([&] {
            int ends[2];
            ASSERT_EQ(socketpair(AF_UNIX, type, 0, ends), 0);
            ASSERT_EQ(dup2(ends[1], STDERR_FILENO), STDERR_FILENO);
            EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
            const std::string long_line(3000, 'x');
            while (trim_log_lost() == 0) {
                trim_log_text(TRIM_LOG_INFO, long_line.c_str());
            }
        });
    }
}

/* A pipe whose reader has stopped to read. */
TEST_F(LogStream, OrAPipeByNameNeverBlocksEither)
{
    RunInChild([&] {
        ASSERT_EQ(mkfifo(directory_.File("pipe").c_str(), 0600), 0);
        ASSERT_GE(open(directory_.File("pipe").c_str(), O_RDONLY | O_NONBLOCK), 0);
        EXPECT_EQ(trim_log_open(directory_.File("pipe").c_str(), TRIM_LOG_INFO), 0);
        for (int i = 0; i < 2000; i++) {
            trim_log(TRIM_LOG_INFO,
                     "nobody reads this, which is a line of some length, as they are");
        }
        EXPECT_GT(trim_log_lost(), 0U);
    });
}

TEST_F(LogStream, MayBeGivenByItsDevice)
{
    RunInChild([&] {
        const int file = open(directory_.File("out").c_str(), O_CREAT | O_WRONLY, 0600);
        ASSERT_EQ(dup2(file, STDOUT_FILENO), STDOUT_FILENO);
        EXPECT_EQ(trim_log_open("/dev/stdout", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "here");
    });
    EXPECT_NE(directory_.Read("out").find("here"), std::string::npos);
}

TEST_F(LogStream, SharesTheApplicationsPositionInAFile)
{
    RunInChild([&] {
        const int file = open(directory_.File("both").c_str(), O_CREAT | O_WRONLY, 0600);
        ASSERT_EQ(dup2(file, STDERR_FILENO), STDERR_FILENO);
        EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        ASSERT_EQ(write(STDERR_FILENO, "theirs\n", 7), 7);
        trim_log(TRIM_LOG_INFO, "ours");
        ASSERT_EQ(write(STDERR_FILENO, "theirs\n", 7), 7);
    });
    const std::string text = directory_.Read("both");
    EXPECT_EQ(text.rfind("theirs\n[", 0), 0U) << text;
    EXPECT_EQ(text.find("ours\ntheirs\n"), text.size() - 12) << text;
}

} // namespace
