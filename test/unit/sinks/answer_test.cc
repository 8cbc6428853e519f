/* What is kept for the one who asked. */
#include "answer.h"

#include <gtest/gtest.h>

#include <string>

#include "scratch_directory.h"

namespace
{

std::string Answer()
{
    char buffer[TRIM_ANSWER_MAX];
    const size_t length = trim_answer_read(buffer, sizeof buffer);
    EXPECT_EQ(length, std::string(buffer).size());
    return buffer;
}

class Answers : public testing::Test
{
protected:
    Answers()
    {
        EXPECT_EQ(trim_log_open(directory_.File("log").c_str(), TRIM_LOG_WARNING), 0);
        trim_answer_begin();
    }

    ScratchDirectory directory_;
};

TEST_F(Answers, ArePutTogetherAndLogged)
{
    trim_answer_say("one\n  more");
    trim_answer_refuse(TRIM_LOG_ERROR, "two: %d", 2);
    trim_answer_keep("three");
    EXPECT_EQ(Answer(), "one\n  more\ntwo: 2\nthree\n");
    EXPECT_EQ(directory_.Lines("log", "[info][trimagent] one"), 1) << "whatever the level";
    EXPECT_EQ(directory_.Lines("log", "[error][trimagent] two: 2"), 1);
    EXPECT_EQ(directory_.Lines("log", "three"), 0);
}

TEST_F(Answers, AreGivenWhateverIsLogged)
{
    trim_answer_refuse(TRIM_LOG_DEBUG, "not now");
    EXPECT_EQ(Answer(), "not now\n");
    EXPECT_EQ(directory_.Lines("log", "not now"), 0);
}

TEST_F(Answers, BeginAnew)
{
    trim_answer_keep("old");
    trim_answer_begin();
    EXPECT_EQ(Answer(), "");
    trim_answer_keep("new");
    EXPECT_EQ(Answer(), "new\n");
}

TEST_F(Answers, AreCutWhereTheyAreTooLong)
{
    trim_answer_keep(std::string(2 * TRIM_ANSWER_MAX, 'x').c_str());
    EXPECT_EQ(Answer().size(), size_t{TRIM_ANSWER_MAX - 1});
    char little[4];
    EXPECT_EQ(trim_answer_read(little, sizeof little), 3U);
    EXPECT_STREQ(little, "xxx");
}

} // namespace
