/* The pure parts of the scan: lines of maps, and headers of heaps. */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <random>
#include <string>

#include "arena_scan.h"
#include "guarded_text.h"

namespace
{

constexpr uint64_t kHeap = TRIM_ARENA_HEAP_BYTES;
constexpr uint64_t kPage = 4096;

struct ParsedLine {
    int result;
    trim_maps_line line;
};

ParsedLine ParseLine(const std::string &text)
{
    const GuardedText guarded(text);
    ParsedLine parsed;
    std::memset(&parsed, 0x5a, sizeof parsed);
    parsed.result = trim_parse_maps_line(guarded.data(), guarded.size(), &parsed.line);
    return parsed;
}

TEST(MapsLine, ReadsAnonymousMemory)
{
    const ParsedLine parsed = ParseLine("7f0c64000000-7f0c64021000 rw-p 00000000 00:00 0 ");
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.line.start, 0x7f0c64000000U);
    EXPECT_EQ(parsed.line.end, 0x7f0c64021000U);
    EXPECT_TRUE(parsed.line.private_rw);
    EXPECT_TRUE(parsed.line.anonymous);
    EXPECT_FALSE(parsed.line.main_heap);
}

struct LineCase {
    const char *text;
    bool private_rw;
    bool anonymous;
    bool main_heap;
};

TEST(MapsLine, TellsKindsApart)
{
    const LineCase cases[] = {
        {"1000-2000 rw-p 00000000 00:00 0", true, true, false},
        {"1000-2000 rw-p 00000000 00:00 0                          [heap]", true, false, true},
        {"1000-2000 rw-p 00000000 00:00 0   [anon:glibc: malloc arena]", true, true, false},
        {"1000-2000 rw-p 00000000 00:00 0   [anon: glibc: malloc arena]", true, true, false},
        {"1000-2000 rw-p 00000000 00:00 0   [stack]", true, false, false},
        {"1000-2000 rw-s 00000000 00:00 0 ", false, true, false},
        {"1000-2000 r--p 00000000 00:00 0 ", false, true, false},
        {"1000-2000 rwxp 00000000 00:00 0 ", false, true, false},
        {"1000-2000 ---p 00000000 00:00 0 ", false, true, false},
        {"1000-2000 rw-p 00001000 fe:00 1234   /usr/lib/libc.so.6", true, false, false},
        {"1000-2000 rw-p 00001000 fe:00 1234   /tmp/a b (deleted)", true, false, false},
        {"1000-2000 rw-p 00000000 fe:00 1234   [heap]", true, false, false},
        {"1000-2000 rw-p 00000000 fe:00 1234   /tmp/[heap]", true, false, false},
        {"1000-2000 rw-p 00000000 00:00 0   [heap]x", true, false, false},
        {"1000-2000 rw-p 00000000 00:00 0   /[anon:x]", true, false, false},
        {"1000-2000 rw-p 00000000 00:00 01   ", true, false, false},
    };
    for (const LineCase &c : cases) {
        const ParsedLine parsed = ParseLine(c.text);
        ASSERT_EQ(parsed.result, 0) << c.text;
        EXPECT_EQ(parsed.line.private_rw, c.private_rw) << c.text;
        EXPECT_EQ(parsed.line.anonymous, c.anonymous) << c.text;
        EXPECT_EQ(parsed.line.main_heap, c.main_heap) << c.text;
    }
}

TEST(MapsLine, ReadsTheHighestAddresses)
{
    const ParsedLine parsed = ParseLine(
        "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]");
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.line.start, 0xffffffffff600000U);
    EXPECT_EQ(parsed.line.end, 0xffffffffff601000U);
}

TEST(MapsLine, RefusesHostileTextAndLeavesTheOutput)
{
    ParsedLine untouched;
    std::memset(&untouched, 0x5a, sizeof untouched);
    for (const std::string &text : {std::string(),
                                    std::string(" "),
                                    std::string("-"),
                                    std::string("1000"),
                                    std::string("1000-"),
                                    std::string("1000-2000"),
                                    std::string("1000-2000 "),
                                    std::string("-2000 rw-p 0 0:0 0"),
                                    std::string("2000-1000 rw-p 0 0:0 0"),
                                    std::string("1000-1000 rw-p 0 0:0 0"),
                                    std::string("10g0-2000 rw-p 0 0:0 0"),
                                    std::string("0x1000-0x2000 rw-p 0 0:0 0"),
                                    std::string(" 1000-2000 rw-p 0 0:0 0"),
                                    std::string("1000-12345678901234567 rw-p 0 0:0 0"),
                                    std::string("1000 2000 rw-p 0 0:0 0"),
                                    std::string("1000-2000 rw-p"),
                                    std::string("1000-2000 rw-p 0"),
                                    std::string("1000-2000 rw-p 0 0:0"),
                                    std::string(5000, 'f'),
                                    std::string(5000, ' '),
                                    "1000-" + std::string(5000, '0') + " rw-p",
                                    std::string("1000-20\0000 rw-p 0 0:0 0", 23)}) {
        const ParsedLine parsed = ParseLine(text);
        EXPECT_EQ(parsed.result, -1) << text;
        EXPECT_EQ(std::memcmp(&parsed.line, &untouched.line, sizeof parsed.line), 0) << text;
    }
}

