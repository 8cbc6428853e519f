#include "line_reader.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <string>
#include <vector>

#include "scratch_directory.h"

namespace
{

std::vector<std::string> LinesOf(const std::string &content)
{
    const ScratchDirectory scratch;
    scratch.Write("file", content);
    trim_line_reader reader;
    std::vector<std::string> lines;
    if (trim_lines_open(&reader, scratch.path().c_str(), "/file") != 0) {
        ADD_FAILURE() << "cannot open";
        return lines;
    }
    size_t length = 0;
    const char *line = nullptr;
    while ((line = trim_lines_next(&reader, &length)) != nullptr) {
        lines.emplace_back(line, length);
    }
    EXPECT_FALSE(reader.failed);
    trim_lines_close(&reader);
    return lines;
}

using Lines = std::vector<std::string>;

TEST(LineReader, ReturnsEachLine)
{
    EXPECT_EQ(LinesOf("one\ntwo\n\nfour\n"), (Lines{"one", "two", "", "four"}));
    EXPECT_EQ(LinesOf(""), Lines{});
    EXPECT_EQ(LinesOf("\n"), Lines{""});
}

TEST(LineReader, LeavesOutALastLineThatMayHaveBeenCut)
{
    EXPECT_EQ(LinesOf("one\ntw"), Lines{"one"});
    EXPECT_EQ(LinesOf("tw"), Lines{});
}

TEST(LineReader, ReturnsLinesOfAFileThatIsLargerThanItsBuffer)
{
    std::string content;
    Lines expected;
    for (int i = 0; i < 3000; ++i) {
        expected.push_back("line " + std::to_string(i) + std::string(i % 97, '.'));
        content += expected.back() + "\n";
    }
    ASSERT_GT(content.size(), 10U * TRIM_LINE_MAX);
    EXPECT_EQ(LinesOf(content), expected);
}

TEST(LineReader, LeavesOutLinesThatDoNotFit)
{
    const std::string longest(TRIM_LINE_MAX - 1, 'x');
    EXPECT_EQ(LinesOf("a\n" + longest + "\nb\n"), (Lines{"a", longest, "b"}));
    EXPECT_EQ(LinesOf("a\n" + longest + "x\nb\n"), (Lines{"a", "b"}));
    EXPECT_EQ(LinesOf(std::string(5 * TRIM_LINE_MAX, 'y') + "\nb\n"), Lines{"b"});
    EXPECT_EQ(LinesOf(std::string(5 * TRIM_LINE_MAX, 'y')), Lines{});
}

TEST(LineReader, TellsWhyAFileCannotBeOpened)
{
    trim_line_reader reader;
    EXPECT_EQ(trim_lines_open(&reader, "", "/nowhere/at/all"), -1);
    EXPECT_EQ(errno, ENOENT);
    EXPECT_EQ(trim_lines_open(&reader, std::string(5000, 'x').c_str(), "/file"), -1);
    EXPECT_EQ(errno, ENAMETOOLONG);
}

TEST(LineReader, EndsWhereReadingFails)
{
    const ScratchDirectory scratch;
    trim_line_reader reader;
    ASSERT_EQ(trim_lines_open(&reader, scratch.path().c_str(), "/."), 0);
    size_t length = 0;
    EXPECT_EQ(trim_lines_next(&reader, &length), nullptr);
    EXPECT_TRUE(reader.failed);
    trim_lines_close(&reader);
}

} // namespace
