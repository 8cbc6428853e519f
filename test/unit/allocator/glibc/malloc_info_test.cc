#include "malloc_info.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "malloc_info_text.h"
#include "sanitized_malloc.h"

namespace
{

TEST(MallocInfo, ReadsTheFiguresOfAllHeaps)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(SampleXml());
    ASSERT_EQ(parsed.result, 0);
    const trim_malloc_info &info = parsed.info;
    EXPECT_TRUE(info.complete);
    EXPECT_EQ(info.arenas, 2U);
    EXPECT_EQ(info.system_bytes, 1056768U + 135168U);
    EXPECT_EQ(info.main_system_bytes, 1056768U);
    EXPECT_EQ(info.fast_count, 3U);
    EXPECT_EQ(info.fast_bytes, 96U);
    EXPECT_EQ(info.rest_count, 17U);
    EXPECT_EQ(info.rest_bytes, 82090U + 70000U + 234U + 150015U + 4000U);
    EXPECT_EQ(info.mmap_count, 7U);
    EXPECT_EQ(info.mmap_bytes, 7340032U);
    EXPECT_EQ(info.main_top_bytes, 70000U);
    EXPECT_EQ(info.other_top_bytes, 4000U);
}

TEST(MallocInfo, TakesTheFlagsOffChunkSizesBeforeItCountsWholePages)
{
    /* Ten chunks of 8,208 bytes, shown with PREV_INUSE as 8,209, each of which keeps 4,144 back. */
    const ParsedMallocInfo parsed = ParseMallocInfo(
        DocumentXml(HeapXml(0, RowXml("size", 8209, 8209, 82090, 10), 0, 0, 11, 90000, 1000000)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.inner_bytes, 82080U - 10 * (4096 + TRIM_CHUNK_HEADER));
    EXPECT_EQ(parsed.info.small_count, 0U);
}

TEST(MallocInfo, CountsPagesOfTheSystemsSize)
{
    /* Ten chunks of 82,000 bytes: 20 pages of 4 KiB and more, one of 64 KiB and more. */
    const std::string text =
        DocumentXml(HeapXml(0, RowXml("size", 82000, 82000, 820000, 10), 0, 0, 10, 820000, 900000));
    for (const uint64_t page : {4096, 16384, 65536}) {
        const ParsedMallocInfo parsed = ParseMallocInfo(text, SIZE_MAX, page);
        ASSERT_EQ(parsed.result, 0);
        EXPECT_EQ(parsed.info.inner_bytes, 820000U - 10 * (page + TRIM_CHUNK_HEADER)) << page;
        EXPECT_EQ(parsed.info.small_count, 0U) << page;
    }
    const ParsedMallocInfo none = ParseMallocInfo(
        DocumentXml(HeapXml(0, RowXml("size", 60000, 60000, 600000, 10), 0, 0, 10, 600000, 900000)),
        SIZE_MAX, 65536);
    EXPECT_EQ(none.info.inner_bytes, 0U) << "no chunk has a whole page of 64 KiB";
    EXPECT_EQ(none.info.small_count, 10U);
}

TEST(MallocInfo, CountsSmallChunksApartFromFastOnes)
{
    /* Ten chunks of 32 bytes in a fastbin, twenty of 112 in a small bin, which shows PREV_INUSE. */
    const std::string rows = RowXml("size", 17, 32, 320, 10) + RowXml("size", 113, 113, 2260, 20);
    const ParsedMallocInfo parsed =
        ParseMallocInfo(DocumentXml(HeapXml(0, rows, 10, 320, 21, 2260 + 5000, 1000000)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.small_count, 20U);
    EXPECT_EQ(parsed.info.small_bytes, 2240U);
    EXPECT_EQ(parsed.info.inner_bytes, 0U);
    EXPECT_EQ(parsed.info.main_top_bytes, 5000U);
}

TEST(MallocInfo, EstimatesBinsOfMixedSizesBetweenNothingAndAll)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(DocumentXml(
        HeapXml(0, RowXml("unsorted", 33, 900001, 10000000, 100), 0, 0, 101, 10001000, 99999744)));
    ASSERT_EQ(parsed.result, 0);
    /* exp(-4144 / 100000) of it. */
    EXPECT_NEAR(static_cast<double>(parsed.info.inner_bytes), 9594000.0, 10000.0);
}

TEST(MallocInfo, FindsNoWholePagesWhereThereAreOnlyTops)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(DocumentXml(
        HeapXml(0, "", 0, 0, 1, 132000, 135168) + HeapXml(3, "", 0, 0, 1, 500, 135168)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.inner_bytes, 0U);
    EXPECT_EQ(parsed.info.main_top_bytes, 132000U);
    EXPECT_EQ(parsed.info.other_top_bytes, 500U);
}

TEST(MallocInfo, TakesAMainHeapThatWasNeverUsed)
{
    /* As glibc prints it where every block so far was mmapped, or came from other arenas. */
    const ParsedMallocInfo parsed = ParseMallocInfo(
        DocumentXml(HeapXml(0, "", 0, 0, 1, 0, 0) + HeapXml(1, "", 0, 0, 1, 500, 135168)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.arenas, 2U);
    EXPECT_EQ(parsed.info.main_system_bytes, 0U);
    EXPECT_EQ(parsed.info.main_top_bytes, 0U);
    EXPECT_EQ(parsed.info.system_bytes, 135168U);
}

/* Leaves free chunks of many sizes in arenas of several threads, and in the main one. */
class RealMallocInfoTest : public testing::Test
{
protected:
    void SetUp() override
    {
        SKIP_WITHOUT_GLIBC_MALLOC();
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i) {
            threads.emplace_back([this, i] { Fragment(static_cast<uint32_t>(i)); });
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
        Fragment(99);
        text_ = RealMallocInfo();
        parsed_ = ParseMallocInfo(text_);
    }

    static void Fragment(uint32_t seed)
    {
        std::mt19937 random(seed);
        std::vector<void *> blocks;
        for (int i = 0; i < 3000; ++i) {
            blocks.push_back(malloc(1U << (4 + random() % 12)));
        }
        std::shuffle(blocks.begin(), blocks.end(), random);
        for (void *block : blocks) {
            free(block);
        }
    }

    std::string text_;
    ParsedMallocInfo parsed_ = {};
};

TEST_F(RealMallocInfoTest, AgreesWithSumsByRegularExpressions)
{
    ASSERT_EQ(parsed_.result, 0) << text_;
    const trim_malloc_info &info = parsed_.info;
    const std::string heaps = AllHeapsText(text_);
    const std::string main = HeapText(text_, 0);
    uint64_t arenas = 0;
    (void)SumOf(heaps, "<heap nr=\"([0-9]+)\">", &arenas);
    EXPECT_EQ(info.arenas, arenas);
    EXPECT_EQ(info.system_bytes, SumOf(heaps, R"(<system type="current" size="([0-9]+))"));
    EXPECT_EQ(info.main_system_bytes, SumOf(main, R"(<system type="current" size="([0-9]+))"));
    EXPECT_EQ(info.fast_count, SumOf(heaps, R"(<total type="fast" count="([0-9]+))"));
    EXPECT_EQ(info.fast_bytes, SumOf(heaps, R"(<total type="fast" count="[0-9]+" size="([0-9]+))"));
    EXPECT_EQ(info.rest_count, SumOf(heaps, R"(<total type="rest" count="([0-9]+))"));
    EXPECT_EQ(info.rest_bytes, SumOf(heaps, R"(<total type="rest" count="[0-9]+" size="([0-9]+))"));
    EXPECT_EQ(info.mmap_count, SumOf(text_, R"(<total type="mmap" count="([0-9]+))"));
    EXPECT_EQ(info.mmap_bytes, SumOf(text_, R"(<total type="mmap" count="[0-9]+" size="([0-9]+))"));

    /* The top is what the rest has beyond all rows but the fastbins'. */
    const auto top = [](const std::string &heap) {
        return SumOf(heap, R"(<total type="rest" count="[0-9]+" size="([0-9]+))") +
               SumOf(heap, R"(<total type="fast" count="[0-9]+" size="([0-9]+))") -
               SumOf(heap, R"(total="([0-9]+))");
    };
    EXPECT_EQ(info.main_top_bytes, top(main));
    EXPECT_EQ(info.main_top_bytes + info.other_top_bytes, top(heaps));
    EXPECT_LE(info.inner_bytes + info.small_bytes, info.rest_bytes);
}

TEST_F(RealMallocInfoTest, DoesNotDependOnHowTheTextIsCutIntoPieces)
{
    for (size_t piece = 1; piece <= 300; ++piece) {
        const ParsedMallocInfo again = ParseMallocInfo(text_, piece);
        ASSERT_EQ(again.result, 0) << piece;
        ExpectEqualInfo(again.info, parsed_.info);
    }
}

TEST_F(RealMallocInfoTest, IsRefusedWhereverItIsTruncated)
{
    const size_t whole = text_.rfind("</malloc>") + std::strlen("</malloc>");
    const size_t step = std::max<size_t>(1, whole / 3000);
    for (size_t length = 0; length < whole; length += step) {
        ExpectMallocInfoRefused(text_.substr(0, length));
    }
}

} // namespace
