#include "descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "child_process.h"

namespace
{

TEST(Descriptor, LeavesOneAboveTheStandardStreamsAlone)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_GT(fd, STDERR_FILENO);
    trim_descriptor kept = {};
    ASSERT_EQ(trim_descriptor_keep(&kept, fd), 0);
    EXPECT_EQ(kept.fd, fd);
    EXPECT_TRUE(trim_descriptor_is_ours(&kept));
    trim_descriptor_close(&kept);
    EXPECT_EQ(kept.fd, -1);
    EXPECT_FALSE(trim_descriptor_is_ours(&kept));
    EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

TEST(Descriptor, PassesAFailureThrough)
{
    trim_descriptor kept = {7, 1, 1};
    EXPECT_EQ(trim_descriptor_keep(&kept, -1), -1);
    EXPECT_EQ(kept.fd, -1);
    trim_descriptor_close(&kept);
}

TEST(Descriptor, IsMovedOutOfTheStandardStreams)
{
    RunInChild([] {
        ASSERT_EQ(close(STDIN_FILENO), 0);
        const int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
        ASSERT_EQ(low, STDIN_FILENO) << "the lowest free number is taken";
        trim_descriptor kept = {};
        ASSERT_EQ(trim_descriptor_keep(&kept, low), 0);
        EXPECT_GT(kept.fd, STDERR_FILENO);
        EXPECT_NE(fcntl(kept.fd, F_GETFD) & FD_CLOEXEC, 0) << "children must not inherit it";
        EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFD), -1) << "the standard stream stays closed";
    });
}

TEST(Descriptor, IsNobodysOnceItIsClosed)
{
    trim_descriptor kept = {};
    ASSERT_EQ(trim_descriptor_keep(&kept, memfd_create("kept", MFD_CLOEXEC)), 0);
    ASSERT_EQ(close(kept.fd), 0);
    EXPECT_FALSE(trim_descriptor_is_ours(&kept));
}

TEST(Descriptor, LeavesAnotherFileThatHasItsNumberAlone)
{
    const int other = memfd_create("other", MFD_CLOEXEC);
    trim_descriptor kept = {};
    ASSERT_EQ(trim_descriptor_keep(&kept, memfd_create("kept", MFD_CLOEXEC)), 0);
    const int number = kept.fd;
    ASSERT_EQ(dup2(other, number), number);
    EXPECT_FALSE(trim_descriptor_is_ours(&kept));
    trim_descriptor_close(&kept);
    EXPECT_GE(fcntl(number, F_GETFD), 0) << "it is somebody else's";
    (void)close(number);
    (void)close(other);
}

} // namespace
