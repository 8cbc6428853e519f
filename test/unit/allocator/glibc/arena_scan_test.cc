#include "arena_scan.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <sstream>
#include <string>

#include "arena_threads.h"
#include "malloc_info_text.h"
#include "sanitized_malloc.h"
#include "scratch_directory.h"

namespace
{

constexpr uint64_t kHeap = TRIM_ARENA_HEAP_BYTES;
constexpr uint64_t kPage = 4096;

/* Memory at an address where a heap may begin. */
class HeapPlace
{
public:
    HeapPlace()
    {
        start_ = static_cast<char *>(mmap(nullptr, 4 * kHeap, PROT_NONE,
                                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
        const uint64_t address = reinterpret_cast<uint64_t>(start_);
        heap_ = start_ + ((address + kHeap - 1) / kHeap * kHeap - address);
    }
    ~HeapPlace()
    {
        munmap(start_, 4 * kHeap);
    }
    HeapPlace(const HeapPlace &) = delete;
    HeapPlace &operator=(const HeapPlace &) = delete;

    /* Makes a heap at place 0 or 1 of which some pages are touched. */
    void Make(int place, uint64_t size, uint64_t touched_pages) const
    {
        char *heap = heap_ + static_cast<uint64_t>(place) * kHeap;
        ASSERT_EQ(mprotect(heap, size, PROT_READ | PROT_WRITE), 0);
        madvise(heap, size, MADV_NOHUGEPAGE);
        for (uint64_t page = 0; page < touched_pages; ++page) {
            heap[page * kPage] = 1;
        }
        const trim_heap_header header = {address(0) + 48, place == 0 ? 0 : address(0), size, size};
        std::memcpy(heap, &header, sizeof header);
    }

    uint64_t address(int place) const
    {
        return reinterpret_cast<uint64_t>(heap_) + static_cast<uint64_t>(place) * kHeap;
    }

private:
    char *start_;
    char *heap_;
};

std::string MapsLine(uint64_t start, uint64_t end, const char *rest = "rw-p 00000000 00:00 0 \n")
{
    std::ostringstream line;
    line << std::hex << start << "-" << end << " " << rest;
    return line.str();
}

class ArenaScan : public testing::Test
{
protected:
    trim_arena_scan Scan(const std::string &maps) const
    {
        proc_.Write("maps", maps);
        trim_arena_scan scan = {};
        EXPECT_EQ(trim_arena_scan_run(proc_.path().c_str(), &scan), 0);
        return scan;
    }

    ScratchDirectory proc_;
    HeapPlace place_;
};

TEST_F(ArenaScan, MeasuresTheHeapsThatMapsShow)
{
    place_.Make(0, 64 * kPage, 10);
    place_.Make(1, 32 * kPage, 20);
    const trim_arena_scan scan = Scan("1000-2000 r--p 0 00:00 0\n" +
                                      MapsLine(place_.address(0), place_.address(0) + 64 * kPage) +
                                      MapsLine(place_.address(1), place_.address(1) + 32 * kPage));
    EXPECT_EQ(scan.heaps, 2U);
    EXPECT_EQ(scan.other_bytes, 96 * kPage);
    EXPECT_EQ(scan.resident_bytes, 30 * kPage);
    EXPECT_EQ(scan.main_bytes, 0U);
}

TEST_F(ArenaScan, FindsNeighboursThatMergedIntoOneLine)
{
    place_.Make(0, kHeap, 5);
    place_.Make(1, 32 * kPage, 7);
    const trim_arena_scan scan = Scan(MapsLine(place_.address(0), place_.address(1) + 32 * kPage));
    EXPECT_EQ(scan.heaps, 2U);
    EXPECT_EQ(scan.other_bytes, kHeap + 32 * kPage);
    EXPECT_EQ(scan.resident_bytes, 12 * kPage);
}

TEST_F(ArenaScan, FindsAHeapThatOtherMemoryPrecedesInItsLine)
{
    place_.Make(1, 32 * kPage, 7);
    const trim_arena_scan scan =
        Scan(MapsLine(place_.address(1) - 16 * kPage, place_.address(1) + 32 * kPage));
    EXPECT_EQ(scan.heaps, 1U);
    EXPECT_EQ(scan.other_bytes, 32 * kPage);
}

/* As glibc 2.43 prints it with glibc.malloc.hugetlb=1, with the addresses of heaps of ours. */
TEST_F(ArenaScan, JoinsTheLinesOfAHeapWhosePartsTheKernelKeepsApart)
{
    place_.Make(0, kHeap, 600);
    place_.Make(1, 1024 * kPage, 7);
    const uint64_t first = place_.address(0);
    const uint64_t second = place_.address(1);
    const trim_arena_scan scan =
        Scan(MapsLine(first, first + 0x200000) + MapsLine(first + 0x200000, second) +
             MapsLine(second, second + 0x200000) + MapsLine(second + 0x200000, second + 0x400000) +
             MapsLine(second + 0x400000, second + kHeap, "---p 0 0:0 0\n"));
    EXPECT_EQ(scan.heaps, 2U);
    EXPECT_EQ(scan.other_bytes, kHeap + 1024 * kPage);
    EXPECT_EQ(scan.resident_bytes, 607 * kPage);
    EXPECT_EQ(trim_arena_scan_map()->heaps[0].resident_bytes, 600 * kPage);
}

/* As glibc 2.39 and later print it with glibc.mem.decorate_maps=1: what a heap begins with has a
 * name, what it grows by has none. */
TEST_F(ArenaScan, JoinsTheLinesOfAHeapOfWhichOnlyThePartThatItBeganWithHasAName)
{
    place_.Make(0, 0x42000, 50);
    const uint64_t start = place_.address(0);
    const char *named =
        "rw-p 00000000 00:00 0                          [anon: glibc: malloc arena]\n";
    const trim_arena_scan scan =
        Scan(MapsLine(start, start + 0x21000, named) + MapsLine(start + 0x21000, start + 0x42000) +
             MapsLine(start + 0x42000, start + kHeap, "---p 00000000 00:00 0 \n"));
    EXPECT_EQ(scan.heaps, 1U);
    EXPECT_EQ(scan.other_bytes, 0x42000U);
    EXPECT_EQ(scan.resident_bytes, 50 * kPage);
}

TEST_F(ArenaScan, JoinsNothingAcrossAGapOrAnotherMapping)
{
    place_.Make(0, 64 * kPage, 10);
    const uint64_t start = place_.address(0);
    const uint64_t middle = start + 32 * kPage;
    const uint64_t end = start + 64 * kPage;
    EXPECT_EQ(Scan(MapsLine(start, middle) + MapsLine(middle, end)).heaps, 1U);
    EXPECT_EQ(Scan(MapsLine(start, middle - kPage) + MapsLine(middle, end)).heaps, 0U);
    EXPECT_EQ(Scan(MapsLine(start, middle) + MapsLine(middle, end, "rw-p 0 fe:00 7 /f\n")).heaps,
              0U);
    EXPECT_EQ(Scan(MapsLine(start, middle) + MapsLine(middle, end, "r--p 0 0:0 0\n")).heaps, 0U);
    /* A Java heap beside it is not looked through, and takes nothing away. */
    const uint64_t large = UINT64_C(1) << 37;
    EXPECT_EQ(Scan(MapsLine(start, end) + MapsLine(end, end + large)).heaps, 1U);
    EXPECT_EQ(Scan(MapsLine(start - large, start) + MapsLine(start, end)).heaps, 1U);
}

TEST_F(ArenaScan, SurvivesMapsThatTellOfMemoryThatIsGone)
{
    const trim_arena_scan scan = Scan(
        MapsLine(place_.address(0), place_.address(0) + kHeap) + "0-10000000 rw-p 0 00:00 0\n" +
        MapsLine(UINT64_C(1) << 46, (UINT64_C(1) << 46) + 64 * kHeap) +
        "fffffffffc000000-ffffffffffffffff rw-p 0 00:00 0\n" +
        "fffffffffffff000-ffffffffffffffff rw-p 0 00:00 0 [heap]\n");
    EXPECT_EQ(scan.heaps, 0U);
    EXPECT_EQ(scan.resident_bytes, 0U);
}

TEST_F(ArenaScan, LeavesFilesSharedAndReadOnlyMemoryAlone)
{
    place_.Make(0, 64 * kPage, 10);
    const uint64_t start = place_.address(0);
    const uint64_t end = start + 64 * kPage;
    EXPECT_EQ(Scan(MapsLine(start, end, "rw-s 0 00:00 0\n")).heaps, 0U);
    EXPECT_EQ(Scan(MapsLine(start, end, "r--p 0 00:00 0\n")).heaps, 0U);
    EXPECT_EQ(Scan(MapsLine(start, end, "rw-p 0 fe:00 77 /tmp/file\n")).heaps, 0U);
    EXPECT_EQ(Scan(MapsLine(start, end, "rw-p 0 00:00 0 [stack]\n")).heaps, 0U);
    /* A heap does not reach beyond its mapping. */
    EXPECT_EQ(Scan(MapsLine(start, end - kPage)).heaps, 0U);
}

TEST_F(ArenaScan, ReadsMapsThatAreLargerThanAnyBufferWithLinesOfAnyLength)
{
    place_.Make(0, 64 * kPage, 10);
    std::string maps;
    for (size_t length = 0; length < 40000; length += 101) {
        maps += "1000-2000 r--p 0 fe:00 77 /" + std::string(length % 5000, 'p') + "\n";
    }
    maps += "1000-2000 r--p 0 fe:00 77 /" + std::string(100000, 'p') + "\n";
    maps += MapsLine(place_.address(0), place_.address(0) + 64 * kPage);
    EXPECT_EQ(Scan(maps).heaps, 1U);
}

TEST_F(ArenaScan, FailsWithoutMapsAndLeavesTheOutput)
{
    trim_arena_scan untouched;
    std::memset(&untouched, 0x5a, sizeof untouched);
    trim_arena_scan scan = untouched;
    EXPECT_EQ(trim_arena_scan_run(proc_.path().c_str(), &scan), -1);
    EXPECT_EQ(trim_arena_scan_run(std::string(5000, 'x').c_str(), &scan), -1);
    EXPECT_EQ(std::memcmp(&scan, &untouched, sizeof scan), 0);
}

/* As glibc 2.36 prints it with glibc.malloc.hugetlb=2 and no huge page to be had. */
TEST_F(ArenaScan, FindsHeapsOfFourHugePages)
{
    constexpr uint64_t kSmall = 8 << 20;
    const uint64_t start = place_.address(0);
    place_.Make(0, 256 * kPage, 10);
    const uint64_t odd = start + 3 * kSmall;
    ASSERT_EQ(mprotect(reinterpret_cast<void *>(odd), kSmall, PROT_READ | PROT_WRITE), 0);
    const trim_heap_header header = {start + 48, start, kSmall, kSmall};
    std::memcpy(reinterpret_cast<void *>(odd), &header, sizeof header);
    const std::string maps = MapsLine(start, start + 256 * kPage) + MapsLine(odd, odd + kSmall);
    EXPECT_EQ(Scan(maps).heaps, 1U);
    trim_arena_scan_heaps_of(kSmall);
    EXPECT_EQ(Scan(maps).heaps, 2U);
    EXPECT_EQ(Scan(maps).other_bytes, kSmall + 256 * kPage);
    trim_arena_scan_heaps_of(TRIM_ARENA_HEAP_BYTES);
}

/* Where only their size tells arenas apart, nobody knows which of one size has which top. */
TEST_F(ArenaScan, TakesOfArenasOfOneSizeTheLeastTop)
{
    constexpr uint64_t kSize = 0x800000;
    for (const int place : {0, 1}) {
        place_.Make(place, kSize, kSize / kPage);
        const trim_heap_header header = {place_.address(place) + 48, 0, kSize, kSize};
        std::memcpy(reinterpret_cast<void *>(place_.address(place)), &header, sizeof header);
    }
    (void)Scan(MapsLine(place_.address(0), place_.address(0) + kSize) +
               MapsLine(place_.address(1), place_.address(1) + kSize));
    trim_arena_figures arenas[2] = {};
    arenas[0].number = 1;
    arenas[0].system_bytes = kSize;
    arenas[0].top_bytes = 0x600000;
    arenas[1] = arenas[0];
    arenas[1].number = 2;
    trim_tops tops = {};
    trim_arena_scan_tops(arenas, 2, &tops);
    EXPECT_EQ(tops.wet_bytes, 2U * 0x600000);
    arenas[1].top_bytes = 0x200000;
    trim_arena_scan_tops(arenas, 2, &tops);
    EXPECT_EQ(tops.wet_bytes, 2U * 0x200000);
    arenas[0].arena = place_.address(0) + 48;
    arenas[1].arena = place_.address(1) + 48;
    trim_arena_scan_tops(arenas, 2, &tops);
    EXPECT_EQ(tops.wet_bytes, 0x600000U + 0x200000U) << "their addresses tell";
    arenas[0].arena = arenas[1].arena = 0;
    arenas[1].system_bytes = kSize / 2;
    trim_arena_scan_tops(arenas, 2, &tops);
    EXPECT_EQ(tops.wet_bytes, 2U * 0x600000) << "of another size";
}

class LockedArenas : public ArenaScan
{
protected:
    static constexpr uint64_t kSize = 64 * kPage;

    void SetUp() override
    {
        ArenaScan::SetUp();
        place_.Make(0, kSize, 10);
        place_.Make(1, kSize, 20);
        if (Ask(SYS_mlock) != 0) {
            GTEST_SKIP() << "no memory may be locked here";
        }
        proc_.Write("status", "Name:\tjava\nVmLck:\t     256 kB\nVmRSS:\t 4000 kB\n");
    }

    /* Sanitizers make a call of mlock do nothing. */
    long Ask(long call) const
    {
        return syscall(call, place_.address(1), kSize);
    }

    std::string Maps() const
    {
        return MapsLine(place_.address(0), place_.address(0) + kSize) +
               MapsLine(place_.address(1), place_.address(1) + kSize);
    }
};

TEST_F(LockedArenas, AreToldApart)
{
    const trim_arena_scan scan = Scan(Maps());
    EXPECT_EQ(scan.heaps, 2U);
    EXPECT_EQ(scan.other_bytes, 2 * kSize);
    EXPECT_EQ(scan.resident_bytes, 10 * kPage);
    EXPECT_EQ(scan.locked_bytes, kSize);
    EXPECT_EQ(scan.locked_resident_bytes, kSize) << "locking touches all";
    const trim_arena_map *map = trim_arena_scan_map();
    EXPECT_EQ(map->heaps[0].resident_bytes, 10 * kPage);
    EXPECT_EQ(map->heaps[1].resident_bytes, 0U);
    EXPECT_FALSE(trim_arena_map_locked(map, place_.address(0) + kSize));
    EXPECT_TRUE(trim_arena_map_locked(map, place_.address(1) + kSize));
}

TEST_F(LockedArenas, AreArenasAgainOnceTheyAreUnlocked)
{
    (void)Scan(Maps());
    ASSERT_EQ(Ask(SYS_munlock), 0);
    const trim_arena_scan scan = Scan(Maps());
    EXPECT_EQ(scan.locked_bytes, 0U);
    EXPECT_EQ(scan.resident_bytes, 10 * kPage + kSize);
}

TEST_F(LockedArenas, MayBeTheMainOne)
{
    const trim_arena_scan scan =
        Scan(MapsLine(place_.address(1), place_.address(1) + kSize, "rw-p 0 00:00 0 [heap]\n"));
    EXPECT_EQ(scan.main_bytes, kSize);
    EXPECT_EQ(scan.resident_bytes, 0U);
    EXPECT_EQ(scan.locked_bytes, kSize);
    EXPECT_EQ(trim_arena_scan_map()->main_resident_bytes, 0U);
    EXPECT_TRUE(trim_arena_map_locked(trim_arena_scan_map(), place_.address(1) + kSize));
}

TEST_F(LockedArenas, AreNotLookedForWhereNothingIsLocked)
{
    proc_.Write("status", "Name:\tjava\nVmLck:\t       0 kB\nVmRSS:\t 4000 kB\n");
    EXPECT_EQ(Scan(Maps()).locked_bytes, 0U);
}

TEST_F(LockedArenas, AreFoundHoweverLongTheStatusIs)
{
    std::string groups = "Groups:\t";
    for (int group = 1000; group < 2500; ++group) {
        groups += std::to_string(group) + " ";
    }
    proc_.Write("status", "Name:\tjava\n" + groups + "\nVmLck:\t     256 kB\n");
    EXPECT_EQ(Scan(Maps()).locked_bytes, kSize);
    proc_.Write("status", "VmLck:\t");
    EXPECT_EQ(Scan(Maps()).locked_bytes, 0U);
}

/* What hugetlb=1 does to a heap, on any glibc: the kernel splits the mapping where advice begins.
 */
TEST_F(ArenaScan, FindsArenasOfRealThreadsWhoseMappingsWereSplit)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    const ArenaThreads threads(2, 20 << 20);
    trim_arena_scan before = {};
    ASSERT_EQ(trim_arena_scan_run("/proc/self", &before), 0);
    for (size_t heap = 0; heap < trim_arena_scan_map()->heap_count; ++heap) {
        const trim_arena_heap &one = trim_arena_scan_map()->heaps[heap];
        const uint64_t split = one.address + one.header.size / 2 / kPage * kPage;
        ASSERT_EQ(madvise(reinterpret_cast<void *>(split), kPage, MADV_DONTDUMP), 0);
    }
    trim_arena_scan after = {};
    ASSERT_EQ(trim_arena_scan_run("/proc/self", &after), 0);
    EXPECT_GE(before.heaps, 2U);
    EXPECT_EQ(after.heaps, before.heaps);
    EXPECT_EQ(after.other_bytes, before.other_bytes);
}

TEST_F(ArenaScan, AgreesWithMallocInfoAboutTheArenasOfRealThreads)
{
    SKIP_WITHOUT_GLIBC_MALLOC();
    const ArenaThreads threads(6, 40 << 20);
    trim_arena_scan scan = {};
    ASSERT_EQ(trim_arena_scan_run("/proc/self", &scan), 0);
    const ParsedMallocInfo parsed = ParseMallocInfo(RealMallocInfo());
    ASSERT_EQ(parsed.result, 0);
    EXPECT_EQ(scan.other_bytes, parsed.info.system_bytes - parsed.info.main_system_bytes);
    EXPECT_GE(scan.heaps, parsed.info.arenas - 1);
    /* The main arena may have grown by the text of malloc_info. */
    EXPECT_GE(scan.main_bytes + (256 << 10), parsed.info.main_system_bytes);
    EXPECT_LE(scan.resident_bytes, scan.main_bytes + scan.other_bytes);
    EXPECT_GE(scan.resident_bytes, UINT64_C(6) * (40 << 20) / 10 * 9);
}

} // namespace
