/* Fields for programs: as members of JSON and as lines, whatever foreign texts hold and wherever
 * the room ends. */
#include "fields.h"

#include <gtest/gtest.h>

#include <cinttypes>
#include <string>

#include "bounded_fields.h"

namespace
{

void AddAll(trim_fields *fields)
{
    trim_fields_add(fields, "number %" PRIu64 " change %" PRId64 " name %s yes %d no %d",
                    UINT64_MAX, INT64_MIN, "a b", 1, 0);
    trim_fields_add(fields, "inner { x %" PRIu64 " }", UINT64_C(7));
    trim_fields_begin_array(fields, "list");
    trim_fields_begin_object(fields, "");
    trim_fields_add(fields, "y %" PRId64 " }", INT64_C(-8));
    trim_fields_begin_object(fields, "");
    trim_fields_add(fields, "} ]");
    trim_fields_add_number(fields, "full-gc", 9);
}

const char *const kAll = "\"number\":18446744073709551615,\"change\":-9223372036854775808,"
                         "\"name\":\"a b\",\"yes\":true,\"no\":false,\"inner\":{\"x\":7},"
                         "\"list\":[{\"y\":-8},{}],\"full_gc\":9";

std::string Escaped(const std::string &value)
{
    BoundedFields fields;
    trim_fields_add_text(fields.get(), "x", value.data(), value.size());
    const std::string text = fields.str();
    EXPECT_EQ(text.rfind("\"x\":\"", 0), 0U) << text;
    return text.substr(5, text.size() - 6);
}

TEST(Fields, AreMembersOfAnObject)
{
    BoundedFields fields;
    AddAll(fields.get());
    EXPECT_EQ(fields.str(), kAll);
    EXPECT_FALSE(fields.cut());
    BoundedFields outer;
    trim_fields_add(outer.get(), "a %d", 1);
    trim_fields_add_all(outer.get(), fields.get());
    EXPECT_EQ(outer.str(), std::string("\"a\":true,") + kAll);
}

TEST(Fields, AreLines)
{
    BoundedFields fields(TRIM_FIELDS_LINES);
    trim_fields_add(fields.get(), "number %" PRIu64 " name %s yes %d no %d", UINT64_C(1), "a \"b\"",
                    1, 0);
    EXPECT_EQ(fields.str(), "number 1\nname a \"b\"\nyes 1\nno 0");
}

TEST(Fields, AreNothingWhereNobodyReadsThem)
{
    trim_fields fields;
    trim_fields_init(&fields, TRIM_FIELDS_OFF, nullptr, 0);
    AddAll(&fields);
    EXPECT_EQ(fields.text.length, 0U);
    EXPECT_FALSE(fields.cut);
}

TEST(Fields, KeepWhatIsUtf8)
{
    EXPECT_EQ(Escaped("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"),
              "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80");
    EXPECT_EQ(Escaped("\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf\xf0\x90\x80\x80"
                      "\xf4\x8f\xbf\xbf"),
              "\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xef\xbf\xbf\xf0\x90\x80\x80"
              "\xf4\x8f\xbf\xbf");
}

TEST(Fields, EscapeWhatJsonForbids)
{
    EXPECT_EQ(Escaped("\"\\/\n\t\x1b[31m\x7f"), "\\\"\\\\/\\u000a\\u0009\\u001b[31m\\u007f");
    EXPECT_EQ(Escaped(std::string("a\0b", 3)), "a\\u0000b");
}

TEST(Fields, ReplaceWhatIsNotUtf8)
{
    const std::string mark = "\xef\xbf\xbd";
    EXPECT_EQ(Escaped("\x80"), mark) << "a tail alone";
    EXPECT_EQ(Escaped("\xc3"), mark) << "a head alone";
    EXPECT_EQ(Escaped("\xc3("), mark + "(");
    EXPECT_EQ(Escaped("\xc0\xaf"), mark + mark) << "longer than needed";
    EXPECT_EQ(Escaped("\xe0\x9f\xbf"), mark + mark + mark) << "longer than needed";
    EXPECT_EQ(Escaped("\xf0\x8f\xbf\xbf"), mark + mark + mark + mark) << "longer than needed";
    EXPECT_EQ(Escaped("\xed\xa0\x80"), mark + mark + mark) << "half of a pair";
    EXPECT_EQ(Escaped("\xf4\x90\x80\x80"), mark + mark + mark + mark) << "above U+10FFFF";
    EXPECT_EQ(Escaped("\xf5\xff\xfe"), mark + mark + mark);
    EXPECT_EQ(Escaped("\xe2\x82"), mark + mark) << "cut off";
}

/* Counts what is open at the end of a text without braces in its strings. */
int OpenAtTheEnd(const std::string &text)
{
    int open = 0;
    for (const char c : text) {
        open += c == '{' || c == '[' ? 1 : c == '}' || c == ']' ? -1 : 0;
    }
    return open;
}

TEST(Fields, StopWhereTheRoomEnds)
{
    const std::string all = kAll;
    for (size_t capacity = 1; capacity <= all.size() + 1; ++capacity) {
        BoundedFields fields(TRIM_FIELDS_JSON, capacity);
        AddAll(fields.get());
        const std::string text = fields.str();
        EXPECT_LT(text.size(), capacity);
        EXPECT_EQ(fields.cut(), capacity <= all.size()) << text;
        EXPECT_EQ(OpenAtTheEnd(text), 0) << text;
        EXPECT_TRUE(text.empty() || std::string(",:[{").find(text.back()) == std::string::npos)
            << text;
    }
}

TEST(Fields, CutATextBetweenTwoLetters)
{
    const std::string letters = "\xf0\x9f\x98\x80\n\xe2\x82\xac\"x\xc3\xa9\x80";
    const std::string whole = "\"x\":\"" + Escaped(letters) + "\"";
    for (size_t capacity = 1; capacity <= whole.size() + 8; ++capacity) {
        BoundedFields fields(TRIM_FIELDS_JSON, capacity);
        trim_fields_add_text(fields.get(), "x", letters.data(), letters.size());
        const std::string text = fields.str();
        EXPECT_LT(text.size(), capacity);
        if (text.empty()) {
            EXPECT_LT(capacity, 8U);
            continue;
        }
        EXPECT_EQ(text.back(), '"');
        const std::string kept = text.substr(0, text.size() - 1);
        EXPECT_EQ(whole.rfind(kept, 0), 0U) << text;
        const unsigned char next = static_cast<unsigned char>(whole[kept.size()]);
        EXPECT_TRUE(next < 0x80 || next >= 0xc0) << "not within a letter: " << text;
        EXPECT_EQ(fields.cut(), text != whole) << text;
    }
}

TEST(Fields, LeaveOutAWordThatDoesNotFit)
{
    BoundedFields fields(TRIM_FIELDS_JSON, 24);
    trim_fields_add(fields.get(), "x %d y %s", 1, "not shortened: what would it mean");
    EXPECT_EQ(fields.str(), "\"x\":true");
    EXPECT_TRUE(fields.cut());
}

TEST(Fields, AddNothingBehindWhatWasCut)
{
    BoundedFields fields(TRIM_FIELDS_JSON, 24);
    trim_fields_add(fields.get(), "x %s", "a text that is much too long for it");
    ASSERT_TRUE(fields.cut());
    const std::string before = fields.str();
    trim_fields_add(fields.get(), "a %d", 1);
    EXPECT_EQ(fields.str(), before);
}

} // namespace
