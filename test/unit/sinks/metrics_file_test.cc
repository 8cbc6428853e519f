#include "metrics_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "child_process.h"
#include "scratch_directory.h"

namespace
{

class MetricsFile : public testing::Test
{
protected:
    void Name(const std::string &target)
    {
        file_ = {};
        ASSERT_EQ(trim_metrics_file_name(&file_, target.c_str()), 0);
    }

    int Write(const std::string &page)
    {
        return trim_metrics_file_write(&file_, page.data(), page.size());
    }

    std::string Path(const std::string &name) const
    {
        return directory_.File(name);
    }

    /* The names of everything in the directory. */
    std::vector<std::string> There() const
    {
        std::vector<std::string> names;
        for (const auto &entry : std::filesystem::directory_iterator(directory_.path())) {
            names.push_back(entry.path().filename());
        }
        return names;
    }

    /* A file system of its own over the directory, for this process alone. False: not allowed. */
    bool Mount(unsigned long flags, const char *data) const
    {
        return unshare(CLONE_NEWNS) == 0 &&
               mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               mount("tmpfs", directory_.path().c_str(), "tmpfs", flags, data) == 0;
    }

    ScratchDirectory directory_;
    trim_metrics_file file_ = {};
};

using Names = std::vector<std::string>;

TEST_F(MetricsFile, IsReplacedAsAWholeAndReadableForAll)
{
    const mode_t mask = umask(0777);
    Name(Path("app.prom"));
    EXPECT_EQ(Write("first and long\n"), 0);
    EXPECT_EQ(directory_.Read("app.prom"), "first and long\n");
    EXPECT_EQ(Write("second\n"), 0);
    umask(mask);
    EXPECT_EQ(directory_.Read("app.prom"), "second\n");
    EXPECT_EQ(There(), Names{"app.prom"}) << "no temporary file stays";
    struct stat status = {};
    ASSERT_EQ(stat(Path("app.prom").c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0644U);
}

TEST_F(MetricsFile, PutsTheProcessIdIntoItsName)
{
    Name(Path("app-%p-100%%.prom"));
    EXPECT_EQ(Write("x\n"), 0);
    const std::string stem = "app-" + std::to_string(getpid()) + "-100%";
    EXPECT_EQ(There(), Names{stem + ".prom"});
    char name[64];
    trim_metrics_file_stem(&file_, name, sizeof name);
    EXPECT_EQ(name, stem);
    char narrow[4];
    trim_metrics_file_stem(&file_, narrow, sizeof narrow);
    EXPECT_STREQ(narrow, "app");
    Name("relative.prom");
    trim_metrics_file_stem(&file_, name, sizeof name);
    EXPECT_STREQ(name, "relative");
}

TEST_F(MetricsFile, RefusesAPathThatIsTooLong)
{
    std::string target;
    while (target.size() < TRIM_LOG_TARGET_MAX - 8) {
        target += "%p"; /* Each becomes more than two letters. */
    }
    EXPECT_EQ(trim_metrics_file_name(&file_, (target + ".prom").c_str()), ENAMETOOLONG);
    Name(Path(std::string(260, 'x') + ".prom"));
    EXPECT_EQ(Write("x\n"), ENAMETOOLONG);
    EXPECT_EQ(There(), Names{});
}

TEST_F(MetricsFile, TellsWhyItCannotBeWritten)
{
    directory_.Write("plain", "");
    std::filesystem::create_directory(Path("directory.prom"));
    struct {
        const char *name;
        int error;
    } const cases[] = {
        {"no/such/app.prom", ENOENT}, {"plain/app.prom", ENOTDIR}, {"directory.prom", EISDIR}};
    for (const auto &c : cases) {
        Name(Path(c.name));
        EXPECT_EQ(Write("x\n"), c.error) << c.name;
        EXPECT_EQ(Write("x\n"), c.error) << c.name << " again";
    }
    EXPECT_EQ(There().size(), 2U) << "no temporary file stays";
}

TEST_F(MetricsFile, AppearsWhenItsDirectoryDoes)
{
    Name(Path("later/app.prom"));
    EXPECT_EQ(Write("x\n"), ENOENT);
    std::filesystem::create_directory(Path("later"));
    EXPECT_EQ(Write("y\n"), 0);
    EXPECT_EQ(directory_.Read("later/app.prom"), "y\n");
}

TEST_F(MetricsFile, FollowsNoLink)
{
    directory_.Write("precious", "untouched\n");
    ASSERT_EQ(symlink(Path("precious").c_str(), Path("app.prom").c_str()), 0);
    Name(Path("app.prom"));
    ASSERT_EQ(symlink(Path("precious").c_str(), file_.temporary), 0);
    EXPECT_EQ(Write("x\n"), 0);
    EXPECT_EQ(directory_.Read("precious"), "untouched\n");
    EXPECT_TRUE(std::filesystem::is_regular_file(std::filesystem::symlink_status(Path("app.prom"))))
        << "the link was replaced";
    EXPECT_EQ(directory_.Read("app.prom"), "x\n");
    EXPECT_EQ(There().size(), 2U);
}

TEST_F(MetricsFile, PassesOverWhatAKilledProcessHasLeft)
{
    Name(Path("app.prom"));
    directory_.Write(std::filesystem::path(file_.temporary).filename().string(), "half a pa");
    EXPECT_EQ(Write("x\n"), EBUSY) << "it is just being written, for all we know";
    EXPECT_EQ(directory_.Read(std::filesystem::path(file_.temporary).filename().string()),
              "half a pa");
    std::filesystem::last_write_time(
        file_.temporary, std::filesystem::file_time_type::clock::now() - std::chrono::minutes(2));
    EXPECT_EQ(Write("x\n"), 0);
    EXPECT_EQ(directory_.Read("app.prom"), "x\n");
    EXPECT_EQ(There(), Names{"app.prom"});
}

/* The process may end at any point of a write: whoever ends it leaves neither of the two names. */
TEST_F(MetricsFile, LeavesNothingWhereTheEndComesAmidAWrite)
{
    for (const bool renamed : {false, true}) {
        Name(Path("app.prom"));
        EXPECT_EQ(Write("x\n"), 0);
        auto &next = file_.made[1 - file_.last];
        directory_.Write("next", "y\n");
        struct stat status = {};
        ASSERT_EQ(stat(Path("next").c_str(), &status), 0);
        next.device = status.st_dev;
        next.inode = status.st_ino;
        std::filesystem::rename(Path("next"), renamed ? file_.path : file_.temporary);
        file_.state = 1; /* As the writer would have it. */
        trim_metrics_file_end(&file_);
        EXPECT_EQ(There(), Names{}) << renamed;
    }
}

TEST_F(MetricsFile, KeepsTheLastPageWhereTheDiskIsFull)
{
    RunInChild([&] {
        if (!Mount(0, "size=8k")) {
            std::puts("SKIPPED: no file system can be mounted here");
            return;
        }
        Name(Path("app.prom"));
        EXPECT_EQ(Write("small\n"), 0);
        EXPECT_EQ(Write(std::string(9000, 'x')), ENOSPC);
        EXPECT_EQ(directory_.Read("app.prom"), "small\n");
        EXPECT_EQ(There(), Names{"app.prom"}) << "the part that was written is gone";
        EXPECT_EQ(Write("again\n"), 0);
        EXPECT_EQ(directory_.Read("app.prom"), "again\n");
    });
}

TEST_F(MetricsFile, TellsThatTheFileSystemIsReadOnly)
{
    RunInChild([&] {
        if (!Mount(MS_RDONLY, nullptr)) {
            std::puts("SKIPPED: no file system can be mounted here");
            return;
        }
        Name(Path("app.prom"));
        EXPECT_EQ(Write("x\n"), EROFS);
        trim_metrics_file_end(&file_);
    });
}

TEST_F(MetricsFile, KeepsOutOfTheStandardStreams)
{
    RunInChild([&] {
        Name(Path("app.prom"));
        close(STDIN_FILENO);
        EXPECT_EQ(Write("x\n"), 0);
        EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFD), -1) << "and nothing is left open";
    });
    EXPECT_EQ(directory_.Read("app.prom"), "x\n");
}

