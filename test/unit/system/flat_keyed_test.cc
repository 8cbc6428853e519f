#include "flat_keyed.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "guarded_text.h"

namespace
{

constexpr uint64_t kUntouched = 0x5ca1ab1e;

/* The value, or kUntouched where the text is refused. */
uint64_t Single(const std::string &text)
{
    const GuardedText guarded(text);
    uint64_t value = kUntouched;
    const int result = trim_parse_single_value(guarded.data(), guarded.size(), &value);
    EXPECT_EQ(result, value == kUntouched ? -1 : 0) << text;
    return value;
}

uint64_t Find(const std::string &text, const char *key)
{
    const GuardedText guarded(text);
    uint64_t value = kUntouched;
    const int result = trim_flat_keyed_find(guarded.data(), guarded.size(), key, &value);
    EXPECT_EQ(result, value == kUntouched ? -1 : 0) << text;
    return value;
}

TEST(SingleValue, ReadsANumber)
{
    EXPECT_EQ(Single("536870912\n"), 536870912U);
    EXPECT_EQ(Single("0\n"), 0U);
    EXPECT_EQ(Single("9223372036854771712\n"), 9223372036854771712U);
}

TEST(SingleValue, ReadsNoLimitAsTheLargestNumber)
{
    EXPECT_EQ(Single("max\n"), UINT64_MAX);
    EXPECT_EQ(Single("99999999999999999999\n"), UINT64_MAX);
}

TEST(SingleValue, RefusesHostileText)
{
    for (const char *text : {"", "\n", "12", "max", "mix\n", "maximum\n", "ma\n", "-1\n", "+1\n",
                             " 1\n", "1 \n", "1\n2\n", "1 2\n", "0x10\n", "1k\n", "1\n\n"}) {
        EXPECT_EQ(Single(text), kUntouched) << text;
    }
    EXPECT_EQ(Single(std::string("1\0\n", 3)), kUntouched);
}

TEST(FlatKeyed, FindsALine)
{
    const std::string text = "anon 1\ninactive_anon 2\ninactive_file 3\nfile 4\n";
    EXPECT_EQ(Find(text, "anon"), 1U);
    EXPECT_EQ(Find(text, "inactive_file"), 3U);
    EXPECT_EQ(Find(text, "file"), 4U);
    EXPECT_EQ(Find("a 1\na 2\n", "a"), 1U);
}

TEST(FlatKeyed, RefusesHostileText)
{
    for (const char *text : {"", "\n", "file", "file\n", "file \n", "file 1", "file  1\n",
                             "file\t1\n", "file -1\n", "file 1 \n", "file 1 2\n", "file x\n",
                             "xfile 1\n", "files 1\n", "file 99999999999999999999\n"}) {
        EXPECT_EQ(Find(text, "file"), kUntouched) << text;
    }
    EXPECT_EQ(Find(std::string("file 1\0\n", 8), "file"), kUntouched);
}

TEST(FlatKeyed, NeverTakesACutNumberForAWholeOne)
{
    const std::string text = "a 1\nfile 123\n";
    for (size_t length = 0; length < text.size(); ++length) {
        EXPECT_EQ(Find(text.substr(0, length), "file"), kUntouched) << length;
    }
}

TEST(WholeLines, EndBeforeALineThatMayHaveBeenCut)
{
    const std::string text = "one\n\nthree\ncut";
    size_t at = 0;
    size_t length = 0;
    std::string lines;
    while (const char *line = trim_next_whole_line(text.data(), text.size(), &at, &length)) {
        lines += std::string(line, length) + "|";
    }
    EXPECT_EQ(lines, "one||three|");
    EXPECT_EQ(trim_next_whole_line(text.data(), 0, &(at = 0), &length), nullptr);
}

} // namespace
