/* The thread that polls the kernel's word of memory pressure. A TCP connection's urgent byte stands
 * for it: that is what POLLPRI tells of elsewhere. */
#include "pressure_watch.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child_process.h"
#include "quantity.h"
#include "wake.h"

namespace
{

/* A connection to ourselves. */
class Connection
{
public:
    Connection()
    {
        const int listening = socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t length = sizeof address;
        auto *const any = reinterpret_cast<sockaddr *>(&address);
        EXPECT_EQ(bind(listening, any, length), 0);
        EXPECT_EQ(listen(listening, 1), 0);
        EXPECT_EQ(getsockname(listening, any, &length), 0);
        sender = socket(AF_INET, SOCK_STREAM, 0);
        EXPECT_EQ(connect(sender, any, length), 0);
        receiver = accept(listening, nullptr, nullptr);
        EXPECT_EQ(close(listening), 0);
    }

    void BeUrgent() const
    {
        EXPECT_EQ(send(sender, "!", 1, MSG_OOB), 1);
    }

    int sender;
    int receiver;
};

/* Sleeps, as the worker does, until something is heard. It hangs where nothing ever is. */
short Hear()
{
    for (;;) {
        const short revents = trim_pressure_watch_heard();
        if (revents != 0) {
            return revents;
        }
        EXPECT_EQ(trim_wake_wait(TRIM_NEVER), 0);
    }
}

TEST(PressureWatch, WakesTheWorkerOnceForEachTimeThatItIsAsked)
{
    RunInChild([] {
        trim_wake_open();
        const Connection connection;
        trim_descriptor trigger = {};
        ASSERT_EQ(trim_descriptor_keep(&trigger, connection.receiver), 0);
        EXPECT_EQ(trim_pressure_watch_heard(), 0);
        ASSERT_EQ(trim_pressure_watch(&trigger, 0), 0);
        EXPECT_EQ(trim_pressure_watch_heard(), 0);
        connection.BeUrgent();
        EXPECT_EQ(Hear(), POLLPRI);
        EXPECT_EQ(trim_pressure_watch_heard(), 0);
        ASSERT_EQ(trim_pressure_watch(&trigger, TRIM_NS_PER_MS), 0);
        EXPECT_EQ(Hear(), POLLPRI) << "nobody has read it";
        char byte = 0;
        EXPECT_EQ(recv(connection.receiver, &byte, 1, MSG_OOB), 1) << "the watch reads nothing";
    });
}

TEST(PressureWatch, TellsThatTheTriggerIsAnotherFileByNow)
{
    RunInChild([] {
        trim_wake_open();
        const Connection connection;
        const int other = memfd_create("other", MFD_CLOEXEC);
        trim_descriptor trigger = {};
        ASSERT_EQ(trim_descriptor_keep(&trigger, connection.receiver), 0);
        ASSERT_EQ(dup2(other, trigger.fd), trigger.fd);
        ASSERT_EQ(trim_pressure_watch(&trigger, 0), 0);
        EXPECT_EQ(Hear(), POLLNVAL);
        ASSERT_EQ(close(trigger.fd), 0);
        ASSERT_EQ(trim_pressure_watch(&trigger, 0), 0);
        EXPECT_EQ(Hear(), POLLNVAL);
    });
}

} // namespace
