#include "text.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <string>

#include "bounded_text.h"
#include "guarded_text.h"

namespace
{

TEST(Text, IsEmptyAndTerminatedAfterInit)
{
    char memory[8];
    std::memset(memory, '#', sizeof memory);
    trim_text text;
    trim_text_init(&text, memory, sizeof memory);
    EXPECT_EQ(text.data, memory);
    EXPECT_EQ(text.length, 0U);
    EXPECT_FALSE(text.cut);
    EXPECT_STREQ(memory, "");
}

TEST(Text, AppendsPieceByPiece)
{
    BoundedText text;
    trim_text_add(text.get(), "%s %d", "trim", -7);
    trim_text_add(text.get(), "%c%zu", '/', static_cast<size_t>(9));
    EXPECT_EQ(text.str(), "trim -7/9");
    EXPECT_FALSE(text.cut());
}

TEST(Text, HoldsExactlyItsCapacity)
{
    BoundedText text(5);
    trim_text_add(text.get(), "%s", "ab");
    trim_text_add(text.get(), "%s", "cd");
    EXPECT_EQ(text.str(), "abcd");
    EXPECT_FALSE(text.cut());
}

TEST(Text, IsCutAndStaysTerminatedWithoutTouchingWhatFollows)
{
    for (size_t capacity = 1; capacity <= 12; ++capacity) {
        char memory[16];
        std::memset(memory, '#', sizeof memory);
        trim_text text;
        trim_text_init(&text, memory, capacity);
        trim_text_add(&text, "%s", "hello");
        trim_text_add(&text, "%s", " world and more");
        EXPECT_TRUE(text.cut) << capacity;
        EXPECT_EQ(text.length, capacity - 1);
        EXPECT_EQ(std::string(memory), std::string("hello world and more").substr(0, capacity - 1));
        EXPECT_TRUE(std::all_of(memory + capacity, memory + sizeof memory, [](char byte) {
            return byte == '#';
        })) << capacity;
    }
}

TEST(Text, RemembersThatItWasCut)
{
    BoundedText text(4);
    trim_text_add(text.get(), "%s", "abcdef");
    trim_text_add(text.get(), "%s", "");
    EXPECT_TRUE(text.cut());
    EXPECT_EQ(text.str(), "abc");
}

TEST(TextQuoted, ShowsPrintableAsciiAsItIs)
{
    std::string printable;
    for (char byte = ' '; byte <= '~'; ++byte) {
        printable += byte;
    }
    BoundedText text;
    trim_text_add_quoted(text.get(), printable.data(), printable.size());
    EXPECT_NE(text.str().find(printable), std::string::npos) << text.str();
}

TEST(TextQuoted, ReplacesEverythingThatCouldDriveATerminalOrBreakALine)
{
    for (int value = 0; value < 256; ++value) {
        const char byte = static_cast<char>(value);
        if (byte >= ' ' && byte <= '~') {
            continue;
        }
        const char foreign[] = {'<', byte, '>'};
        BoundedText text;
        trim_text_add_quoted(text.get(), foreign, sizeof foreign);
        EXPECT_NE(text.str().find("<?>"), std::string::npos) << value;
        EXPECT_EQ(text.str().find(byte), std::string::npos) << value;
    }
}

TEST(TextQuoted, DoesNotTakePercentSignsForConversions)
{
    BoundedText text;
    trim_text_add_quoted(text.get(), "%s%n%d", 6);
    EXPECT_NE(text.str().find("%s%n%d"), std::string::npos) << text.str();
}

TEST(TextQuoted, ShowsAtMost120BytesOfALongText)
{
    for (const size_t length : {size_t{119}, size_t{120}, size_t{121}, size_t{100000}}) {
        const std::string foreign(length, 'a');
        const GuardedText guarded(foreign);
        BoundedText text;
        trim_text_add_quoted(text.get(), guarded.data(), guarded.size());
        const std::string shown = text.str();
        EXPECT_EQ(std::count(shown.begin(), shown.end(), 'a'),
                  static_cast<std::ptrdiff_t>(std::min(length, size_t{120})));
    }
}

TEST(TextQuoted, ReadsNoFurtherThanTheLengthItIsGiven)
{
    const GuardedText guarded("abc");
    BoundedText text;
    trim_text_add_quoted(text.get(), guarded.data(), guarded.size());
    EXPECT_NE(text.str().find("abc"), std::string::npos);

    BoundedText nothing;
    trim_text_add_quoted(nothing.get(), guarded.data() + guarded.size(), 0);
    EXPECT_EQ(nothing.str().find('a'), std::string::npos);
}

TEST(TextQuoted, IsCutLikeAnyOtherText)
{
    BoundedText text(4);
    trim_text_add_quoted(text.get(), "abcdefgh", 8);
    EXPECT_TRUE(text.cut());
    EXPECT_EQ(text.str().size(), 3U);
}

} // namespace
