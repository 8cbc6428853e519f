#include "process_memory.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "guarded_text.h"
#include "quantity.h"
#include "scratch_directory.h"

namespace
{

constexpr uint64_t kPage = 4096;
constexpr uint64_t kUntouched = 0x5ca1ab1e;

const std::string kStatm = "1234567 89012 3456 1 0 78901 0\n";

const std::string kStatus = "Name:\tjava\n"
                            "Umask:\t0022\n"
                            "VmPeak:\t 9000000 kB\n"
                            "VmRSS:\t 1234567 kB\n"
                            "RssAnon:\t 1111111 kB\n"
                            "VmSwap:\t    2048 kB\n"
                            "Threads:\t42\n";

struct ParsedStatm {
    int result;
    uint64_t rss_bytes;
};

ParsedStatm ParseStatm(const std::string &text, uint64_t page_bytes = kPage)
{
    const GuardedText guarded(text);
    ParsedStatm parsed = {0, kUntouched};
    parsed.result = trim_parse_statm(guarded.data(), guarded.size(), page_bytes, &parsed.rss_bytes);
    return parsed;
}

struct ParsedStatus {
    int result;
    trim_process_memory memory;
};

ParsedStatus ParseStatus(const std::string &text)
{
    const GuardedText guarded(text);
    ParsedStatus parsed = {0, {kUntouched, kUntouched}};
    parsed.result = trim_parse_status(guarded.data(), guarded.size(), &parsed.memory);
    return parsed;
}

void ExpectStatusRefused(const std::string &text)
{
    const ParsedStatus parsed = ParseStatus(text);
    EXPECT_EQ(parsed.result, -1) << text;
    EXPECT_EQ(parsed.memory.rss_bytes, kUntouched) << text;
    EXPECT_EQ(parsed.memory.swap_bytes, kUntouched) << text;
}

TEST(Statm, ReadsTheResidentPages)
{
    const ParsedStatm parsed = ParseStatm(kStatm);
    EXPECT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.rss_bytes, 89012 * kPage);
    EXPECT_EQ(ParseStatm(kStatm, 65536).rss_bytes, UINT64_C(89012) * 65536);
}

TEST(Statm, RefusesHostileTextAndLeavesTheOutput)
{
    const std::vector<std::string> texts = {
        "",
        " ",
        "\n",
        "12",
        "12 ",
        "12\n",
        " 12 ",
        " 12 \n",
        "abc 5 6\n",
        "1 abc 6\n",
        "1 -5 6\n",
        "1 +5 6\n",
        "1 0x5 6\n",
        "1 5e3 6\n",
        "1 5.0 6\n",
        "1,5 6\n",
        "1 99999999999999999999 6\n",
        /* In pages it is a number still, in bytes it is none. */
        "1 18446744073709551615 6\n",
        "1 4503599627370496 6\n",
        std::string("1 \0005 6\n", 8),
        std::string("1\0 5 6\n", 8),
        std::string(5000, '9'),
        "1 " + std::string(5000, '9') + " 6\n",
        std::string(5000, ' '),
    };
    for (const std::string &text : texts) {
        const ParsedStatm parsed = ParseStatm(text);
        EXPECT_EQ(parsed.result, -1) << text;
        EXPECT_EQ(parsed.rss_bytes, kUntouched) << text;
    }
}

TEST(Statm, TakesTheLargestFigureThatFits)
{
    const uint64_t pages = UINT64_MAX / kPage;
    const ParsedStatm parsed = ParseStatm("1 " + std::to_string(pages) + " 6\n");
    EXPECT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.rss_bytes, pages * kPage);
}

TEST(Statm, NeverTakesACutNumberForAWholeOne)
{
    for (size_t length = 0; length < kStatm.size(); ++length) {
        const ParsedStatm parsed = ParseStatm(kStatm.substr(0, length));
        if (parsed.result == 0) {
            EXPECT_EQ(parsed.rss_bytes, 89012 * kPage) << length;
        } else {
            EXPECT_EQ(parsed.rss_bytes, kUntouched) << length;
        }
    }
}

