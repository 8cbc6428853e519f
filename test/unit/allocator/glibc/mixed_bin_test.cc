#include "mixed_bin.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace
{

constexpr uint64_t kKeeps = 4144;

using Sizes = std::vector<uint64_t>;

trim_mixed_bin BinOf(const Sizes &sizes)
{
    trim_mixed_bin bin = {UINT64_MAX, 0, 0, sizes.size()};
    for (const uint64_t size : sizes) {
        bin.from = std::min(bin.from, size);
        bin.to = std::max(bin.to, size);
        bin.bytes += size;
    }
    return bin;
}

/* What the chunks keep in whole pages on average. */
double Truth(const Sizes &sizes)
{
    double bytes = 0;
    for (const uint64_t size : sizes) {
        bytes += size > kKeeps ? static_cast<double>(size - kKeeps) : 0;
    }
    return bytes;
}

double Bytes(const Sizes &sizes)
{
    return static_cast<double>(BinOf(sizes).bytes);
}

double Inner(const Sizes &sizes, const trim_sorted_sizes *sorted = nullptr)
{
    const trim_mixed_bin bin = BinOf(sizes);
    const trim_inner inner = trim_mixed_inner(&bin, kKeeps, sorted);
    EXPECT_LE(inner.guess, inner.bytes);
    EXPECT_LE(inner.bytes, bin.bytes);
    return static_cast<double>(inner.bytes);
}

/* Between blocks of one size of which one in so many survives, at random. */
Sizes RandomRuns(uint64_t block, double survivors, size_t count)
{
    std::mt19937 random(5);
    std::geometric_distribution<uint64_t> more(survivors);
    Sizes sizes;
    while (sizes.size() < count) {
        sizes.push_back(block * (1 + more(random)));
    }
    return sizes;
}

Sizes Exponential(double mean, size_t count)
{
    std::mt19937 random(6);
    std::exponential_distribution<double> size(1 / mean);
    Sizes sizes;
    while (sizes.size() < count) {
        sizes.push_back(32 + static_cast<uint64_t>(size(random)) / 16 * 16);
    }
    return sizes;
}

/* The sorted bins of chunks of these sizes. */
trim_sorted_sizes Sorted(const Sizes &sizes)
{
    trim_sorted_sizes sorted = {};
    for (const uint64_t size : sizes) {
        const trim_mixed_bin one = {size, size, size, 1};
        trim_sorted_add(&sorted, &one, trim_mixed_inner(&one, kKeeps, nullptr).bytes);
    }
    return sorted;
}

/* The unsorted bins of shared/cases Frag: runs of five blocks of 592 bytes, and what the JVM
 * leaves. */
Sizes PinnedRuns()
{
    Sizes sizes(58000, 2960);
    sizes.insert(sizes.end(), {144, 608, 1200, 5000, 9000, 10944});
    return sizes;
}

TEST(MixedBin, IsExactWhereAllChunksAreAlike)
{
    EXPECT_EQ(Inner(Sizes(10, 8208)), 10 * (8208 - kKeeps));
    EXPECT_EQ(Inner(Sizes(10, 4144)), 0);
    EXPECT_EQ(Inner(Sizes(10, 4160)), 160);
    EXPECT_EQ(Inner({80000}), 80000 - kKeeps);
}

TEST(MixedBin, IsExactWhereEveryChunkHasWholePagesOrNoneHas)
{
    const Sizes large = {5000, 6000, 100000, 70000, 4500};
    EXPECT_EQ(Inner(large), Truth(large));
    EXPECT_EQ(Inner({32, 4144, 1000, 2000}), 0);
}

TEST(MixedBin, KnowsTheSmallestAndTheLargestChunk)
{
    EXPECT_EQ(Inner({2000, 9000}), 9000 - kKeeps);
    const Sizes one_large = {160, 592, 592, 592, 592, 3000000};
    EXPECT_NEAR(Inner(one_large), Truth(one_large), 10);
}

TEST(MixedBin, OfAFewChunksGuessesOnlyThoseBetweenTheSmallestAndTheLargest)
{
    const Sizes few = {32, 8000, 8000, 16000};
    EXPECT_NEAR(Inner(few), Truth(few), Truth(few) / 10);
}

TEST(MixedBin, IsNeverLessThanItsBytesAllow)
{
    const Sizes large(1000, 50000);
    Sizes sizes = large;
    sizes.push_back(32);
    EXPECT_GE(Inner(sizes), static_cast<double>(BinOf(sizes).bytes - sizes.size() * kKeeps));
}

TEST(MixedBin, OfSizesThatAreExponentiallyDistributedIsWithinATwentieth)
{
    for (const double mean : {1500.0, 3000.0, 6000.0, 20000.0}) {
        const Sizes sizes = Exponential(mean, 30000);
        EXPECT_NEAR(Inner(sizes) / Truth(sizes), 1, 0.05) << mean;
    }
}

TEST(MixedBin, BetweenBlocksThatSurviveAtRandomIsWithinAFifth)
{
    for (const double survivors : {1 / 3.0, 1 / 6.0, 1 / 50.0}) {
        const Sizes sizes = RandomRuns(592, survivors, 15000);
        EXPECT_NEAR(Inner(sizes), Truth(sizes), Bytes(sizes) / 20) << survivors;
    }
}

TEST(MixedBin, ABoundNearTheMeanSaysThatTheSizesAreAlike)
{
    /* Runs of eleven blocks of 592 bytes, and a smaller one where they begin. */
    Sizes sizes(9000, 6512);
    sizes.push_back(592);
    EXPECT_NEAR(Inner(sizes), Truth(sizes), Truth(sizes) / 100);
    Sizes pinned(18000, 2960);
    pinned.push_back(592);
    pinned.push_back(4176);
    EXPECT_NEAR(Inner(pinned), Truth(pinned), Bytes(pinned) / 100);
}

TEST(MixedBin, SortedChunksBesideItTellHowItsSizesAreSpread)
{
    const trim_sorted_sizes sorted = Sorted(PinnedRuns());
    EXPECT_LT(Inner(PinnedRuns(), &sorted), 200000);
    EXPECT_GT(Inner(PinnedRuns()), 10000000) << "nobody else does";
    const trim_mixed_bin bin = BinOf(PinnedRuns());
    EXPECT_EQ(trim_mixed_inner(&bin, kKeeps, &sorted).guess, 0U);
    const trim_sorted_sizes spread = Sorted(Exponential(3000, 20000));
    const Sizes again = RandomRuns(592, 1 / 5.0, 20000);
    EXPECT_NEAR(Inner(again, &spread), Truth(again), Truth(again) / 5);
    const Sizes large = Exponential(8000, 20000);
    const trim_sorted_sizes alike = Sorted(large);
    EXPECT_NEAR(Inner(large, &alike), Truth(large), Truth(large) / 100);
}

TEST(MixedBin, SortedChunksOfTheLargestSizesCountToo)
{
    Sizes sizes(900, 4100);
    sizes.insert(sizes.end(), 100, 6000);
    const trim_sorted_sizes sorted = Sorted(sizes);
    EXPECT_NEAR(Inner(sizes, &sorted), Truth(sizes), 1);
    EXPECT_LT(Inner(sizes), Truth(sizes) * 0.9) << "the bin alone does not tell";
}

TEST(MixedBin, SortedChunksOfAnotherKindOrTooFewOfThemTellNothing)
{
    const Sizes sizes = Exponential(3000, 30000);
    const double alone = Inner(sizes);
    const trim_sorted_sizes few = Sorted(Sizes(1000, 2960));
    EXPECT_EQ(Inner(sizes, &few), alone);
    const trim_sorted_sizes others = Sorted(Sizes(100000, 1040));
    EXPECT_EQ(Inner(sizes, &others), alone);
    const trim_sorted_sizes larger = Sorted(Sizes(100000, 1 << 20));
    EXPECT_EQ(Inner(sizes, &larger), alone) << "none between its bounds";
    const trim_sorted_sizes none = {};
    EXPECT_EQ(Inner(sizes, &none), alone);
}

TEST(MixedBin, ThatIsNotThereHasNothing)
{
    const trim_mixed_bin bin = {144, 10000, 1000000, 0};
    EXPECT_EQ(trim_mixed_inner(&bin, kKeeps, nullptr).bytes, 0U);
}

TEST(MixedBin, SurvivesFiguresThatCannotBe)
{
    const trim_sorted_sizes sorted = Sorted(PinnedRuns());
    const trim_sorted_sizes empty = {};
    trim_sorted_sizes more = {};
    const trim_mixed_bin small = {32, UINT64_MAX, 1, 1};
    trim_sorted_add(&more, &small, UINT64_MAX);
    const trim_sorted_sizes *const beside_it[] = {&sorted, &empty, &more, nullptr};
    const uint64_t values[] = {0, 1, 4000, 5000, 1 << 20, UINT64_MAX / 2, UINT64_MAX};
    for (const uint64_t from : values) {
        for (const uint64_t to : values) {
            for (const uint64_t bytes : values) {
                for (const uint64_t count : values) {
                    const trim_mixed_bin bin = {from, to, bytes, count};
                    for (const trim_sorted_sizes *beside : beside_it) {
                        const trim_inner inner = trim_mixed_inner(&bin, kKeeps, beside);
                        EXPECT_LE(inner.bytes, bytes);
                        EXPECT_LE(inner.guess, inner.bytes);
                    }
                }
            }
        }
    }
}

/* A bin of a hundred chunks of 1000 bytes on average, and what chunks like these tell of it. */
trim_inner Told(uint64_t bytes, uint64_t count, uint64_t inner)
{
    const trim_mixed_bin bin = {100, 9000, 100000, 100};
    const trim_mixed_bin beside = {1000, 1000, bytes, count};
    trim_sorted_sizes sorted = {};
    trim_sorted_add(&sorted, &beside, inner);
    return trim_mixed_inner(&bin, kKeeps, &sorted);
}

TEST(MixedBin, SortedChunksTellByTheirShareOfWholePages)
{
    EXPECT_EQ(Told(100000, 100, 50000).bytes, 50000U);
    EXPECT_EQ(Told(100000, 100, 0).bytes, 0U);
    EXPECT_EQ(Told(100000, 100, 100000).bytes, 100000U);
    EXPECT_EQ(Told(100000, 100, 50000).guess, 0U);
}

TEST(MixedBin, SortedChunksAreEnoughFromAnEighthOfItsBytesOn)
{
    EXPECT_EQ(Told(12500, 13, 6250).guess, 0U);
    EXPECT_EQ(Told(12500, 13, 6250).bytes, 50000U);
    EXPECT_GT(Told(12499, 13, 6250).guess, 0U);
}

TEST(MixedBin, SortedChunksAreAlikeUpToAnEighthOfItsMean)
{
    EXPECT_EQ(Told(16 * 875, 16, 7000).guess, 0U);
    EXPECT_GT(Told(16 * 875 - 1, 16, 7000).guess, 0U);
    EXPECT_EQ(Told(16 * 1125, 16, 9000).guess, 0U);
    EXPECT_GT(Told(16 * 1125 + 1, 16, 9000).guess, 0U);
}

TEST(MixedBin, OfOneChunkOnlyItsBytesCountWhateverItsBoundsSay)
{
    const trim_mixed_bin bin = {100, 9000, 5000, 1};
    const trim_inner inner = trim_mixed_inner(&bin, kKeeps, nullptr);
    EXPECT_EQ(inner.bytes, 5000 - kKeeps);
    EXPECT_EQ(inner.guess, 0U);
}

TEST(MixedBin, WhereTheOthersAreHardlyLargerThanTheSmallestOnlyTheLargestHasPages)
{
    /* One byte less than what a chunk keeps, and ten others: nine bytes larger in all, or ten. */
    const uint64_t least = kKeeps - 1;
    trim_mixed_bin bin = {least, 9000, 9000 + 11 * least + 9, 12};
    EXPECT_EQ(trim_mixed_inner(&bin, kKeeps, nullptr).bytes, 9000 - kKeeps);
    ++bin.bytes;
    EXPECT_EQ(trim_mixed_inner(&bin, kKeeps, nullptr).bytes, 9000 - kKeeps + 3)
        << "a mean of a byte is one";
}

TEST(MixedBin, SortedChunksOfTheNextHalfOctavesTellNothing)
{
    const trim_mixed_bin bin = {3100, 5000, 450000, 100};
    const trim_mixed_bin alike = {4500, 4500, 450000, 100};
    for (const uint64_t other : {1600, 2100, 3000, 6200, 8200, 12300, 17000}) {
        const trim_mixed_bin beside = {other, other, 100 * other, 100};
        trim_sorted_sizes sorted = {};
        trim_sorted_add(&sorted, &alike, 225000);
        trim_sorted_add(&sorted, &beside, 100 * other);
        const trim_inner inner = trim_mixed_inner(&bin, kKeeps, &sorted);
        EXPECT_EQ(inner.bytes, 225000U) << other;
        EXPECT_EQ(inner.guess, 0U) << other;
    }
}

} // namespace
