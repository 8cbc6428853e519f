/* HotSpot's attach protocol: its frames, and the JVM's end of it played by a thread. */
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "attach_frame.h"
#include "attach_socket.h"
#include "bounded_text.h"
#include "clock.h"
#include "quantity.h"
#include "reply_file.h"
#include "scratch_directory.h"

namespace
{

constexpr int kInnerPid = 77;

TEST(TrimctlFrame, HasTheVersionTheCommandAndThreeArguments)
{
    ctl_operation operation = {"load", {"/lib.so", "true", "status"}};
    char frame[CTL_FRAME_MAX];
    const size_t length = ctl_frame_write(frame, &operation);
    using namespace std::string_literals;
    EXPECT_EQ(std::string(frame, length), "1\0load\0/lib.so\0true\0status\0"s);
    operation = {"jcmd", {"VM.version", nullptr, nullptr}};
    EXPECT_EQ(std::string(frame, ctl_frame_write(frame, &operation)), "1\0jcmd\0VM.version\0\0\0"s);
}

TEST(TrimctlFrame, TakesWhatHotSpotTakesAndNoMore)
{
    char frame[CTL_FRAME_MAX];
    const std::string longest(CTL_ARGUMENT_MAX, 'x');
    const std::string command(CTL_COMMAND_MAX, 'c');
    ctl_operation operation = {command.c_str(),
                               {longest.c_str(), longest.c_str(), longest.c_str()}};
    EXPECT_EQ(ctl_frame_write(frame, &operation), static_cast<size_t>(CTL_FRAME_MAX));
    const std::string longer(CTL_ARGUMENT_MAX + 1, 'x');
    operation.arguments[2] = longer.c_str();
    EXPECT_EQ(ctl_frame_write(frame, &operation), 0U);
}

TEST(TrimctlFrame, AnswersBeginWithANumber)
{
    long result = 99;
    const char *text = nullptr;
    EXPECT_EQ(ctl_frame_read("0\nreturn code: 0\n", 17, &result, &text), 0);
    EXPECT_EQ(result, 0);
    EXPECT_STREQ(text, "return code: 0\n");
    EXPECT_EQ(ctl_frame_read("-1\n", 3, &result, &text), 0);
    EXPECT_EQ(result, -1);
    EXPECT_EQ(ctl_frame_read("101", 3, &result, &text), 0) << "a protocol error has no more";
    EXPECT_STREQ(text, "");
    EXPECT_EQ(ctl_frame_read("", 0, &result, &text), -1);
    EXPECT_EQ(ctl_frame_read("HTTP/1.1", 8, &result, &text), -1);
    EXPECT_EQ(ctl_frame_read("0x\n", 3, &result, &text), -1);
}

TEST(TrimctlFrame, TellWhatTheAgentReturned)
{
    long returned = 99;
    EXPECT_EQ(ctl_frame_loaded("return code: 0\n", &returned), 0);
    EXPECT_EQ(returned, 0);
    EXPECT_EQ(ctl_frame_loaded("return code: -1\n", &returned), 0);
    EXPECT_EQ(returned, -1);
    EXPECT_EQ(ctl_frame_loaded("-1\n", &returned), 0) << "JDK 8";
    EXPECT_EQ(returned, -1);
    EXPECT_EQ(ctl_frame_loaded("/lib.so was not loaded.\nno such file\n", &returned), -1);
    EXPECT_EQ(ctl_frame_loaded("", &returned), -1);
}

TEST(TrimctlFrame, TellsWhyNothingWasLoaded)
{
    const auto why = [](const char *text) {
        BoundedText said;
        ctl_frame_add_refusal(said.get(), text);
        return said.str();
    };
    EXPECT_EQ(why("/lib.so was not loaded.\n"), "/lib.so was not loaded.\n");
    EXPECT_EQ(why(""), "the JVM cannot load the library, and does not say why\n") << "JDK 8";
}

TEST(TrimctlFrame, SendsNoTerminalWhatWouldSteerIt)
{
    char text[] = "a\x1b[2Jb\r\tc\x7f\nd \xc3\xa4\n";
    ctl_frame_clean(text);
    EXPECT_STREQ(text, "a?[2Jb??c?\nd \xc3\xa4\n");
}

class TrimctlSocket : public testing::Test
{
protected:
    TrimctlSocket()
    {
        EXPECT_EQ(chdir(directory_.path().c_str()), 0);
        listener_ = socket(AF_UNIX, SOCK_STREAM, 0);
        sockaddr_un address = {};
        address.sun_family = AF_UNIX;
        std::strcpy(address.sun_path, ".java_pid77");
        EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr *>(&address), sizeof address), 0);
        EXPECT_EQ(listen(listener_, 1), 0);
    }

    ~TrimctlSocket() override
    {
        close(listener_);
        EXPECT_EQ(chdir("/"), 0);
    }

    static uint64_t In(uint64_t ms)
    {
        return trim_clock_now_ns() + ms * TRIM_NS_PER_MS;
    }

    /* Takes one request, answers, and hangs up. */
    std::string Serve(const std::string &answer) const
    {
        const int fd = accept(listener_, nullptr, nullptr);
        char request[100];
        const ssize_t got = read(fd, request, sizeof request);
        for (size_t sent = 0; sent < answer.size();) {
            sent += static_cast<size_t>(write(fd, answer.data() + sent, answer.size() - sent));
        }
        close(fd);
        return {request, static_cast<size_t>(got)};
    }

    ScratchDirectory directory_;
    int listener_ = -1;
    char *answer_ = nullptr;
    size_t length_ = 0;
};

