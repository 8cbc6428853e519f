// The library as a file: what it needs of the system and what it shows to others.
#include <algorithm>
#include <regex>
#include <set>
#include <utility>

#include "process.h"

namespace trimagent_test
{
namespace
{

// The library loads on every glibc from this one on.
constexpr std::pair<int, int> oldest_glibc = {2, 17};

// What glibc itself consists of, so that nothing needs to be installed.
bool is_of_glibc(const std::string &library)
{
    static const std::regex of_glibc(
        R"((libc\.so\.6|libm\.so\.6|libpthread\.so\.0|libdl\.so\.2|ld-linux.*\.so\.[0-9]+))");
    return std::regex_match(library, of_glibc);
}

// The first group of every match in what objdump prints about a file.
std::vector<std::string> found_by_objdump(const std::string &option, const std::string &pattern,
                                          const std::string &file = TRIM_AGENT_LIBRARY)
{
    const Outcome objdump = run({{"/usr/bin/objdump", option, file}, {}, ""});
    EXPECT_EQ(objdump.exit_code, 0) << objdump.transcript;
    const std::regex regex(pattern);
    std::vector<std::string> found;
    std::smatch match;
    for (const Line &line : objdump.lines) {
        if (std::regex_search(line.text, match, regex)) {
            found.push_back(match[1]);
        }
    }
    return found;
}

TEST(Library, NeedsNothingButTheCLibrary)
{
    const auto needed = found_by_objdump("-p", R"(^ *NEEDED +(\S+))");
    ASSERT_FALSE(needed.empty());
    for (const std::string &library : needed) {
        EXPECT_TRUE(is_of_glibc(library)) << library;
    }
}

TEST(Library, NeedsNoNewGlibc)
{
    const auto versions = found_by_objdump("-p", R"(^ .* GLIBC_([0-9]+\.[0-9]+))");
    ASSERT_FALSE(versions.empty());
    for (const std::string &version : versions) {
        const size_t dot = version.find('.');
        const std::pair<int, int> needed = {std::stoi(version.substr(0, dot)),
                                            std::stoi(version.substr(dot + 1))};
        EXPECT_LE(needed, oldest_glibc) << version;
    }
}

TEST(Library, HasNoExecutableStackAndIsReadOnlyOnceBound)
{
    EXPECT_EQ(found_by_objdump("-p", R"(^ +(STACK|RELRO) off)"),
              (std::vector<std::string>{"STACK", "RELRO"}));
    EXPECT_EQ(found_by_objdump("-p", R"(^ +filesz .* flags (.wx)$)"), std::vector<std::string>());
    // DF_BIND_NOW, and DF_1_NOW with DF_1_NODELETE.
    EXPECT_EQ(found_by_objdump("-p", R"(^ +FLAGS +0x0*([0-9a-f]+)$)"),
              std::vector<std::string>{"8"});
    EXPECT_EQ(found_by_objdump("-p", R"(^ +FLAGS_1 +0x0*([0-9a-f]+)$)"),
              std::vector<std::string>{"9"});
}

TEST(Trimctl, HasNoExecutableStackAndNothingToWriteAndExecute)
{
    EXPECT_EQ(found_by_objdump("-p", R"(^ +(STACK|RELRO) off)", TRIM_TRIMCTL),
              (std::vector<std::string>{"STACK", "RELRO"}));
    const auto segments = found_by_objdump("-p", R"(^ +filesz .* flags (...)$)", TRIM_TRIMCTL);
    ASSERT_FALSE(segments.empty());
    EXPECT_EQ(segments.front(), "r--") << "only code is executed";
    EXPECT_EQ(std::count(segments.begin(), segments.end(), "rwx"), 0);
}

#ifndef __aarch64__
TEST(Library, ExecutesNothingButCodeAndGuardsItsBuffers)
{
    const auto segments = found_by_objdump("-p", R"(^ +filesz .* flags (r..)$)");
    ASSERT_FALSE(segments.empty());
    EXPECT_EQ(segments.front(), "r--")
        << "the headers and the tables of names are in a segment of their own";
    const std::string guard = "__stack_chk_fail";
    EXPECT_EQ(found_by_objdump("-T", "UND.* (" + guard + ")$"), std::vector<std::string>{guard});
}
#endif

// A segment that begins within a page of another one's could be mapped on no system with larger
// pages: AArch64 has some of 64 KiB.
TEST(Library, LoadsOnEveryPageSizeOfItsProcessor)
{
#ifdef __aarch64__
    constexpr int least = 16;
#else
    constexpr int least = 12;
#endif
    const auto alignments = found_by_objdump("-p", R"(^ +LOAD off.* align 2\*\*([0-9]+)$)");
    ASSERT_FALSE(alignments.empty());
    for (const std::string &alignment : alignments) {
        EXPECT_GE(std::stoi(alignment), least);
    }
}

// Since glibc 2.34 they are empty shells, but loading them is not free.
TEST(Library, DoesNotLoadLibrariesThatTheVmHasLoaded)
{
#if !__GLIBC_PREREQ(2, 34)
    GTEST_SKIP() << "built where libpthread and libdl are libraries of their own";
#endif
    const auto needed = found_by_objdump("-p", R"(^ *NEEDED +(\S+))");
    EXPECT_EQ(std::count(needed.begin(), needed.end(), "libpthread.so.0"), 0);
    EXPECT_EQ(std::count(needed.begin(), needed.end(), "libdl.so.2"), 0);
    // What libc had of theirs before. Anything else would keep the agent from loading where they
    // are missing, unless the reference is weak ("w" in objdump's flags).
    const std::regex of_old_libc(
        R"(dl_iterate_phdr|pthread_(self|equal)|pthread_mutex_(lock|unlock))"
        R"(|pthread_(attr|condattr)_(init|destroy))"
        R"(|pthread_cond_(init|broadcast|timedwait))");
    const std::regex theirs("(dl|pthread_|sem_).*");
    const auto undefined = found_by_objdump("-T", R"(^[0-9a-f]+ .{7} +\*UND\*.* (\S+)$)");
    const auto weak = found_by_objdump("-T", R"(^[0-9a-f]+ .w.{5} +\*UND\*.* (\S+)$)");
    int found = 0;
    for (const std::string &function : undefined) {
        if (std::regex_match(function, theirs) && !std::regex_match(function, of_old_libc)) {
            found++;
            EXPECT_EQ(std::count(weak.begin(), weak.end(), function), 1) << function;
        }
    }
    EXPECT_GE(found, 10);
}

// A profiler that patches imports would take what the agent borrows for the application's own.
TEST(Library, ImportsNoneOfTheFunctionsThatProfilersOfNativeMemoryPatch)
{
    const std::set<std::string> patched = {"malloc",         "calloc",        "realloc", "free",
                                           "posix_memalign", "aligned_alloc", "memalign"};
    const auto undefined = found_by_objdump("-T", R"(^[0-9a-f]+ .{7} +\*UND\*.* (\S+)$)");
    ASSERT_FALSE(undefined.empty());
    for (const std::string &function : undefined) {
        EXPECT_EQ(patched.count(function), 0U) << function;
    }
}

TEST(Library, ShowsOnlyItsEntryPointsAndWhatApplicationsMayCall)
{
    // The dynamic symbols with a section are the defined ones; those of the sections are local.
    const auto symbols =
        found_by_objdump("-T", R"(^[0-9a-f]+ [^l].{6} \.\S+\s+[0-9a-f]+ +(?:\S+ +)?(\S+)$)");
    EXPECT_EQ(std::set<std::string>(symbols.begin(), symbols.end()),
              (std::set<std::string>{"Agent_OnLoad", "Agent_OnAttach", "Agent_OnUnload",
                                     "trimagent_request", "trimagent_read", "trimagent_version"}));
}

} // namespace
} // namespace trimagent_test