TEST(Status, ReadsResidentAndSwappedMemory)
{
    const ParsedStatus parsed = ParseStatus(kStatus);
    EXPECT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.memory.rss_bytes, 1234567 * TRIM_KIB);
    EXPECT_EQ(parsed.memory.swap_bytes, 2048 * TRIM_KIB);
}

TEST(Status, WithoutASwapLineNothingIsSwapped)
{
    const ParsedStatus parsed = ParseStatus("Name:\tjava\nVmRSS:\t 100 kB\n");
    EXPECT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.memory.rss_bytes, 100 * TRIM_KIB);
    EXPECT_EQ(parsed.memory.swap_bytes, 0U);
}

TEST(Status, LooksForNamesAtTheBeginningsOfLinesOnly)
{
    /* Anybody can name a process, and a thread, as they like. */
    const ParsedStatus parsed =
        ParseStatus("Name:\tVmRSS:  7 kB\nXVmRSS:\t8 kB\n VmRSS:\t9 kB\n" + kStatus);
    EXPECT_EQ(parsed.result, 0);
    EXPECT_EQ(parsed.memory.rss_bytes, 1234567 * TRIM_KIB);
    ExpectStatusRefused("Name:\tVmRSS:  7 kB\n");
}

TEST(Status, RefusesHostileTextAndLeavesTheOutput)
{
    for (const std::string &line :
         {std::string("VmRSS:"), std::string("VmRSS:\n"), std::string("VmRSS:\t kB\n"),
          std::string("VmRSS:\t -5 kB\n"), std::string("VmRSS:\t 5 MB\n"),
          std::string("VmRSS:\t 5\n"), std::string("VmRSS:\t 5kB\n"), std::string("VmRSS\t 5 kB\n"),
          std::string("VmRSS:\t 5 kBx\n"), std::string("VmRSS:\t 0x5 kB\n"),
          std::string("VmRSS:\t 99999999999999999999 kB\n"),
          std::string("VmRSS:\t 18446744073709551615 kB\n"),
          std::string("VmRSS:\t 18014398509481984 kB\n"), std::string("VmRSS:\t 5\0kB\n", 13),
          "VmRSS:\t" + std::string(5000, '9') + " kB\n", std::string(5000, '\n')}) {
        ExpectStatusRefused(line);
        ExpectStatusRefused("Name:\tjava\n" + line + "VmSwap:\t 1 kB\n");
    }
    ExpectStatusRefused("");
}

TEST(Status, NeverTakesACutNumberForAWholeOne)
{
    for (size_t length = 0; length < kStatus.size(); ++length) {
        const ParsedStatus parsed = ParseStatus(kStatus.substr(0, length));
        if (parsed.result == 0) {
            EXPECT_EQ(parsed.memory.rss_bytes, 1234567 * TRIM_KIB) << length;
            EXPECT_TRUE(parsed.memory.swap_bytes == 0 ||
                        parsed.memory.swap_bytes == 2048 * TRIM_KIB)
                << length;
        } else {
            EXPECT_EQ(parsed.memory.rss_bytes, kUntouched) << length;
        }
    }
}

TEST(SmallFile, IsReadWholeAndTerminated)
{
    const ScratchDirectory proc;
    proc.Write("statm", kStatm);
    char buffer[256];
    std::memset(buffer, '#', sizeof buffer);
    EXPECT_EQ(trim_read_small_file(proc.path().c_str(), "statm", buffer, sizeof buffer),
              static_cast<long>(kStatm.size()));
    EXPECT_EQ(std::string(buffer), kStatm);
}

TEST(SmallFile, IsCutWhereItIsTooLarge)
{
    const ScratchDirectory proc;
    proc.Write("large", std::string(10000, 'a'));
    char buffer[100];
    std::memset(buffer, '#', sizeof buffer);
    EXPECT_EQ(trim_read_small_file(proc.path().c_str(), "large", buffer, 50), 49);
    EXPECT_EQ(std::string(buffer), std::string(49, 'a'));
    EXPECT_EQ(buffer[50], '#');
}

