#include "quantity.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "guarded_text.h"

namespace
{

using Parser = trim_parse_result (*)(const char *, size_t, uint64_t *);

constexpr uint64_t kUntouched = 0x5ca1ab1e;

struct Parsed {
    trim_parse_result result;
    uint64_t value;
};

Parsed Parse(Parser parser, std::string_view text)
{
    const GuardedText guarded(text);
    Parsed parsed = {TRIM_PARSE_OK, kUntouched};
    parsed.result = parser(guarded.data(), guarded.size(), &parsed.value);
    return parsed;
}

void ExpectValue(Parser parser, std::string_view text, uint64_t value)
{
    const Parsed parsed = Parse(parser, text);
    EXPECT_EQ(parsed.result, TRIM_PARSE_OK) << text;
    EXPECT_EQ(parsed.value, value) << text;
}

void ExpectFailure(Parser parser, std::string_view text, trim_parse_result result)
{
    const Parsed parsed = Parse(parser, text);
    EXPECT_EQ(parsed.result, result) << text;
    EXPECT_EQ(parsed.value, kUntouched) << text;
}

/* What no parser takes, whatever its units are. */
std::vector<std::string> HostileTexts()
{
    return {
        "",
        " ",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "\t1",
        "1e3",
        "1.5",
        "1,5",
        "0x10",
        "1_000",
        "--",
        "5mm",
        "5msm",
        "1kk",
        "1gb",
        "1kib",
        "1%",
        "k",
        "ms",
        "m5",
        "1m1",
        "1h30m",
        "1 ms",
        "\xc2\xb5"
        "s",
        "5\xff",
        "\xd9\xa1",
        "inf",
        "nan",
        "1u",
        "1l",
        "1d",
        "1us",
        "1ns",
        std::string(1, '\0'),
        std::string("1\0", 2),
        std::string("1\0m", 3),
        std::string("\0"
                    "1",
                    2),
        std::string(100000, 'm'),
        "1" + std::string(100000, ' '),
    };
}

struct Unit {
    const char *name;
    uint64_t size;
};

constexpr Unit kSizeUnits[] = {
    {"", 1},         {"k", TRIM_KIB},        {"K", TRIM_KIB},
    {"m", TRIM_MIB}, {"M", TRIM_MIB},        {"g", TRIM_GIB},
    {"G", TRIM_GIB}, {"t", TRIM_GIB * 1024}, {"T", TRIM_GIB * 1024},
};

constexpr Unit kTimeUnits[] = {
    {"ms", TRIM_NS_PER_MS},
    {"s", TRIM_NS_PER_S},
    {"m", 60 * TRIM_NS_PER_S},
    {"h", 3600 * TRIM_NS_PER_S},
};

TEST(QuantityParse, ReadsCounts)
{
    ExpectValue(trim_parse_count, "0", 0);
    ExpectValue(trim_parse_count, "200", 200);
    ExpectValue(trim_parse_count, "18446744073709551615", UINT64_MAX);
    ExpectFailure(trim_parse_count, "1k", TRIM_PARSE_MALFORMED);
    ExpectFailure(trim_parse_count, "5s", TRIM_PARSE_MALFORMED);
}

TEST(QuantityParse, ReadsSizesOfEveryUnitInEitherCase)
{
    for (const Unit &unit : kSizeUnits) {
        ExpectValue(trim_parse_bytes, std::string("3") + unit.name, 3 * unit.size);
    }
    ExpectValue(trim_parse_bytes, "512m", 512 * TRIM_MIB);
    ExpectValue(trim_parse_bytes, "0", 0);
    ExpectFailure(trim_parse_bytes, "5s", TRIM_PARSE_MALFORMED);
    ExpectFailure(trim_parse_bytes, "5ms", TRIM_PARSE_MALFORMED);
}

TEST(QuantityParse, ReadsDurationsOfEveryUnit)
{
    for (const Unit &unit : kTimeUnits) {
        ExpectValue(trim_parse_duration, std::string("7") + unit.name, 7 * unit.size);
        ExpectValue(trim_parse_duration, std::string("0") + unit.name, 0);
    }
}

TEST(QuantityParse, TakesADurationWithoutUnitOnlyForZero)
{
    ExpectValue(trim_parse_duration, "0", 0);
    ExpectFailure(trim_parse_duration, "1", TRIM_PARSE_MALFORMED);
    ExpectFailure(trim_parse_duration, "60", TRIM_PARSE_MALFORMED);
    ExpectFailure(trim_parse_duration, "1k", TRIM_PARSE_MALFORMED);
}

TEST(QuantityParse, OverflowsRightAboveTheLastValueOfEachUnit)
{
    const auto expect_edge = [](Parser parser, const Unit &unit) {
        const uint64_t last = UINT64_MAX / unit.size;
        ExpectValue(parser, std::to_string(last) + unit.name, last * unit.size);
        if (last < UINT64_MAX) {
            ExpectFailure(parser, std::to_string(last + 1) + unit.name, TRIM_PARSE_OVERFLOW);
        }
    };
    for (const Unit &unit : kSizeUnits) {
        expect_edge(trim_parse_bytes, unit);
    }
    for (const Unit &unit : kTimeUnits) {
        expect_edge(trim_parse_duration, unit);
    }
    for (const char *digits : {"18446744073709551616", "18446744073709551620",
                               "99999999999999999999", "184467440737095516150"}) {
        ExpectFailure(trim_parse_count, digits, TRIM_PARSE_OVERFLOW);
        ExpectFailure(trim_parse_bytes, digits, TRIM_PARSE_OVERFLOW);
        ExpectFailure(trim_parse_duration, digits + std::string("s"), TRIM_PARSE_OVERFLOW);
    }
}

TEST(QuantityParse, SurvivesVeryLongDigits)
{
    const std::string nines(100000, '9');
    ExpectFailure(trim_parse_count, nines, TRIM_PARSE_OVERFLOW);
    ExpectFailure(trim_parse_bytes, nines + "k", TRIM_PARSE_OVERFLOW);
    ExpectFailure(trim_parse_duration, nines + "ms", TRIM_PARSE_OVERFLOW);

    /* Digits that carry no value are no overflow. */
    const std::string zeros(100000, '0');
    ExpectValue(trim_parse_count, zeros + "17", 17);
    ExpectValue(trim_parse_bytes, zeros + "17k", 17 * TRIM_KIB);
    ExpectValue(trim_parse_duration, zeros + "17ms", 17 * TRIM_NS_PER_MS);
}

TEST(QuantityParse, RefusesHostileTextAndLeavesTheValue)
{
    for (const std::string &text : HostileTexts()) {
        ExpectFailure(trim_parse_count, text, TRIM_PARSE_MALFORMED);
        ExpectFailure(trim_parse_bytes, text, TRIM_PARSE_MALFORMED);
        ExpectFailure(trim_parse_duration, text, TRIM_PARSE_MALFORMED);
    }
}

TEST(QuantityRoundTrip, ReadsBackWhatItWrote)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    for (const Unit &unit : kSizeUnits) {
        for (const uint64_t factor :
             {UINT64_C(0), UINT64_C(1), UINT64_C(1023), UINT64_C(1025), UINT64_MAX / unit.size}) {
            const uint64_t bytes = factor * unit.size;
            ExpectValue(trim_parse_bytes, trim_format_bytes_exact(text, bytes), bytes);
        }
    }
    for (const Unit &unit : kTimeUnits) {
        for (const uint64_t factor :
             {UINT64_C(0), UINT64_C(1), UINT64_C(59), UINT64_C(61), UINT64_MAX / unit.size}) {
            const uint64_t ns = factor * unit.size;
            ExpectValue(trim_parse_duration, trim_format_duration(text, ns), ns);
        }
    }
}

} // namespace
