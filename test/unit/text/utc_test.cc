/* Dates: each day of five centuries, by the C library's own reckoning. */
#include "utc.h"

#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "quantity.h"

namespace
{

std::string Utc(uint64_t ns)
{
    char text[TRIM_UTC_TEXT_MAX];
    return trim_format_utc(text, ns);
}

TEST(Utc, HasSixDigitsOfASecond)
{
    EXPECT_EQ(Utc(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(Utc(999), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(Utc(UINT64_C(1796003043123456789)), "2026-11-30T01:44:03.123456Z");
    EXPECT_EQ(Utc(UINT64_C(951868799) * TRIM_NS_PER_S), "2000-02-29T23:59:59.000000Z");
}

TEST(Utc, KnowsEachDay)
{
    for (uint64_t day = 0; day < UINT64_MAX / TRIM_NS_PER_S / 86400; ++day) {
        const auto s = static_cast<time_t>(day * 86400 + day % 86400);
        tm parts = {};
        char expected[32];
        ASSERT_NE(gmtime_r(&s, &parts), nullptr);
        ASSERT_NE(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000000Z", &parts), 0U);
        ASSERT_EQ(Utc(static_cast<uint64_t>(s) * TRIM_NS_PER_S), expected);
    }
}

} // namespace
