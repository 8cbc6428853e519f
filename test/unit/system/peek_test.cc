/* Memory that may be unmapped, read both ways. */
#include "peek.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "child_process.h"
#include "seccomp.h"

namespace
{

constexpr size_t kPage = 4096;
const char kData[] = "precious-data-here";

/* Two pages, of which the second one is not mapped. */
char *PageBeforeAHole()
{
    void *pages =
        mmap(nullptr, 2 * kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    EXPECT_NE(pages, MAP_FAILED);
    EXPECT_EQ(munmap(static_cast<char *>(pages) + kPage, kPage), 0);
    std::memset(pages, 'x', kPage);
    return static_cast<char *>(pages);
}

bool Peek(const char *at, char *copy, size_t length)
{
    return trim_peek(reinterpret_cast<uint64_t>(at), copy, length);
}

void ExpectThatItTellsMemoryFromHoles()
{
    char *page = PageBeforeAHole();
    std::memcpy(page + 100, kData, sizeof kData);
    char copy[sizeof kData] = {};
    EXPECT_TRUE(Peek(page + 100, copy, sizeof copy));
    EXPECT_STREQ(copy, kData);
    EXPECT_FALSE(Peek(page + kPage, copy, sizeof copy));
    EXPECT_FALSE(Peek(page + kPage - 8, copy, 16)) << "only half of it is there";
    EXPECT_FALSE(Peek(nullptr, copy, 1));
    EXPECT_TRUE(Peek(page + kPage - 8, copy, 8)) << "nothing is left of what failed";
    EXPECT_EQ(std::string(copy, 8), "xxxxxxxx");
    ASSERT_EQ(mprotect(page, kPage, PROT_NONE), 0);
    EXPECT_FALSE(Peek(page, copy, 1));
}

std::vector<int> Pipes()
{
    std::vector<int> found;
    std::error_code error;
    for (const auto &entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        if (std::filesystem::read_symlink(entry.path(), error).string().rfind("pipe:", 0) == 0 &&
            std::stoi(entry.path().filename()) > STDERR_FILENO) {
            found.push_back(std::stoi(entry.path().filename()));
        }
    }
    return found;
}

TEST(Peek, TellsMemoryFromHoles)
{
    RunInChild([] {
        const size_t before = Pipes().size();
        ExpectThatItTellsMemoryFromHoles();
        EXPECT_EQ(Pipes().size(), before) << "no descriptor is kept";
    });
}

TEST(Peek, TellsThemWhereTheDirectWayIsForbidden)
{
    for (const int error : {EPERM, ENOSYS}) {
        RunInChild([&] {
            if (Forbid(SYS_process_vm_readv, error)) {
                ExpectThatItTellsMemoryFromHoles();
            }
        });
    }
}

TEST(Peek, FailsWhereBothWaysAreForbidden)
{
    RunInChild([] {
        if (Forbid(SYS_process_vm_readv) && Forbid(SYS_pipe2)) {
            char copy[4];
            /* At once, since the sanitizers look at memory through a pipe themselves. */
            _exit(Peek(kData, copy, sizeof copy) ? EXIT_FAILURE : EXIT_SUCCESS);
        }
    });
}

TEST(Peek, LeavesFilesAloneThatHaveTakenThePipesNumbers)
{
    RunInChild([] {
        const std::vector<int> before = Pipes();
        if (!Forbid(SYS_process_vm_readv)) {
            return;
        }
        ExpectThatItTellsMemoryFromHoles();
        for (const int number : Pipes()) {
            if (std::find(before.begin(), before.end(), number) != before.end()) {
                continue;
            }
            /* First one end of the pipe is another's, then the other. */
            const int victim = memfd_create("victim", 0);
            ASSERT_EQ(write(victim, kData, sizeof kData), ssize_t{sizeof kData});
            ASSERT_EQ(lseek(victim, 3, SEEK_SET), 3);
            ASSERT_EQ(dup2(victim, number), number);
            ExpectThatItTellsMemoryFromHoles();
            EXPECT_EQ(lseek(number, 0, SEEK_CUR), 3);
            EXPECT_EQ(lseek(victim, 0, SEEK_END), off_t{sizeof kData});
        }
    });
}

} // namespace
