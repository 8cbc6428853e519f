#include "trimagent/malloc_info.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "malloc_info_text.h"

namespace
{

/* One heap as glibc 2.36 prints it; rows are the content of <sizes>. */
std::string Heap(int number, const std::string &rows, uint64_t fast_count, uint64_t fast,
                 uint64_t rest_count, uint64_t rest, uint64_t system)
{
    const auto total = [](const char *type, uint64_t count, uint64_t size) {
        return std::string("<total type=\"") + type + "\" count=\"" + std::to_string(count) +
               "\" size=\"" + std::to_string(size) + "\"/>\n";
    };
    const std::string size = "\" size=\"" + std::to_string(system) + "\"/>\n";
    return "<heap nr=\"" + std::to_string(number) + "\">\n<sizes>\n" + rows + "</sizes>\n" +
           total("fast", fast_count, fast) + total("rest", rest_count, rest) +
           "<system type=\"current" + size + "<system type=\"max" + size + "<aspace type=\"total" +
           size + "<aspace type=\"mprotect" + size + "</heap>\n";
}

std::string Row(const char *tag, uint64_t from, uint64_t to, uint64_t total, uint64_t count)
{
    return std::string("  <") + tag + " from=\"" + std::to_string(from) + "\" to=\"" +
           std::to_string(to) + "\" total=\"" + std::to_string(total) + "\" count=\"" +
           std::to_string(count) + "\"/>\n";
}

std::string Document(const std::string &heaps, const std::string &mmapped = R"(count="0" size="0")")
{
    return "<malloc version=\"1\">\n" + heaps +
           "<total type=\"fast\" count=\"99\" size=\"99\"/>\n"
           "<total type=\"rest\" count=\"99\" size=\"99\"/>\n<total type=\"mmap\" " +
           mmapped +
           "/>\n<system type=\"current\" size=\"99\"/>\n<system type=\"max\" size=\"99\"/>\n"
           "<aspace type=\"total\" size=\"99\"/>\n<aspace type=\"mprotect\" "
           "size=\"99\"/>\n</malloc>\n";
}

/* Two heaps: ten chunks of 8,208 bytes in the main one; small, fast and mixed ones in the other. */
std::string Sample()
{
    const std::string main_rows = Row("size", 8209, 8209, 82090, 10);
    const std::string other_rows = Row("size", 17, 32, 96, 3) + Row("size", 117, 117, 234, 2) +
                                   Row("unsorted", 5005, 90005, 150015, 3);
    return Document(Heap(0, main_rows, 0, 0, 11, 82090 + 70000, 1056768) +
                        Heap(1, other_rows, 3, 96, 6, 234 + 150015 + 4000, 135168),
                    R"(count="7" size="7340032")");
}

void ExpectEqual(const trim_malloc_info &a, const trim_malloc_info &b)
{
    EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0);
}

void ExpectRefused(const std::string &text)
{
    static trim_malloc_info_parser parser;
    trim_malloc_info_begin(&parser);
    trim_malloc_info_feed(&parser, text.data(), text.size());
    trim_malloc_info untouched;
    std::memset(&untouched, 0x5a, sizeof untouched);
    trim_malloc_info info = untouched;
    EXPECT_EQ(trim_malloc_info_end(&parser, &info), -1) << text;
    ExpectEqual(info, untouched);
}

TEST(MallocInfo, ReadsTheFiguresOfAllHeaps)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(Sample());
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
        Document(Heap(0, Row("size", 8209, 8209, 82090, 10), 0, 0, 11, 90000, 1000000)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.inner_bytes, 82080U - 10 * TRIM_CHUNK_KEEPS);
    EXPECT_EQ(parsed.info.small_count, 0U);
}

TEST(MallocInfo, CountsSmallChunksApartFromFastOnes)
{
    /* Ten chunks of 32 bytes in a fastbin, twenty of 112 in a small bin, which shows PREV_INUSE. */
    const std::string rows = Row("size", 17, 32, 320, 10) + Row("size", 113, 113, 2260, 20);
    const ParsedMallocInfo parsed =
        ParseMallocInfo(Document(Heap(0, rows, 10, 320, 21, 2260 + 5000, 1000000)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.small_count, 20U);
    EXPECT_EQ(parsed.info.small_bytes, 2240U);
    EXPECT_EQ(parsed.info.inner_bytes, 0U);
    EXPECT_EQ(parsed.info.main_top_bytes, 5000U);
}

TEST(MallocInfo, EstimatesBinsOfMixedSizesBetweenNothingAndAll)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(Document(
        Heap(0, Row("unsorted", 33, 900001, 10000000, 100), 0, 0, 101, 10001000, 99999744)));
    ASSERT_EQ(parsed.result, 0);
    /* exp(-4144 / 100000) of it. */
    EXPECT_NEAR(static_cast<double>(parsed.info.inner_bytes), 9594000.0, 10000.0);
}

TEST(MallocInfo, FindsNoWholePagesWhereThereAreOnlyTops)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(
        Document(Heap(0, "", 0, 0, 1, 132000, 135168) + Heap(3, "", 0, 0, 1, 500, 135168)));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.inner_bytes, 0U);
    EXPECT_EQ(parsed.info.main_top_bytes, 132000U);
    EXPECT_EQ(parsed.info.other_top_bytes, 500U);
}

