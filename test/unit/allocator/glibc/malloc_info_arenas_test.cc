/* The figures of each single arena in malloc_info's text. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "arena_threads.h"
#include "malloc_info_text.h"
#include "sanitized_malloc.h"

namespace
{

constexpr uint64_t kKeeps = 4096 + TRIM_CHUNK_HEADER;

TEST(MallocInfoArenas, AreTheHeapsInTheirOrder)
{
    const ParsedMallocInfo parsed = ParseMallocInfo(SampleXml());
    ASSERT_EQ(parsed.arenas.size(), 2U);
    const trim_arena_figures &main = parsed.arenas[0];
    EXPECT_EQ(main.number, 0U);
    EXPECT_EQ(main.system_bytes, 1056768U);
    EXPECT_EQ(main.inner_bytes, 10 * (8208 - kKeeps));
    EXPECT_EQ(main.chunks, 10U);
    EXPECT_EQ(main.largest_bytes, 8208U) << "without the flags";
    EXPECT_EQ(main.top_bytes, 70000U);
    const trim_arena_figures &other = parsed.arenas[1];
    EXPECT_EQ(other.number, 1U);
    EXPECT_EQ(other.system_bytes, 135168U);
    EXPECT_EQ(other.chunks, 3U) << "only the unsorted ones may have whole pages";
    EXPECT_EQ(other.largest_bytes, 90000U);
    EXPECT_EQ(other.top_bytes, 4000U);
    EXPECT_EQ(main.inner_bytes + other.inner_bytes, parsed.info.inner_bytes);
}

TEST(MallocInfoArenas, TakeNothingOverFromTheArenaBefore)
{
    const std::string row = RowXml("size", 65537, 65537, 655370, 10);
    const ParsedMallocInfo parsed = ParseMallocInfo(DocumentXml(
        HeapXml(0, row, 0, 0, 11, 655370 + 5000, 1000000) + HeapXml(1, "", 0, 0, 1, 700, 135168)));
    ASSERT_EQ(parsed.arenas.size(), 2U);
    const trim_arena_figures &empty = parsed.arenas[1];
    EXPECT_EQ(empty.inner_bytes + empty.chunks, 0U);
    EXPECT_EQ(empty.largest_bytes, 0U);
    EXPECT_EQ(empty.top_bytes, 700U);
    EXPECT_EQ(ParseMallocInfo(SampleXml()).arenas.size(), 2U) << "nor does a text from one before";
}

TEST(MallocInfoArenas, CountTheLargestOfAllRowsAndNotTheTop)
{
    const std::string rows = RowXml("size", 8209, 8209, 8209, 1) +
                             RowXml("size", 786449, 2097169, 2883618, 2) +
                             RowXml("unsorted", 33, 33, 33, 1);
    const ParsedMallocInfo parsed = ParseMallocInfo(
        DocumentXml(HeapXml(0, rows, 0, 0, 5, 8209 + 2883618 + 33 + 5000000, 10000000)));
    ASSERT_EQ(parsed.arenas.size(), 1U);
    EXPECT_EQ(parsed.arenas[0].largest_bytes, 2097168U);
    EXPECT_EQ(parsed.arenas[0].chunks, 3U);
    EXPECT_EQ(parsed.arenas[0].top_bytes, 5000000U);
}

TEST(MallocInfoArenas, CountNoMoreChunksThanCanHaveWholePages)
{
    const std::string rows = RowXml("unsorted", 33, 9001, 20200, 200);
    const ParsedMallocInfo parsed =
        ParseMallocInfo(DocumentXml(HeapXml(0, rows, 0, 0, 201, 25000, 1000000)));
    ASSERT_EQ(parsed.arenas.size(), 1U);
    EXPECT_EQ(parsed.arenas[0].inner_bytes, 9000 - kKeeps) << "the others have a hundred bytes";
    EXPECT_EQ(parsed.arenas[0].chunks, 20000 / kKeeps);
}

/* One arena's chunks were sorted, and those of the others are like them: runs of five blocks of 592
 * bytes between live ones, and a few of the JVM's. */
