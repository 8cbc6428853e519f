#include "error_text.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <climits>
#include <cstring>
#include <string>

namespace
{

std::string Text(int error)
{
    char buffer[TRIM_ERROR_TEXT_MAX];
    return trim_error_text(buffer, error);
}

TEST(ErrorText, HasTheWordsOfTheCLibraryOrTheNumber)
{
    int known = 0;
    for (int error = -1; error < 200; ++error) {
        const std::string number = "error " + std::to_string(error);
        const std::string words = Text(error);
        known += words == number ? 0 : 1;
        EXPECT_TRUE(words == number || words == std::strerror(error)) << words;
    }
    EXPECT_GE(known, 20);
}

TEST(ErrorText, KnowsWhatASystemRefusesWith)
{
    EXPECT_EQ(Text(EPERM), "Operation not permitted");
    EXPECT_EQ(Text(ENOSYS), "Function not implemented");
    EXPECT_EQ(Text(EROFS), "Read-only file system");
    EXPECT_EQ(Text(EAGAIN), "Resource temporarily unavailable");
}

TEST(ErrorText, HasRoomForEachNumber)
{
    EXPECT_EQ(Text(INT_MIN), "error -2147483648");
    EXPECT_EQ(Text(INT_MAX), "error 2147483647");
}

} // namespace
