#include "log.h"
#include "log_line.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

#include "bounded_text.h"
#include "child_process.h"
#include "pattern.h"
#include "scratch_directory.h"

namespace
{

std::string Decorations(trim_log_level level, uint64_t uptime_ns)
{
    BoundedText text;
    trim_log_add_decorations(text.get(), level, uptime_ns);
    return text.str();
}

TEST(LogDecorations, LookLikeTheJvms)
{
    EXPECT_EQ(Decorations(TRIM_LOG_INFO, 12345678901), "[12.345s][info][trimagent] ");
    EXPECT_EQ(Decorations(TRIM_LOG_ERROR, 0), "[0.000s][error][trimagent] ");
    EXPECT_EQ(Decorations(TRIM_LOG_WARNING, 1000000), "[0.001s][warning][trimagent] ");
    EXPECT_EQ(Decorations(TRIM_LOG_DEBUG, UINT64_MAX), "[18446744073.709s][debug][trimagent] ");
}

TEST(LogPath, ReplacesTheProcessIdAndPercentSigns)
{
    BoundedText path;
    EXPECT_EQ(trim_log_add_path(path.get(), "/var/log/trim.%p.100%%-%p", 4294967295), 0);
    EXPECT_EQ(path.str(), "/var/log/trim.4294967295.100%-4294967295");
}

TEST(LogPath, RefusesOtherLettersAfterAPercentSign)
{
    for (const char *target : {"%", "a%", "%t", "%%%", "%P", "% p", "%\n"}) {
        BoundedText path;
        EXPECT_EQ(trim_log_add_path(path.get(), target, 1), -1) << target;
    }
}

/* Each test logs in a child, since the log is the process's. */
class Log : public testing::Test
{
protected:
    std::string File(const std::string &name) const
    {
        return directory_.File(name);
    }

    static std::vector<std::string> Lines(const std::string &text)
    {
        std::vector<std::string> lines;
        for (size_t at = 0; at < text.size();) {
            const size_t end = text.find('\n', at);
            lines.push_back(text.substr(at, end - at));
            at = end == std::string::npos ? text.size() : end + 1;
        }
        return lines;
    }

    /* The line's text, which must have the decorations of this level. */
    static std::string Undecorated(const std::string &line, const std::string &level)
    {
        const Pattern shape("^\\[[0-9]+\\.[0-9]{3}s\\]\\[" + level + "\\]\\[trimagent\\] (.*)$");
        const std::vector<std::string> parts = shape.Find(line);
        EXPECT_FALSE(parts.empty()) << line;
        return parts.empty() ? "" : parts[1];
    }

    ScratchDirectory directory_;
};

TEST_F(Log, WritesDecoratedLinesToAFile)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "trim #%d %s", 1, "full-gc");
        trim_log(TRIM_LOG_ERROR, "%s", "100% bad");
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 2U);
    EXPECT_EQ(Undecorated(lines[0], "info"), "trim #1 full-gc");
    EXPECT_EQ(Undecorated(lines[1], "error"), "100% bad");
}

TEST_F(Log, WritesToNoFileThatHasTakenItsNumber)
{
    directory_.Write("theirs", "precious");
    RunInChild([&] {
        const int next = dup(STDERR_FILENO);
        ASSERT_EQ(close(next), 0);
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "first");
        for (int round = 0; round < 20; ++round) {
            ASSERT_EQ(close(next), 0) << "the log got the lowest free number";
            const int theirs = open(File("theirs").c_str(), O_RDWR);
            ASSERT_EQ(theirs, next);
            trim_log(TRIM_LOG_INFO, "second");
            EXPECT_EQ(lseek(theirs, 0, SEEK_CUR), 0);
            ASSERT_EQ(close(theirs), 0);
            trim_log(TRIM_LOG_INFO, "third");
            const int ours = open("/dev/null", O_RDONLY);
            ASSERT_EQ(ours, next) << "the log is above it now";
            ASSERT_EQ(close(ours), 0);
            ASSERT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        }
        EXPECT_EQ(trim_log_lost(), 0U);
    });
    EXPECT_EQ(directory_.Read("theirs"), "precious");
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 1U + 20 * 3);
    EXPECT_EQ(Undecorated(lines[1], "info"), "second");
    EXPECT_EQ(Undecorated(lines[2], "warning"),
              "the log was closed by other code and has been opened again");
    EXPECT_EQ(Undecorated(lines[3], "info"), "third");
}

