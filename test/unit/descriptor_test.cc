#include "trimagent/descriptor.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "child_process.h"

namespace
{

TEST(Descriptor, LeavesOneAboveTheStandardStreamsAlone)
{
    const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    ASSERT_GT(fd, STDERR_FILENO);
    EXPECT_EQ(trim_above_standard(fd), fd);
    EXPECT_EQ(close(fd), 0);
}

TEST(Descriptor, PassesAFailureThrough)
{
    EXPECT_EQ(trim_above_standard(-1), -1);
}

TEST(Descriptor, IsMovedOutOfTheStandardStreams)
{
    RunInChild([] {
        ASSERT_EQ(close(STDIN_FILENO), 0);
        const int low = open("/dev/null", O_RDONLY | O_CLOEXEC);
        ASSERT_EQ(low, STDIN_FILENO) << "the lowest free number is taken";
        const int moved = trim_above_standard(low);
        EXPECT_GT(moved, STDERR_FILENO);
        EXPECT_NE(fcntl(moved, F_GETFD) & FD_CLOEXEC, 0) << "children must not inherit it";
        EXPECT_EQ(fcntl(STDIN_FILENO, F_GETFD), -1) << "the standard stream stays closed";
    });
}

} // namespace
