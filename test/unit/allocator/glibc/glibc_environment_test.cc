/* What the environment makes of glibc's malloc. */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

extern "C" {
#include "glibc_environment.h"
}
#include "quantity.h"
#include "scratch_directory.h"

namespace
{

std::map<std::string, std::string> environment;

const char *FakeVariable(const char *name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
}

bool IsRefused(const std::map<std::string, std::string> &variables)
{
    environment = variables;
    const trim_glibc_world world = {nullptr, FakeVariable, nullptr, 0};
    return trim_glibc_refusal(&world) != nullptr;
}

TEST(Refusal, IsWhereBorrowedMemoryIsWrittenToOrCannotBeDropped)
{
    EXPECT_TRUE(IsRefused({{"MALLOC_PERTURB_", "165"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.perturb=90"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=2"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=2097152"}}));
    EXPECT_TRUE(IsRefused({{"GLIBC_TUNABLES", "glibc.mem.tagging=3"}}));
}

TEST(Refusal, IsNowhereElse)
{
    EXPECT_FALSE(IsRefused({}));
    EXPECT_FALSE(IsRefused({{"MALLOC_PERTURB_", "0"}, {"MALLOC_CHECK_", "3"}}));
    EXPECT_FALSE(IsRefused({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1:glibc.malloc.perturb=0"}}));
}

bool AsksForHugePages(const std::map<std::string, std::string> &variables)
{
    environment = variables;
    const trim_glibc_world world = {nullptr, FakeVariable, nullptr, 0};
    return trim_glibc_asks_for_huge_pages(&world);
}

TEST(AskingForHugePages, IsWhatTheTunableSays)
{
    EXPECT_TRUE(AsksForHugePages({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=1"}}));
    EXPECT_FALSE(AsksForHugePages({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=0"}}));
    EXPECT_FALSE(AsksForHugePages({{"GLIBC_TUNABLES", "glibc.malloc.hugetlb=2"}}));
#ifdef __aarch64__
    EXPECT_TRUE(AsksForHugePages({})) << "from 2.43 on";
#else
    EXPECT_FALSE(AsksForHugePages({}));
#endif
}

uint64_t huge_page_bytes;

uint64_t HugePageBytes()
{
    return huge_page_bytes;
}

uint64_t Heap(const char *tunables, uint64_t default_bytes = 2 * TRIM_MIB)
{
    huge_page_bytes = default_bytes;
    environment.clear();
    if (tunables != nullptr) {
        environment["GLIBC_TUNABLES"] = tunables;
    }
    const trim_glibc_world world = {nullptr, FakeVariable, nullptr, 0};
    return trim_glibc_heap_bytes(&world, HugePageBytes);
}

TEST(LargestHeap, IsFourHugePagesWhereArenasAreOnThem)
{
    EXPECT_EQ(Heap(nullptr), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=0"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=1"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2"), 8 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2", 32 * TRIM_MIB), 128 * TRIM_MIB) << "16 KiB pages";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2", 512 * TRIM_MIB), 2048 * TRIM_MIB) << "64 KiB pages";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=1073741824"), 4096 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=2", 0), 64 * TRIM_MIB) << "the system has none";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=3"), 64 * TRIM_MIB);
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=3000000"), 64 * TRIM_MIB) << "no power of two";
    EXPECT_EQ(Heap("glibc.malloc.hugetlb=9223372036854775808"), 64 * TRIM_MIB);
}

constexpr const char *kName = "glibc.malloc.arena_max";

class Tunable : public testing::Test
{
protected:
    /* The value, and where it is set, as text; empty: nowhere. */
    std::string Find(const std::string &tunables, const std::string *file = nullptr)
    {
        environment.clear();
        if (!tunables.empty()) {
            environment["GLIBC_TUNABLES"] = tunables;
        }
        if (file != nullptr) {
            std::filesystem::create_directories(tree_.File("etc"));
            tree_.Write("etc/tunables.conf", *file);
        }
        const trim_glibc_world world = {nullptr, FakeVariable,
                                        file != nullptr ? tree_.path().c_str() : nullptr, 0};
        uint64_t value = 0;
        const char *source = trim_glibc_tunable(&world, kName, &value);
        return source == nullptr ? "" : source + (" " + std::to_string(value));
    }
    std::string InFile(const std::string &file, const std::string &tunables = "")
    {
        return Find(tunables, &file);
    }

    ScratchDirectory tree_;
};

TEST_F(Tunable, IsFoundByItsWholeNameAndTheLastCounts)
{
    EXPECT_EQ(Find(""), "");
    EXPECT_EQ(Find("glibc.malloc.arena_max=3"), "GLIBC_TUNABLES 3");
    EXPECT_EQ(Find("glibc.rtld.nns=3:glibc.malloc.arena_max=0x10:a=1"), "GLIBC_TUNABLES 16");
    EXPECT_EQ(Find("glibc.malloc.arena_max=3:glibc.malloc.arena_max=5"), "GLIBC_TUNABLES 5");
    EXPECT_EQ(Find("glibc.malloc.arena_max_=3:xglibc.malloc.arena_max=3"), "");
    EXPECT_EQ(Find("glibc.malloc.arena_max"), "");
    EXPECT_EQ(Find("glibc.malloc.arena_max=x"), "GLIBC_TUNABLES 0");
}

TEST_F(Tunable, IsFoundInTheFile)
{
    EXPECT_EQ(InFile("# glibc.malloc.arena_max=1\n  glibc.malloc.arena_max = 4 \n"),
              "/etc/tunables.conf 4");
    EXPECT_EQ(InFile("glibc.malloc.arena_max=4\n*glibc.malloc.arena_max=5\n"),
              "/etc/tunables.conf 5");
    EXPECT_EQ(InFile("@glibc.malloc.arena_max=4\nonlysecure glibc.malloc.arena_max=5\n"), "");
    EXPECT_EQ(InFile("nonsecure overridable glibc.malloc.arena_max=5\n"), "/etc/tunables.conf 5");
    EXPECT_EQ(InFile("glibc.malloc.arena_test=4\n"), "");
}

TEST_F(Tunable, OfTheEnvironmentPrevailsUnlessTheFileForbidsIt)
{
    EXPECT_EQ(InFile("glibc.malloc.arena_max=4\n", "glibc.malloc.arena_max=7"), "GLIBC_TUNABLES 7");
    EXPECT_EQ(InFile("-glibc.malloc.arena_max=4\n", "glibc.malloc.arena_max=7"),
              "/etc/tunables.conf 4");
    EXPECT_EQ(InFile("nonoverridable glibc.malloc.arena_max=4\n", "glibc.malloc.arena_max=7"),
              "/etc/tunables.conf 4");
}

TEST_F(Tunable, OfOtherProgramsIsNotOurs)
{
    const std::string own = program_invocation_short_name;
    EXPECT_EQ(InFile("[proc:other]\nglibc.malloc.arena_max=4\n"), "");
    EXPECT_EQ(InFile("[proc:" + own + "]\nglibc.malloc.arena_max=4\n"), "/etc/tunables.conf 4");
}

TEST(OwnArenas, AreEightForEachCpuAndFewerFrom244On)
{
    EXPECT_EQ(trim_glibc_own_arenas("2.17", 2), 16U);
    EXPECT_EQ(trim_glibc_own_arenas("2.43", 64), 512U);
    EXPECT_EQ(trim_glibc_own_arenas("2.44", 2), 8U);
    EXPECT_EQ(trim_glibc_own_arenas("2.44.9000", 64), 64U);
    EXPECT_EQ(trim_glibc_own_arenas("3.0", 64), 64U);
    EXPECT_EQ(trim_glibc_own_arenas("", 2), 16U);
    EXPECT_FALSE(trim_glibc_has_tunables_file("2.43"));
    EXPECT_TRUE(trim_glibc_has_tunables_file("2.44"));
}

} // namespace