TEST_F(Log, GoesOnInANewFileWhereItsOwnWasMovedOrDeleted)
{
    RunInChild([&] {
        ASSERT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "first");
        ASSERT_EQ(rename(File("log").c_str(), File("log.1").c_str()), 0);
        trim_log(TRIM_LOG_INFO, "second");
        ASSERT_EQ(rename(File("log").c_str(), File("log.2").c_str()), 0);
        directory_.Write("log", "theirs\n");
        trim_log(TRIM_LOG_INFO, "third");
        EXPECT_EQ(Lines(directory_.Read("log")).size(), 2U);
        const int before = dup(STDERR_FILENO);
        for (int round = 0; round < 20; ++round) {
            ASSERT_EQ(unlink(File("log").c_str()), 0);
            trim_log(TRIM_LOG_INFO, "round %d", round);
        }
        const int after = dup(STDERR_FILENO);
        EXPECT_EQ(after, before + 1) << "the log keeps one descriptor only";
        EXPECT_EQ(trim_log_lost(), 0U);
    });
    const std::vector<std::string> first = Lines(directory_.Read("log.1"));
    ASSERT_EQ(first.size(), 1U);
    EXPECT_EQ(Undecorated(first[0], "info"), "first");
    const std::vector<std::string> second = Lines(directory_.Read("log.2"));
    ASSERT_EQ(second.size(), 1U);
    EXPECT_EQ(Undecorated(second[0], "info"), "second");
    const std::vector<std::string> last = Lines(directory_.Read("log"));
    ASSERT_EQ(last.size(), 1U);
    EXPECT_EQ(Undecorated(last[0], "info"), "round 19");
}

TEST_F(Log, StaysInItsFileWhereItsNameIsNoFileAnyMore)
{
    RunInChild([&] {
        ASSERT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        ASSERT_EQ(rename(File("log").c_str(), File("log.1").c_str()), 0);
        ASSERT_EQ(mkdir(File("log").c_str(), 0700), 0);
        trim_log(TRIM_LOG_INFO, "beside a directory");
        ASSERT_EQ(rmdir(File("log").c_str()), 0);
        directory_.Write("theirs", "precious");
        ASSERT_EQ(symlink(File("theirs").c_str(), File("log").c_str()), 0);
        trim_log(TRIM_LOG_INFO, "beside a link");
        EXPECT_EQ(trim_log_lost(), 0U);
        ASSERT_EQ(unlink(File("log").c_str()), 0);
    });
    EXPECT_EQ(directory_.Read("theirs"), "precious");
    EXPECT_EQ(Lines(directory_.Read("log.1")).size(), 2U);
}

TEST_F(Log, TellsOnceForEachFileThatItCannotGoOnIn)
{
    RunInChild([&] {
        ASSERT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        ASSERT_EQ(rename(File("log").c_str(), File("log.1").c_str()), 0);
        /* Not even root may open these, whom the mode of a file does not bind. */
        ASSERT_EQ(link(File("log.1").c_str(), File("log").c_str()), 0);
        trim_log(TRIM_LOG_INFO, "it is the same file");
        ASSERT_EQ(unlink(File("log").c_str()), 0);
        ASSERT_EQ(chmod(directory_.path().c_str(), 01777), 0);
        for (const char *other : {"a", "b"}) {
            directory_.Write(other, "");
            ASSERT_EQ(link(File(other).c_str(), File("log").c_str()), 0);
            trim_log(TRIM_LOG_INFO, "beside %s", other);
            trim_log(TRIM_LOG_INFO, "still beside %s", other);
            ASSERT_EQ(unlink(File("log").c_str()), 0);
        }
        trim_log(TRIM_LOG_INFO, "a new file");
        ASSERT_EQ(rename(File("log").c_str(), File("log.2").c_str()), 0);
        ASSERT_EQ(link(File("b").c_str(), File("log").c_str()), 0);
        trim_log(TRIM_LOG_INFO, "beside b again");
        EXPECT_EQ(trim_log_lost(), 0U);
    });
    const std::string told = "option 'log': cannot open '" + File("log") +
                             "' (Operation not permitted), lines go on into the file that was "
                             "moved away";
    const std::vector<std::string> lines = Lines(directory_.Read("log.1"));
    ASSERT_EQ(lines.size(), 7U) << directory_.Read("log.1");
    EXPECT_EQ(Undecorated(lines[1], "info"), "beside a");
    EXPECT_EQ(Undecorated(lines[2], "warning"), told);
    EXPECT_EQ(Undecorated(lines[3], "info"), "still beside a");
    EXPECT_EQ(Undecorated(lines[4], "info"), "beside b");
    EXPECT_EQ(Undecorated(lines[5], "warning"), told);
    const std::vector<std::string> last = Lines(directory_.Read("log.2"));
    ASSERT_EQ(last.size(), 3U) << directory_.Read("log.2");
    EXPECT_EQ(Undecorated(last[2], "warning"), told);
}