TEST(MapsLine, SurvivesRandomChanges)
{
    const std::string good = "7f0c64000000-7f0c64021000 rw-p 00000000 00:00 0    [heap]";
    std::mt19937 random(11);
    for (int round = 0; round < 5000; ++round) {
        std::string text = good.substr(0, random() % (good.size() + 1));
        for (int change = 0; change < 3 && !text.empty(); ++change) {
            text[random() % text.size()] = static_cast<char>(random());
        }
        const ParsedLine parsed = ParseLine(text);
        if (parsed.result == 0) {
            EXPECT_LT(parsed.line.start, parsed.line.end) << text;
        }
    }
}

bool Plausible(uint64_t address, const trim_heap_header &header, uint64_t heap_max_bytes = kHeap)
{
    return trim_heap_header_plausible(address, &header, kPage, heap_max_bytes);
}

constexpr uint64_t kAddress = 0x7f0c64000000;
constexpr trim_heap_header kFirst = {kAddress + 48, 0, 0x21000, 0x21000};
constexpr trim_heap_header kNext = {kAddress - 5 * kHeap + 48, kAddress - 2 * kHeap, kHeap, kHeap};

TEST(HeapHeader, TakesFirstAndFurtherHeaps)
{
    EXPECT_TRUE(Plausible(kAddress, kFirst));
    EXPECT_TRUE(Plausible(kAddress, kNext));
    /* A heap that has shrunk keeps what was made writable. */
    EXPECT_TRUE(Plausible(kAddress, {kFirst.arena, 0, 0x21000, 0x100000}));
    EXPECT_TRUE(Plausible(kAddress, {kFirst.arena + 16, 0, 0x21000, 0x21000}))
        << "a later glibc's header";
}

TEST(HeapHeader, TakesHeapsOfFourHugePagesWhereThereMayBeSome)
{
    constexpr uint64_t kSmall = 8 << 20;
    constexpr uint64_t kOdd = kAddress + 3 * kSmall;
    const trim_heap_header first = {kOdd + 48, 0, kSmall, kSmall};
    const trim_heap_header next = {kAddress + 48, kAddress - 5 * kSmall, 0x200000, kSmall};
    EXPECT_TRUE(Plausible(kOdd, first, kSmall));
    EXPECT_TRUE(Plausible(kOdd, next, kSmall));
    EXPECT_FALSE(Plausible(kOdd, first)) << "heaps begin at multiples of 64 MiB";
    /* glibc 2.42 and later makes them of the usual size whatever the pages are. */
    EXPECT_TRUE(Plausible(kAddress, kNext, kSmall));
    /* Of pages of a gigabyte heaps are four of these, or of the usual size again. */
    constexpr uint64_t kLarge = UINT64_C(4) << 30;
    EXPECT_TRUE(Plausible(kAddress, {kAddress + 48, 0, kLarge / 2, kLarge}, kLarge));
    EXPECT_TRUE(Plausible(kAddress, kNext, kLarge));
    EXPECT_FALSE(Plausible(kAddress, {kAddress + 48, 0, 2 * kLarge, 2 * kLarge}, kLarge));
}

TEST(HeapHeader, IsMadeOfWholePagesHoweverLargeTheseAre)
{
    for (const uint64_t page : {UINT64_C(4096), UINT64_C(16384), UINT64_C(65536)}) {
        const trim_heap_header heap = {kFirst.arena, 0, 3 * page, 5 * page};
        const trim_heap_header odd = {kFirst.arena, 0, 3 * page + page / 4, 5 * page};
        EXPECT_TRUE(trim_heap_header_plausible(kAddress, &heap, page, kHeap)) << page;
        EXPECT_FALSE(trim_heap_header_plausible(kAddress, &odd, page, kHeap)) << page;
    }
    /* User addresses have 39 to 52 bits there. */
    for (const unsigned bits : {39U, 48U, 52U}) {
        const uint64_t address = (UINT64_C(1) << bits) - 5 * kHeap;
        const trim_heap_header heap = {address + 48, 0, 0x30000, 0x30000};
        EXPECT_TRUE(trim_heap_header_plausible(address, &heap, 65536, kHeap)) << bits;
    }
}

TEST(HeapHeader, RefusesWhatOtherMemoryBeginsWith)
{
    const trim_heap_header decoys[] = {
        {0, 0, 0, 0},
        {UINT64_MAX, UINT64_MAX, UINT64_MAX, UINT64_MAX},
        {kFirst.arena, 0, 0, 0},
        {kFirst.arena, 0, 0x21000, 0},
        {kFirst.arena, 0, 0x21001, 0x22000},
        {kFirst.arena, 0, 0x21000, 0x21001},
        {kFirst.arena, 0, 0x21000, 0x20000},
        {kFirst.arena, 0, kHeap + kPage, kHeap + kPage},
        {kFirst.arena, 0, 0x21000, kHeap + kPage},
        {kAddress, 0, 0x21000, 0x21000},
        {kAddress + kHeap / 2, 0, 0x21000, 0x21000},
        {kFirst.arena + 1, 0, 0x21000, 0x21000},
        {kNext.arena, 0, 0x21000, 0x21000},
        {kFirst.arena, kAddress - kHeap, 0x21000, 0x21000},
        {kNext.arena, kNext.previous + kPage, 0x21000, 0x21000},
        {kNext.arena, kAddress, 0x21000, 0x21000},
        {0x2d0a3e2d2d2d2d20, 0x6c6c616d2d3c3e2f, 0x3d6e6f6973726576, 0x3e2f0a3e22312220},
    };
    for (const trim_heap_header &decoy : decoys) {
        EXPECT_FALSE(Plausible(kAddress, decoy)) << std::hex << decoy.arena << " " << decoy.size;
    }
}

} // namespace