TEST_F(MetricsFile, IsRemovedAtTheEndAndStaysAway)
{
    Name(Path("app.prom"));
    EXPECT_EQ(Write("x\n"), 0);
    trim_metrics_file_end(&file_);
    EXPECT_EQ(There(), Names{});
    EXPECT_EQ(Write("y\n"), ECANCELED);
    trim_metrics_file_end(&file_);
    EXPECT_EQ(There(), Names{});
}

TEST_F(MetricsFile, StaysWhereAnotherProcessHasWrittenIt)
{
    Name(Path("app.prom"));
    trim_metrics_file_end(&file_);
    Name(Path("app.prom"));
    EXPECT_EQ(Write("ours\n"), 0);
    directory_.Write("other", "theirs\n");
    std::filesystem::rename(Path("other"), Path("app.prom"));
    trim_metrics_file_end(&file_);
    EXPECT_EQ(directory_.Read("app.prom"), "theirs\n");
    file_ = {};
    Name(Path("app.prom"));
    trim_metrics_file_end(&file_);
    EXPECT_EQ(directory_.Read("app.prom"), "theirs\n") << "nothing was ever written by this one";
}

TEST_F(MetricsFile, IsNeverSeenInParts)
{
    Name(Path("app.prom"));
    ASSERT_EQ(Write("a\n"), 0);
    std::atomic<bool> stop{false};
    std::thread writer([&] {
        for (size_t size = 1; !stop; size = size % 20000 + 777) {
            EXPECT_EQ(Write(std::string(size, 'x') + "\n"), 0);
        }
    });
    for (int look = 0; look < 500; ++look) {
        const std::string page = directory_.Read("app.prom");
        EXPECT_EQ(page.find('\n'), page.size() - 1);
    }
    stop = true;
    writer.join();
}

TEST_F(MetricsFile, IsGoneWhereTheEndComesAmidAWrite)
{
    for (int round = 0; round < 200; ++round) {
        file_ = {};
        Name(Path("app.prom"));
        std::atomic<int> written{0};
        std::thread writer([&] {
            int error = 0;
            while ((error = Write("x\n")) == 0) {
                ++written;
            }
            EXPECT_EQ(error, ECANCELED);
        });
        while (written < 2) {
            sched_yield();
        }
        trim_metrics_file_end(&file_);
        writer.join();
        ASSERT_EQ(There(), Names{});
    }
}

} // namespace