TEST_F(Log, LosesNoLineOfSeveralThreadsWhileItIsMoved)
{
    static constexpr int kThreads = 4;
    static constexpr int kLines = 2000;
    static constexpr int kMoves = 200;
    RunInChild([&] {
        ASSERT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        std::vector<std::thread> threads;
        for (int thread = 0; thread < kThreads; ++thread) {
            threads.emplace_back([] {
                for (int line = 0; line < kLines; ++line) {
                    trim_log(TRIM_LOG_INFO, "line %d", line);
                }
            });
        }
        for (int move = 0; move < kMoves; ++move) {
            (void)rename(File("log").c_str(), File("log." + std::to_string(move)).c_str());
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        EXPECT_EQ(trim_log_lost(), 0U);
    });
    size_t lines = 0;
    for (int move = -1; move < kMoves; ++move) {
        const std::string name = move < 0 ? "log" : "log." + std::to_string(move);
        if (access(File(name).c_str(), F_OK) == 0) {
            lines += Lines(directory_.Read(name)).size();
        }
    }
    EXPECT_EQ(lines, static_cast<size_t>(kThreads * kLines));
}

TEST_F(Log, AppendsAndCreatesFilesThatOthersCannotRead)
{
    directory_.Write("log", "before\n");
    RunInChild([&] {
        umask(0);
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "after");
        EXPECT_EQ(trim_log_open(File("new").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "new");
    });
    EXPECT_EQ(Lines(directory_.Read("log")).size(), 2U);
    EXPECT_EQ(Lines(directory_.Read("log")).at(0), "before");
    struct stat created = {};
    ASSERT_EQ(stat(File("new").c_str(), &created), 0);
    EXPECT_EQ(created.st_mode & 07777U, 0640U);
}

TEST_F(Log, PutsTheProcessIdIntoTheFilesName)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("trim.%p.log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "here");
        const std::string name = "trim." + std::to_string(getpid()) + ".log";
        EXPECT_EQ(Lines(directory_.Read(name)).size(), 1U);
    });
}

TEST_F(Log, RefusesWhatIsNoFileOfItsOwnAndGoesToStderr)
{
    directory_.Write("victim", "untouched\n");
    ASSERT_EQ(symlink(File("victim").c_str(), File("link").c_str()), 0);
    ASSERT_EQ(mkfifo(File("fifo").c_str(), 0600), 0);
    RunInChild([&] {
        const int captured = open(File("stderr").c_str(), O_CREAT | O_RDWR | O_APPEND, 0600);
        dup2(captured, STDERR_FILENO);
        struct {
            std::string target;
            int error;
        } const cases[] = {
            {File("link"), ELOOP},         {directory_.path(), EISDIR},
            {File("fifo"), ENXIO},         {File("no/such/log"), ENOENT},
            {File("victim/log"), ENOTDIR}, {File(std::string(300, 'x')), ENAMETOOLONG},
        };
        for (const auto &c : cases) {
            errno = 0;
            EXPECT_EQ(trim_log_open(c.target.c_str(), TRIM_LOG_INFO), -1) << c.target;
            EXPECT_EQ(errno, c.error) << c.target;
            trim_log(TRIM_LOG_INFO, "still told");
        }
    });
    EXPECT_EQ(directory_.Read("victim"), "untouched\n");
    EXPECT_EQ(Lines(directory_.Read("stderr")).size(), 6U) << directory_.Read("stderr");
}

TEST_F(Log, DropsLinesAboveItsLevel)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_WARNING), 0);
        EXPECT_TRUE(trim_log_enabled(TRIM_LOG_ERROR));
        EXPECT_TRUE(trim_log_enabled(TRIM_LOG_WARNING));
        EXPECT_FALSE(trim_log_enabled(TRIM_LOG_INFO));
        EXPECT_FALSE(trim_log_enabled(TRIM_LOG_DEBUG));
        trim_log(TRIM_LOG_INFO, "dropped");
        trim_log_text(TRIM_LOG_DEBUG, "dropped");
        trim_log(TRIM_LOG_WARNING, "kept");
        EXPECT_EQ(trim_log_lost(), 0U) << "what is not wanted is not lost";
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(Undecorated(lines[0], "warning"), "kept");
}

TEST_F(Log, DecoratesEachLineOfAText)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log_text(TRIM_LOG_INFO, "status: x\n  options: y\n  last");
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(Undecorated(lines[0], "info"), "status: x");
    EXPECT_EQ(Undecorated(lines[1], "info"), "  options: y");
    EXPECT_EQ(Undecorated(lines[2], "info"), "  last");
}

