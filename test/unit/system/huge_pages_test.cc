/* Whether the kernel uses huge pages unasked, and keeping it from that. */
#include "huge_pages.h"

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>

#include "child_process.h"
#include "quantity.h"
#include "scratch_directory.h"
#include "seccomp.h"

namespace
{

class HugePages : public testing::Test
{
protected:
    bool Always(const char *text) const
    {
        const std::string directory = "sys/kernel/mm/transparent_hugepage";
        std::filesystem::create_directories(root_.File(directory));
        root_.Write(directory + "/enabled", text);
        return trim_huge_pages_always(root_.path().c_str());
    }

    ScratchDirectory root_;
};

TEST_F(HugePages, AreAlwaysOnWhereTheKernelSaysSo)
{
    EXPECT_TRUE(Always("[always] madvise never\n"));
    EXPECT_FALSE(Always("always [madvise] never\n"));
    EXPECT_FALSE(Always("always madvise [never]\n"));
}

TEST_F(HugePages, AreNotWhereNobodyTells)
{
    EXPECT_FALSE(Always(""));
    EXPECT_FALSE(trim_huge_pages_always("/nowhere"));
}

TEST_F(HugePages, ThatTheKernelHasBroughtTogetherAreCounted)
{
    const std::string directory = "sys/kernel/mm/transparent_hugepage";
    uint64_t bytes = 7;
    EXPECT_EQ(trim_huge_pages_collapsed(root_.path().c_str(), &bytes), -1);
    std::filesystem::create_directories(root_.File(directory + "/khugepaged"));
    root_.Write(directory + "/khugepaged/pages_collapsed", "39\n");
    EXPECT_EQ(trim_huge_pages_collapsed(root_.path().c_str(), &bytes), -1);
    EXPECT_EQ(bytes, 7U);
    root_.Write(directory + "/hpage_pmd_size", "2097152\n");
    EXPECT_EQ(trim_huge_pages_collapsed(root_.path().c_str(), &bytes), 0);
    EXPECT_EQ(bytes, 39 * TRIM_MIB * 2);
}

/* Of the whole process. */
int AreHeldOff()
{
    return prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0);
}

TEST(HugePagesHeldOff, AreUntilTheyAreAllowed)
{
    RunInChild([] {
        ASSERT_EQ(trim_huge_pages_hold_off(), TRIM_HOLD_OFF_DONE);
        EXPECT_EQ(AreHeldOff(), 1);
        trim_huge_pages_allow();
        EXPECT_EQ(AreHeldOff(), 0);
    });
}

TEST(HugePageBytes, AreWhatThisSystemSays)
{
    std::ifstream meminfo("/proc/meminfo");
    std::string word;
    uint64_t kib = 0;
    while (meminfo >> word && word != "Hugepagesize:") {
    }
    meminfo >> kib;
    EXPECT_EQ(trim_huge_page_bytes(), kib * TRIM_KIB);
}

TEST(HugePagesHeldOff, NeedNothingWhereTheProcessHasNone)
{
    RunInChild([] {
        ASSERT_EQ(prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0), 0);
        EXPECT_EQ(trim_huge_pages_hold_off(), TRIM_HOLD_OFF_NEEDLESS);
        EXPECT_EQ(AreHeldOff(), 1);
    });
}

TEST(HugePagesHeldOff, AreNotWhereTheSystemForbidsIt)
{
    RunInChild([] {
        if (Forbid(SYS_prctl)) {
            EXPECT_EQ(trim_huge_pages_hold_off(), TRIM_HOLD_OFF_REFUSED);
        }
    });
}

} // namespace
