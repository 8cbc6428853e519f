/* Which files the log's path may lead to. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <string>

#include "child_process.h"
#include "log.h"
#include "scratch_directory.h"

namespace
{

class LogPlace : public testing::Test
{
protected:
    /* The error where it cannot be opened; 0: it is the log. */
    static int Open(const std::string &path)
    {
        return trim_log_open(path.c_str(), TRIM_LOG_INFO) == 0 ? 0 : errno;
    }

    std::string Path(const std::string &name) const
    {
        return directory_.File(name);
    }

    /* In a child. */
    void BeLikeTmp() const
    {
        ASSERT_EQ(chmod(directory_.path().c_str(), 01777), 0);
    }

    ScratchDirectory directory_;
};

TEST_F(LogPlace, LeadsToNoDeviceButThoseThatTakeText)
{
    RunInChild([&] {
        EXPECT_EQ(Open("/dev/random"), ENOTSUP);
        EXPECT_EQ(Open("/dev/null"), 0);
        EXPECT_EQ(Open("/dev/full"), 0);
        if (mknod(Path("disk").c_str(), S_IFBLK | 0600, makedev(7, 250)) == 0) {
            EXPECT_EQ(Open(Path("disk")), ENOTSUP);
        }
    });
}

TEST_F(LogPlace, FollowsNoLinkAndNamesNoDirectory)
{
    directory_.Write("precious", "untouched\n");
    ASSERT_EQ(symlink(Path("precious").c_str(), Path("link").c_str()), 0);
    RunInChild([&] {
        EXPECT_EQ(Open(Path("link")), ELOOP);
        EXPECT_EQ(Open(directory_.path()), EISDIR);
    });
    EXPECT_EQ(directory_.Read("precious"), "untouched\n");
}

TEST_F(LogPlace, LeadsToNobodyElsesFileWhereEverybodyMayMakeOne)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give files away";
    }
    directory_.Write("theirs", "");
    ASSERT_EQ(chown(Path("theirs").c_str(), 65534, 65534), 0);
    ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0666), 0);
    ASSERT_EQ(chown(Path("pipe").c_str(), 65534, 65534), 0);
    directory_.Write("two", "");
    ASSERT_EQ(link(Path("two").c_str(), Path("names").c_str()), 0);
    RunInChild([&] {
        const int reader = open(Path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
        ASSERT_GE(reader, 0);
        EXPECT_EQ(Open(Path("theirs")), 0) << "who owns the directory sees to what is in it";
        EXPECT_EQ(Open(Path("pipe")), 0);
        EXPECT_EQ(Open(Path("names")), 0);
        BeLikeTmp();
        EXPECT_EQ(Open(Path("theirs")), EPERM);
        EXPECT_EQ(Open(Path("pipe")), EPERM);
        EXPECT_EQ(Open(Path("names")), EPERM);
        EXPECT_EQ(Open(Path("ours")), 0);
        EXPECT_EQ(Open(Path("ours")), 0) << "again";
    });
}

TEST_F(LogPlace, MayBeAPipeThatASidecarReads)
{
    ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
    RunInChild([&] {
        BeLikeTmp();
        EXPECT_EQ(Open(Path("pipe")), ENXIO) << "nobody reads";
        const int reader = open(Path("pipe").c_str(), O_RDONLY | O_NONBLOCK);
        EXPECT_EQ(Open(Path("pipe")), 0);
        close(reader);
        trim_log(TRIM_LOG_INFO, "lost");
        EXPECT_EQ(trim_log_lost(), 1U) << "the reader has gone: SIGPIPE ends nothing";
    });
}

TEST_F(LogPlace, ByNumberIsTheStream)
{
    RunInChild([&] {
        int ends[2];
        ASSERT_EQ(pipe(ends), 0);
        ASSERT_EQ(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
        for (const char *name : {"/proc/self/fd/1", "/dev/fd/1", "/dev/stdout", "stdout"}) {
            EXPECT_EQ(Open(name), 0) << name;
            trim_log(TRIM_LOG_INFO, "here");
            char text[100] = {};
            EXPECT_GT(read(ends[0], text, sizeof text - 1), 0) << name;
        }
        EXPECT_EQ(Open("/proc/self/fd/0"), ELOOP);
    });
}

} // namespace