TEST_F(TrimctlSocket, BringsBackWholeAnswers)
{
    const std::string sent(1000000, 'a');
    std::string request;
    std::thread jvm([&] { request = Serve(sent); });
    const int fd = ctl_socket_connect(getpid(), kInnerPid);
    ASSERT_GE(fd, 0);
    EXPECT_EQ(ctl_socket_exchange(fd, "ask", 4, In(60000), &answer_, &length_), 0);
    jvm.join();
    close(fd);
    EXPECT_EQ(request, std::string("ask", 4));
    EXPECT_EQ(std::string(answer_, length_), sent);
    EXPECT_EQ(answer_[length_], '\0');
    free(answer_);
}

TEST_F(TrimctlSocket, DoesNotWaitLongerThanItShall)
{
    const int fd = ctl_socket_connect(getpid(), kInnerPid);
    ASSERT_GE(fd, 0) << "nobody accepts, and it is connected all the same";
    EXPECT_EQ(ctl_socket_exchange(fd, "ask", 4, In(50), &answer_, &length_), -1);
    EXPECT_EQ(errno, ETIMEDOUT);
    EXPECT_EQ(answer_, nullptr);
    close(fd);
}

TEST_F(TrimctlSocket, ThatManyWaitAtDoesNotBlock)
{
    std::vector<int> waiting;
    int fd = 0;
    while ((fd = ctl_socket_connect(getpid(), kInnerPid)) >= 0 && waiting.size() < 100) {
        waiting.push_back(fd);
    }
    EXPECT_EQ(errno, EAGAIN);
    for (const int one : waiting) {
        close(one);
    }
}

TEST_F(TrimctlSocket, OfAnotherProcessIsNotSpokenTo)
{
    EXPECT_EQ(ctl_socket_connect(getppid(), kInnerPid), -1);
    EXPECT_EQ(errno, EPERM);
}

TEST_F(TrimctlSocket, ThatIsALinkIsNotFollowed)
{
    ASSERT_EQ(symlink(".java_pid77", ".java_pid78"), 0);
    EXPECT_EQ(ctl_socket_connect(getpid(), 78), -1);
    EXPECT_EQ(errno, EPERM);
}

TEST_F(TrimctlSocket, ThatIsNotThereOrDeadIsTold)
{
    EXPECT_EQ(ctl_socket_connect(getpid(), 79), -1);
    EXPECT_EQ(errno, ENOENT);
    close(listener_);
    EXPECT_EQ(ctl_socket_connect(getpid(), kInnerPid), -1);
    EXPECT_EQ(errno, ECONNREFUSED);
    listener_ = -1;
}

TEST(TrimctlReply, IsAFileThatOnlyItsUserMayRead)
{
    const ScratchDirectory directory;
    const int fd = open(directory.path().c_str(), O_PATH | O_DIRECTORY);
    ctl_reply reply = {};
    ctl_reply other = {};
    ASSERT_EQ(ctl_reply_open(&other, fd), 0);
    ASSERT_EQ(ctl_reply_open(&reply, fd), 0);
    EXPECT_STRNE(reply.name, other.name);
    struct stat file = {};
    ASSERT_EQ(stat(directory.File(reply.name).c_str(), &file), 0);
    EXPECT_EQ(file.st_mode, S_IFREG | 0600U);
    EXPECT_EQ(file.st_uid, geteuid());
    EXPECT_EQ(file.st_size, 0);
    directory.Write(reply.name, "the answer\n");
    char answer[100];
    ctl_reply_read(&reply, answer, sizeof answer);
    EXPECT_STREQ(answer, "the answer\n");
    ctl_reply_read(&reply, answer, 4);
    EXPECT_STREQ(answer, "the");
    ctl_reply_close(&reply);
    ctl_reply_close(&other);
    EXPECT_NE(access(directory.File(reply.name).c_str(), F_OK), 0) << "it is gone";
    close(fd);
}

} // namespace
