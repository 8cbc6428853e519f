/* The file that an answer is written to. */
#include "reply.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "scratch_directory.h"

namespace
{

std::string TextOf(const std::string &request, std::string *reply)
{
    trim_request parsed;
    trim_request_parse(&parsed, request.c_str());
    *reply = parsed.reply == nullptr ? "none" : parsed.reply;
    return parsed.text;
}

TEST(Request, EndsInTheNameOfTheReply)
{
    std::string reply;
    EXPECT_EQ(TextOf("status,reply=/tmp/x", &reply), "status");
    EXPECT_EQ(reply, "/tmp/x");
    EXPECT_EQ(TextOf("set,worth=1g,check=off,reply=/tmp/y", &reply), "set,worth=1g,check=off");
    EXPECT_EQ(reply, "/tmp/y");
    EXPECT_EQ(TextOf("reply=/tmp/z", &reply), "");
    EXPECT_EQ(reply, "/tmp/z");
}

TEST(Request, MayAskForNoReply)
{
    std::string reply;
    for (const char *text : {"", "status", "threshold=1g,log=/a", "reply", "log=reply=/x,trim"}) {
        EXPECT_EQ(TextOf(text, &reply), text);
        EXPECT_EQ(reply, "none") << text;
    }
    EXPECT_EQ(TextOf(std::string(5000, 'x'), &reply).size(), size_t{TRIM_REQUEST_MAX - 1});
}

class Reply : public testing::Test
{
protected:
    int Write(const std::string &name)
    {
        return trim_reply_write(directory_.File(name).c_str(), "answer\n", 7);
    }

    ScratchDirectory directory_;
};

TEST_F(Reply, IsWrittenToAnEmptyFile)
{
    directory_.Write("reply", "");
    EXPECT_EQ(Write("reply"), 0);
    EXPECT_EQ(directory_.Read("reply"), "answer\n");
    EXPECT_EQ(Write("reply"), -1) << "it is not empty any more";
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(directory_.Read("reply"), "answer\n");
}

TEST_F(Reply, MakesNoFile)
{
    EXPECT_EQ(Write("missing"), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_NE(access(directory_.File("missing").c_str(), F_OK), 0);
}

TEST_F(Reply, FollowsNoLink)
{
    directory_.Write("target", "");
    ASSERT_EQ(symlink("target", directory_.File("soft").c_str()), 0);
    EXPECT_EQ(Write("soft"), -1);
    EXPECT_EQ(errno, ELOOP);
    ASSERT_EQ(link(directory_.File("target").c_str(), directory_.File("hard").c_str()), 0);
    EXPECT_EQ(Write("hard"), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(directory_.Read("target"), "");
}

TEST_F(Reply, WaitsForNoReader)
{
    ASSERT_EQ(mkfifo(directory_.File("pipe").c_str(), 0600), 0);
    EXPECT_EQ(Write("pipe"), -1);
    EXPECT_EQ(errno, ENXIO);
    EXPECT_EQ(Write("."), -1);
}

TEST_F(Reply, GoesToNobodyElsesFile)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can give a file away";
    }
    directory_.Write("foreign", "");
    ASSERT_EQ(chown(directory_.File("foreign").c_str(), 65534, 65534), 0);
    EXPECT_EQ(Write("foreign"), -1);
    EXPECT_EQ(errno, EPERM);
}

} // namespace