TEST(MallocInfoArenas, AreToldOfByTheSortedBinsOfOthers)
{
    const std::string sorted = RowXml("size", 2961, 2961, 172457523, 58243);
    const std::string unsorted = RowXml("unsorted", 145, 14865, 172517568, 58272);
    const std::string one = HeapXml(1, unsorted, 0, 0, 58273, 172527696, 206983168);
    const std::string other = HeapXml(2, sorted, 0, 0, 58244, 172467523, 208732160);
    const ParsedMallocInfo alone = ParseMallocInfo(DocumentXml(one));
    EXPECT_GT(alone.info.inner_bytes, 20U << 20);
    EXPECT_GT(alone.info.guess_bytes, 20U << 20) << "nothing else is known";
    EXPECT_EQ(alone.arenas[0].inner_bytes, alone.info.inner_bytes);
    for (const std::string &heaps : {one + other, other + one}) {
        const ParsedMallocInfo both = ParseMallocInfo(DocumentXml(heaps));
        EXPECT_LT(both.info.inner_bytes, 1U << 20);
        EXPECT_EQ(both.info.guess_bytes, 0U);
        EXPECT_EQ(both.arenas[0].inner_bytes + both.arenas[1].inner_bytes, both.info.inner_bytes);
    }
}

TEST(MallocInfoArenas, BeyondWhatThereIsRoomForAreOnlySummedUp)
{
    constexpr uint64_t kHeaps = TRIM_ARENA_FIGURES_MAX + 5;
    std::string heaps;
    for (uint64_t i = 0; i < kHeaps; ++i) {
        heaps += HeapXml(static_cast<int>(i), "", 0, 0, 1, 100, 135168);
    }
    const ParsedMallocInfo parsed = ParseMallocInfo(DocumentXml(heaps));
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.info.arenas, kHeaps);
    EXPECT_EQ(parsed.info.system_bytes, kHeaps * 135168);
    ASSERT_EQ(parsed.arenas.size(), size_t{TRIM_ARENA_FIGURES_MAX});
    EXPECT_EQ(parsed.arenas.back().number, uint64_t{TRIM_ARENA_FIGURES_MAX} - 1);
}

TEST(MallocInfoArenas, SurviveRowsThatCannotBe)
{
    const std::string rows = RowXml("size", 90001, 5005, 95006, 2) +
                             RowXml("size", 5005, 90001, 0, 0) +
                             RowXml("size", 8209, UINT64_MAX, UINT64_MAX, 1) +
                             RowXml("size", UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX);
    const ParsedMallocInfo parsed =
        ParseMallocInfo(DocumentXml(HeapXml(0, rows, 0, 0, 5, 5000, 100000) +
                                    HeapXml(1, "", 7, UINT64_MAX, 5, UINT64_MAX, UINT64_MAX)));
    ASSERT_EQ(parsed.arenas.size(), 2U);
    EXPECT_EQ(parsed.arenas[0].top_bytes, 0U) << "rows beyond the total leave nothing for it";
    EXPECT_LE(parsed.arenas[0].inner_bytes, parsed.info.inner_bytes);
    EXPECT_EQ(parsed.arenas[1].system_bytes, UINT64_MAX);
}

TEST(MallocInfoArenas, AgreeWithWhatTheRealTextSaysOfEach)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    ArenaThreads threads(4, 20 << 20);
    threads.FreeAllBut(5);
    const std::string text = RealMallocInfo();
    const ParsedMallocInfo parsed = ParseMallocInfo(text);
    ASSERT_EQ(parsed.result, 0);
    ASSERT_GE(parsed.arenas.size(), 4U);
    uint64_t inner = 0;
    for (const trim_arena_figures &arena : parsed.arenas) {
        const std::string heap = HeapText(text, arena.number);
        EXPECT_EQ(arena.system_bytes, SumOf(heap, R"(<system type="current" size="([0-9]+))"));
        const Pattern to("to=\"([0-9]+)\"");
        uint64_t largest = 0;
        size_t at = 0;
        for (auto row = to.Find(heap, at, &at); !row.empty(); row = to.Find(heap, at, &at)) {
            largest = std::max<uint64_t>(largest, std::stoull(row.at(1)) / 8 * 8);
        }
        EXPECT_EQ(arena.largest_bytes, largest) << heap;
        inner += arena.inner_bytes;
    }
    EXPECT_EQ(inner, parsed.info.inner_bytes);
}

} // namespace