TEST(SmallFile, TellsWhyItCannotBeRead)
{
    const ScratchDirectory proc;
    char buffer[16];
    errno = 0;
    EXPECT_EQ(trim_read_small_file(proc.path().c_str(), "statm", buffer, sizeof buffer), -1);
    EXPECT_EQ(errno, ENOENT);
    errno = 0;
    EXPECT_EQ(trim_read_small_file("/", "tmp", buffer, sizeof buffer), -1);
    EXPECT_EQ(errno, EISDIR);
    EXPECT_EQ(trim_read_small_file(std::string(5000, 'x').c_str(), "statm", buffer, sizeof buffer),
              -1);
}

TEST(ProcessMemory, ReadsTheFilesOfTheDirectoryItIsGiven)
{
    const ScratchDirectory proc;
    proc.Write("statm", kStatm);
    proc.Write("status", kStatus);
    uint64_t rss_bytes = 0;
    EXPECT_EQ(trim_process_rss(proc.path().c_str(), &rss_bytes), 0);
    EXPECT_EQ(rss_bytes, UINT64_C(89012) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)));
    trim_process_memory memory = {};
    EXPECT_EQ(trim_process_memory_read(proc.path().c_str(), &memory), 0);
    EXPECT_EQ(memory.rss_bytes, 1234567 * TRIM_KIB);
}

TEST(ProcessMemory, IsFoundBehindTheGroupsOfAUserWhoIsInMany)
{
    /* The kernel allows 65536 supplementary groups, which stand before the figures. */
    std::string groups = "Name:\tjava\nGroups:\t";
    for (int group = 0; group < 65536; ++group) {
        groups += std::to_string(1000000000 + group) + " ";
    }
    const ScratchDirectory proc;
    proc.Write("status", groups + "\n" + kStatus);
    trim_process_memory memory = {};
    ASSERT_EQ(trim_process_memory_read(proc.path().c_str(), &memory), 0);
    EXPECT_EQ(memory.rss_bytes, 1234567 * TRIM_KIB);
    EXPECT_EQ(memory.swap_bytes, 2048 * TRIM_KIB);
}

TEST(ProcessMemory, FailsWithoutTheFilesAndLeavesTheOutput)
{
    const ScratchDirectory proc;
    uint64_t rss_bytes = kUntouched;
    trim_process_memory memory = {kUntouched, kUntouched};
    EXPECT_EQ(trim_process_rss(proc.path().c_str(), &rss_bytes), -1);
    EXPECT_EQ(trim_process_memory_read(proc.path().c_str(), &memory), -1);
    proc.Write("statm", "");
    proc.Write("status", "");
    EXPECT_EQ(trim_process_rss(proc.path().c_str(), &rss_bytes), -1);
    EXPECT_EQ(trim_process_memory_read(proc.path().c_str(), &memory), -1);
    EXPECT_EQ(rss_bytes, kUntouched);
    EXPECT_EQ(memory.rss_bytes, kUntouched);
}

TEST(ProcessMemory, SeesTheMemoryAndTheFaultsOfThisProcess)
{
    constexpr size_t kBytes = 32 << 20;
    uint64_t before_bytes = 0;
    ASSERT_EQ(trim_process_rss("/proc/self", &before_bytes), 0);
    const uint64_t faults = trim_process_minor_faults();

    void *memory =
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    ASSERT_NE(memory, MAP_FAILED);
    madvise(memory, kBytes, MADV_NOHUGEPAGE);
    std::memset(memory, 1, kBytes);

    uint64_t after_bytes = 0;
    trim_process_memory after = {};
    EXPECT_EQ(trim_process_rss("/proc/self", &after_bytes), 0);
    EXPECT_EQ(trim_process_memory_read("/proc/self", &after), 0);
    EXPECT_GE(after_bytes, before_bytes + kBytes * 9 / 10);
    EXPECT_NEAR(static_cast<double>(after.rss_bytes), static_cast<double>(after_bytes), 8 << 20);
    EXPECT_GE(trim_process_minor_faults(),
              faults + kBytes / static_cast<size_t>(sysconf(_SC_PAGESIZE)) / 2);
    munmap(memory, kBytes);
}

} // namespace