/* Leaves free chunks of many sizes in arenas of several threads, and in the main one. */
class RealMallocInfoTest : public testing::Test
{
protected:
    void SetUp() override
    {
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
    EXPECT_EQ(info.fast_bytes,
              SumOf(heaps, R"(<total type="fast" count="[0-9]+" size="([0-9]+))"));
    EXPECT_EQ(info.rest_count, SumOf(heaps, R"(<total type="rest" count="([0-9]+))"));
    EXPECT_EQ(info.rest_bytes,
              SumOf(heaps, R"(<total type="rest" count="[0-9]+" size="([0-9]+))"));
    EXPECT_EQ(info.mmap_count, SumOf(text_, R"(<total type="mmap" count="([0-9]+))"));
    EXPECT_EQ(info.mmap_bytes,
              SumOf(text_, R"(<total type="mmap" count="[0-9]+" size="([0-9]+))"));

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
        ExpectEqual(again.info, parsed_.info);
    }
}

TEST_F(RealMallocInfoTest, IsRefusedWhereverItIsTruncated)
{
    const size_t whole = text_.rfind("</malloc>") + std::strlen("</malloc>");
    const size_t step = std::max<size_t>(1, whole / 3000);
    for (size_t length = 0; length < whole; length += step) {
        ExpectRefused(text_.substr(0, length));
    }
}

TEST(MallocInfoHostile, IsRefusedWhereverASampleIsTruncated)
{
    const std::string text = Sample();
    const size_t whole = text.rfind("</malloc>") + std::strlen("</malloc>");
    for (size_t length = 0; length < whole; ++length) {
        ExpectRefused(text.substr(0, length));
    }
    EXPECT_EQ(ParseMallocInfo(text.substr(0, whole)).result, 0);
}

TEST(MallocInfoHostile, RefusesNumbersThatAreNone)
{
    const std::string good = Sample();
    for (const char *number : {"", "-1", "+1", " 1", "0x10", "1e3", "1 ", "18446744073709551616",
                               "99999999999999999999999999"}) {
        for (const char *replaced : {"size=\"1056768\"", "count=\"11\"", "total=\"82090\"",
                                     "nr=\"1\"", "from=\"8209\"", "size=\"96\""}) {
            std::string text = good;
            const size_t at = text.find(replaced);
            ASSERT_NE(at, std::string::npos) << replaced;
            const std::string name(replaced, std::strchr(replaced, '"') + 1);
            text.replace(at, std::strlen(replaced), name + number + "\"");
            ExpectRefused(text);
        }
    }
}

TEST(MallocInfoHostile, SumsBeyond64BitsDoNotWrapAround)
{
    const std::string huge =
        Heap(0, Row("size", 8209, 8209, UINT64_MAX, 10), 0, 0, 11, UINT64_MAX, UINT64_MAX) +
        Heap(1, Row("size", 8213, 8213, UINT64_MAX, 1), 9, UINT64_MAX, 9, UINT64_MAX, UINT64_MAX);
    const ParsedMallocInfo parsed = ParseMallocInfo(Document(huge));
    if (parsed.result == 0) {
        EXPECT_EQ(parsed.info.system_bytes, UINT64_MAX);
        EXPECT_EQ(parsed.info.rest_bytes, UINT64_MAX);
    }
}

TEST(MallocInfoHostile, RefusesBrokenStructure)
{
    const std::string heap = Heap(0, "", 0, 0, 1, 1000, 135168);
    for (const std::string &text :
         {std::string(), std::string("<"), std::string("malloc"),
          std::string("<malloc version=\"1\">"), std::string("<malloc version=\"1\"></malloc>"),
          std::string(1000, '<'), std::string(1000, '>'), Document(""), Document(heap + "</heap>"),
          Document("<heap nr=\"0\">" + heap), Document("<heap nr=\"0\"></heap>"),
          Document("<heap></heap>"), Document("<heap nr=\"0\"><sizes></sizes></heap>")}) {
        ExpectRefused(text);
    }
}

TEST(MallocInfoHostile, EndsAtAVeryLongTag)
{
    for (const size_t length :
         {size_t{254}, size_t{255}, size_t{256}, size_t{257}, size_t{100000}}) {
        const std::string text =
            Document("<" + std::string(length, 'x') + ">" + Heap(0, "", 0, 0, 1, 1000, 135168));
        const ParsedMallocInfo parsed = ParseMallocInfo(text);
        EXPECT_TRUE(parsed.result == -1 || parsed.info.system_bytes == 135168U) << length;
    }
}

TEST(MallocInfoHostile, TakesNewTagsAndAttributesOfFutureVersions)
{
    std::string text = Sample();
    text.insert(text.find("<sizes>"),
                "<future kind=\"new\" size=\"1\"/>\n<subheaps count=\"3\"/>\n");
    const ParsedMallocInfo parsed = ParseMallocInfo(text);
    ASSERT_EQ(parsed.result, 0);
    ExpectEqual(parsed.info, ParseMallocInfo(Sample()).info);
}

TEST(MallocInfoHostile, SurvivesRandomChanges)
{
    const std::string good = Sample();
    std::mt19937 random(7);
    int refused = 0;
    for (int round = 0; round < 20000; ++round) {
        std::string text = good;
        for (int change = 0; change < 3; ++change) {
            const size_t at = random() % text.size();
            switch (random() % 3) {
            case 0:
                text[at] = static_cast<char>(random());
                break;
            case 1:
                text.erase(at, random() % 40);
                break;
            default:
                text.insert(at, text.substr(random() % text.size(), random() % 40));
                break;
            }
        }
        refused += ParseMallocInfo(text, 1 + random() % 100).result == 0 ? 0 : 1;
    }
    EXPECT_GT(refused, 2000);
}

} // namespace
