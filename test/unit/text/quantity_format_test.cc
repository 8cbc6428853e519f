/* Sizes, times and their changes as lines show them. */
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "pattern.h"
#include "quantity.h"

namespace
{

std::string Bytes(uint64_t bytes)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    return trim_format_bytes(text, bytes);
}

std::string Change(uint64_t before, uint64_t after)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    return trim_format_bytes_change(text, before, after);
}

std::string Milliseconds(uint64_t ns)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    return trim_format_ms(text, ns);
}

TEST(QuantityFormat, WritesBytesWithAtMostThreeDigits)
{
    EXPECT_EQ(Bytes(0), "0");
    EXPECT_EQ(Bytes(812 * TRIM_KIB), "812K");
    EXPECT_EQ(Bytes(TRIM_GIB + TRIM_GIB / 5), "1.20G");
    EXPECT_EQ(Bytes(931 * TRIM_MIB), "931M");
    EXPECT_EQ(Bytes(64 * TRIM_MIB), "64M");
    EXPECT_EQ(Bytes(64 * TRIM_MIB + 1), "64.0M");
    EXPECT_EQ(Bytes(10 * TRIM_GIB - 1), "10.0G");
    EXPECT_EQ(Bytes(100 * TRIM_MIB - 1), "100M");
}

TEST(QuantityFormat, KeepsBytesCloseToTheFigureAtAnyMagnitude)
{
    const Pattern shape("^([0-9]{1,4})(\\.[0-9]{1,2})?([KMGTPE]?)$");
    const std::string units = "KMGTPE";
    for (unsigned shift = 0; shift < 64; ++shift) {
        for (const int64_t offset : {-1, 0, 1}) {
            const uint64_t bytes = (UINT64_C(1) << shift) + static_cast<uint64_t>(offset);
            const std::string text = Bytes(bytes);
            const std::vector<std::string> parts = shape.Find(text);
            ASSERT_FALSE(parts.empty()) << text << " of " << bytes;
            double value = std::stod(parts[1] + parts[2]);
            if (!parts[3].empty()) {
                for (size_t unit = 0; unit <= units.find(parts[3]); ++unit) {
                    value *= 1024;
                }
            }
            const double exact = static_cast<double>(bytes);
            EXPECT_NEAR(value, exact, exact * 0.005) << text << " of " << bytes;
        }
    }
}

TEST(QuantityFormat, WritesChangesWithTheirSign)
{
    EXPECT_EQ(Change(5, 5), "+0");
    EXPECT_EQ(Change(TRIM_GIB, TRIM_GIB - 931 * TRIM_MIB), "-931M");
    EXPECT_EQ(Change(TRIM_GIB, TRIM_GIB + 12 * TRIM_KIB), "+12K");
    EXPECT_EQ(Change(0, UINT64_MAX), "+" + Bytes(UINT64_MAX));
    EXPECT_EQ(Change(UINT64_MAX, 0), "-" + Bytes(UINT64_MAX));
}

TEST(QuantityFormat, WritesMillisecondsWithADecimalBelowAHundred)
{
    EXPECT_EQ(Milliseconds(200 * TRIM_NS_PER_US), "0.2ms");
    EXPECT_EQ(Milliseconds(84100 * TRIM_NS_PER_US), "84.1ms");
    EXPECT_EQ(Milliseconds(1496 * TRIM_NS_PER_MS), "1496ms");
    EXPECT_EQ(Milliseconds(100 * TRIM_NS_PER_MS), "100ms");
    EXPECT_NE(Milliseconds(99990 * TRIM_NS_PER_US), "100.0ms");
    EXPECT_EQ(Milliseconds(UINT64_MAX).substr(0, 9), "184467440");
}

TEST(QuantityFormat, WritesExactDurationsWithTheLargestUnit)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    EXPECT_STREQ(trim_format_duration(text, 500 * TRIM_NS_PER_MS), "500ms");
    EXPECT_STREQ(trim_format_duration(text, 30 * TRIM_NS_PER_S), "30s");
    EXPECT_STREQ(trim_format_duration(text, 90 * TRIM_NS_PER_S), "90s");
    EXPECT_STREQ(trim_format_duration(text, 600 * TRIM_NS_PER_S), "10m");
    EXPECT_STREQ(trim_format_duration(text, 3600 * TRIM_NS_PER_S), "1h");
    EXPECT_STREQ(trim_format_duration(text, 1001 * TRIM_NS_PER_MS), "1001ms");
}

TEST(QuantityFormat, WritesExactSizesWithTheLargestUnit)
{
    char text[TRIM_QUANTITY_TEXT_MAX];
    EXPECT_STREQ(trim_format_bytes_exact(text, 64 * TRIM_MIB), "64m");
    EXPECT_STREQ(trim_format_bytes_exact(text, TRIM_MIB + 1), "1048577");
    EXPECT_STREQ(trim_format_bytes_exact(text, 16 * 1024 * TRIM_GIB), "16t");
}

} // namespace
