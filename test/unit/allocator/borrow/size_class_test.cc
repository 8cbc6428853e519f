#include "size_class.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace
{

constexpr uint64_t kKiB = 1024;

TEST(SizeClass, IsAQuarterOfAnOctave)
{
    EXPECT_EQ(trim_size_index(4096), 0U);
    EXPECT_EQ(trim_size_index(5 * kKiB - 1), 0U);
    EXPECT_EQ(trim_size_index(5 * kKiB), 1U);
    EXPECT_EQ(trim_size_index(6 * kKiB), 2U);
    EXPECT_EQ(trim_size_index(7 * kKiB), 3U);
    EXPECT_EQ(trim_size_index(8 * kKiB - 1), 3U);
    EXPECT_EQ(trim_size_index(8 * kKiB), 4U);
    EXPECT_EQ(trim_size_index(10 * kKiB), 5U);
}

TEST(SizeClass, TakesSmallerAndLargerSizesIntoTheFirstAndTheLast)
{
    for (const uint64_t bytes : {0, 1, 16, 4095}) {
        EXPECT_EQ(trim_size_index(bytes), 0U) << bytes;
    }
    for (const uint64_t bytes : {UINT64_C(1) << 28, UINT64_C(1) << 40, UINT64_MAX}) {
        EXPECT_EQ(trim_size_index(bytes), 63U) << bytes;
    }
    EXPECT_EQ(trim_size_class(UINT64_MAX), UINT64_C(1) << 63);
}

TEST(SizeClass, NeverFallsWithTheSize)
{
    unsigned before = 0;
    for (uint64_t bytes = 1; bytes < UINT64_C(1) << 60; bytes += bytes / 16 + 1) {
        const unsigned index = trim_size_index(bytes);
        EXPECT_GE(index, before) << bytes;
        EXPECT_LE(index, before + 1) << bytes;
        before = index;
    }
}

TEST(SizeClass, OfARangeIsThoseOfAllItsSizes)
{
    const uint64_t bounds[] = {0,    100,   4096,  5000,     8191,      8192,
                               9000, 65536, 70000, 10000000, 100000000, UINT64_MAX};
    for (const uint64_t from : bounds) {
        for (const uint64_t to : bounds) {
            if (from > to) {
                continue;
            }
            uint64_t all = 0;
            for (unsigned index = trim_size_index(from); index <= trim_size_index(to); ++index) {
                all |= UINT64_C(1) << index;
            }
            EXPECT_EQ(trim_size_classes(from, to), all) << from << " to " << to;
        }
    }
}

} // namespace
