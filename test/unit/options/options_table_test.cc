/* What holds for every option of the table. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "option_text.h"
#include "options.h"
#include "quantity.h"

namespace
{

/* Options bound one another: what must be given beside one so that it may take any value of its own
 * range. */
std::string Companion(const trim_option &option)
{
    const std::string name = option.name;
    if (name == "settle") {
        return ",max-wait=1h";
    }
    if (name == "max-wait") {
        return ",settle=10ms";
    }
    return "";
}

class EachOption : public testing::TestWithParam<size_t>
{
protected:
    const trim_option &option() const
    {
        return trim_option_table[GetParam()];
    }
    std::string name() const
    {
        return option().name;
    }
};

bool IsTime(trim_option_type type)
{
    return type == TRIM_OPTION_DURATION || type == TRIM_OPTION_DURATION_OR_OFF;
}

bool HasRange(trim_option_type type)
{
    return IsTime(type) || type == TRIM_OPTION_BYTES || type == TRIM_OPTION_BYTES_OR_OFF ||
           type == TRIM_OPTION_THRESHOLD || type == TRIM_OPTION_COUNT_AUTO_OR_OFF;
}

/* Nearly any text is the name of a file. */
bool IsChecked(trim_option_type type)
{
    return type != TRIM_OPTION_TARGET;
}

class EachRange : public EachOption
{
protected:
    std::string Quantity(uint64_t value) const
    {
        char text[TRIM_QUANTITY_TEXT_MAX];
        if (option().type == TRIM_OPTION_COUNT_AUTO_OR_OFF) {
            return std::to_string(value);
        }
        return IsTime(option().type) ? trim_format_duration(text, value)
                                     : trim_format_bytes_exact(text, value);
    }
};

class EachCheckedText : public EachOption
{
};

TEST_P(EachOption, ReadsItsDefaultWithEitherSeparator)
{
    const std::string expected = EchoOf(ParseOptions("").options);
    for (const char *separator : {"=", ":"}) {
        const ParsedOptions parsed = ParseOptions(name() + separator + option().default_text);
        ASSERT_TRUE(parsed.accepted) << parsed.message;
        EXPECT_EQ(EchoOf(parsed.options), expected);
        EXPECT_EQ(ValueOf(option(), parsed.options), option().default_text);
    }
}

TEST_P(EachRange, TakesItsLimitsAndNothingBeyond)
{
    const uint64_t unit = IsTime(option().type) ? TRIM_NS_PER_MS : 1;
    for (const uint64_t limit : {option().min, option().max}) {
        const ParsedOptions parsed =
            ParseOptions(name() + "=" + Quantity(limit) + Companion(option()));
        ASSERT_TRUE(parsed.accepted) << parsed.message;
        EXPECT_EQ(ValueOf(option(), parsed.options), Quantity(limit));
    }
    if (option().min > 0) {
        const std::string below = Quantity(option().min - unit);
        ExpectMessageHas(name() + "=" + below, {name(), below, AllowedOf(option())});
    }
    const std::string above = Quantity(option().max + unit);
    ExpectMessageHas(name() + "=" + above, {name(), above, AllowedOf(option())});
}

TEST_P(EachCheckedText, RefusesWhatIsNoValueOfItsType)
{
    for (const char *value : {"", "-1", "+1", " ", "nonsense", "1e3", "0x10", "10q", "true ",
                              "99999999999999999999", "99999999999999999999g", "5124096h", "1/",
                              "/1s", "200/10s/1", "full-gc+", "+reload", "full-gc+full-gc"}) {
        ExpectMessageHas(name() + "=" + value, {name(), value, AllowedOf(option())});
    }
}

TEST_P(EachCheckedText, RefusesGarbageBehindItsDefault)
{
    for (const char *garbage : {" ", "x", "=", ":", "\n", "\x01", "\xff"}) {
        const std::string text = name() + "=" + option().default_text + garbage;
        ExpectMessageHas(text, {name(), option().default_text, AllowedOf(option())});
    }
}

TEST_P(EachOption, RefusesToBeGivenTwice)
{
    const std::string once = name() + "=" + option().default_text;
    ExpectMessageHas(once + "," + once, {name(), option().default_text});
    ExpectMessageHas(once + ",dry-run:true,help," + name() + ":" + option().default_text, {name()});
}

TEST_P(EachOption, RefusesItsBareNameUnlessItIsAFlag)
{
    if (option().type == TRIM_OPTION_FLAG) {
        const ParsedOptions parsed = ParseOptions(name());
        ASSERT_TRUE(parsed.accepted) << parsed.message;
        EXPECT_EQ(ValueOf(option(), parsed.options), "true");
    } else {
        ExpectMessageHas(name(), {name(), AllowedOf(option())});
    }
    ExpectMessageHas(name() + "=", {name(), AllowedOf(option())});
    ExpectMessageHas(name() + ":", {name(), AllowedOf(option())});
}

TEST_P(EachOption, StandsInTheHelpWithDefaultAllowedAndEffect)
{
    BoundedText help;
    trim_options_add_help(help.get());
    EXPECT_FALSE(help.cut());
    for (const std::string &part : {name() + "=" + option().default_text,
                                    std::string(option().effect), AllowedOf(option())}) {
        EXPECT_NE(help.str().find(part), std::string::npos) << part;
    }
}

std::vector<size_t> RowsWhere(bool (*wanted)(trim_option_type))
{
    std::vector<size_t> rows;
    for (size_t i = 0; i < trim_option_count; ++i) {
        if (wanted(trim_option_table[i].type)) {
            rows.push_back(i);
        }
    }
    return rows;
}

std::string RowName(const testing::TestParamInfo<size_t> &row)
{
    std::string name = trim_option_table[row.param].name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(Table, EachOption, testing::Range(size_t{0}, trim_option_count), RowName);
INSTANTIATE_TEST_SUITE_P(Table, EachRange, testing::ValuesIn(RowsWhere(HasRange)), RowName);
INSTANTIATE_TEST_SUITE_P(Table, EachCheckedText, testing::ValuesIn(RowsWhere(IsChecked)), RowName);

} // namespace
