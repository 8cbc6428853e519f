/* What the environment makes of glibc's malloc. */
#include <gtest/gtest.h>

#include <map>
#include <string>

extern "C" {
#include "glibc_environment.h"
}

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
    return trim_glibc_refusal(FakeVariable) != nullptr;
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

} // namespace