TEST_F(Log, ShowsNoControlCharacters)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "cgroup '%s'", "/a\x1b[2J\r\x7f\tb");
        trim_log_start(TRIM_LOG_INFO, "a library\x1b[2J");
    });
    EXPECT_EQ(directory_.Lines("log", "[trimagent] cgroup '/a?[2J???b'"), 1);
    EXPECT_EQ(directory_.Lines("log", "[trimagent] a library?[2J"), 1);
    EXPECT_EQ(directory_.Read("log").find('\x1b'), std::string::npos);
}

TEST_F(Log, CutsLinesThatNoPipeTakesInOnePiece)
{
    const std::string longest(3 * TRIM_LOG_LINE_MAX, 'x');
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log_text(TRIM_LOG_INFO, longest.c_str());
        trim_log(TRIM_LOG_INFO, "%s", longest.c_str());
        trim_log(TRIM_LOG_INFO, "short");
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 3U);
    for (int i = 0; i < 2; ++i) {
        EXPECT_LT(lines[i].size(), size_t{TRIM_LOG_LINE_MAX});
        EXPECT_GT(lines[i].size(), size_t{TRIM_LOG_LINE_MAX} - 100);
        EXPECT_EQ(Undecorated(lines[i], "info").find_first_not_of('x'), std::string::npos);
    }
    EXPECT_EQ(Undecorated(lines[2], "info"), "short");
}

TEST_F(Log, CountsLinesThatAFullDiskCostsAndTellsThemLater)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open("/dev/full", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "lost");
        trim_log(TRIM_LOG_INFO, "lost");
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 3U);

        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "written");
        trim_log(TRIM_LOG_INFO, "written");
        EXPECT_EQ(trim_log_lost(), 3U);
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    ASSERT_EQ(lines.size(), 3U) << directory_.Read("log");
    EXPECT_NE(Undecorated(lines[0], "warning").find('3'), std::string::npos);
    EXPECT_NE(lines[0].find("lost"), std::string::npos);
    EXPECT_EQ(Undecorated(lines[1], "info"), "written");
    EXPECT_EQ(Undecorated(lines[2], "info"), "written");
}

TEST_F(Log, IsNotHeldUpByAPipeThatNobodyReads)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        /* Filled, so that a blocking write would never return. */
        fcntl(ends[1], F_SETFL, O_NONBLOCK);
        while (write(ends[1], "#", 1) == 1) {
        }
        fcntl(ends[1], F_SETFL, 0);
        dup2(ends[1], STDERR_FILENO);
        EXPECT_EQ(trim_log_open("stderr", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 1U);

        /* Once somebody reads, the loss is told. */
        std::string drained(1 << 20, '\0');
        fcntl(ends[0], F_SETFL, O_NONBLOCK);
        while (read(ends[0], drained.data(), drained.size()) > 0) {
        }
        trim_log(TRIM_LOG_INFO, "written");
        const ssize_t got = read(ends[0], drained.data(), drained.size());
        ASSERT_GT(got, 0);
        const std::vector<std::string> lines = Lines(drained.substr(0, static_cast<size_t>(got)));
        ASSERT_EQ(lines.size(), 2U);
        EXPECT_NE(Undecorated(lines[0], "warning").find("1"), std::string::npos);
        EXPECT_EQ(Undecorated(lines[1], "info"), "written");
    });
}

TEST_F(Log, CountsLinesForAReaderThatIsGone)
{
    RunInChild([] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        close(ends[0]);
        (void)signal(SIGPIPE, SIG_IGN); /* As in a JVM. */
        dup2(ends[1], STDOUT_FILENO);
        EXPECT_EQ(trim_log_open("stdout", TRIM_LOG_INFO), 0);
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 1U);
    });
}

TEST_F(Log, DoesNotMixLinesOfSeveralThreads)
{
    RunInChild([&] {
        EXPECT_EQ(trim_log_open(File("log").c_str(), TRIM_LOG_INFO), 0);
        std::vector<std::thread> threads;
        for (char letter = 'a'; letter < 'e'; ++letter) {
            threads.emplace_back([letter] {
                const std::string text(200, letter);
                for (int i = 0; i < 200; ++i) {
                    trim_log(TRIM_LOG_INFO, "%s", text.c_str());
                }
            });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
    });
    const std::vector<std::string> lines = Lines(directory_.Read("log"));
    EXPECT_EQ(lines.size(), 800U);
    for (const std::string &line : lines) {
        const std::string text = Undecorated(line, "info");
        ASSERT_EQ(text, std::string(200, text[0]));
    }
}

} // namespace
