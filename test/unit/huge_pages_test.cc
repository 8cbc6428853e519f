/* Whether the kernel uses huge pages unasked. */
#include "trimagent/huge_pages.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "scratch_directory.h"

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

} // namespace
