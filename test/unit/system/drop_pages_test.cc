#include "drop_pages.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace
{

/* Pages that are all full, of which every second one is to go. */
class DropPages : public testing::Test
{
protected:
    static constexpr size_t kPages = 40;

    void SetUp() override
    {
        void *const mapped = mmap(nullptr, kPages * page_, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ASSERT_NE(mapped, MAP_FAILED);
        memory_ = static_cast<char *>(mapped);
        std::memset(memory_, 1, kPages * page_);
        for (size_t i = 0; i < kPages; i += 2) {
            odd_.push_back({memory_ + i * page_, page_});
        }
    }

    void TearDown() override
    {
        (void)munmap(memory_, kPages * page_);
    }

    bool IsFull(size_t number) const
    {
        return memory_[number * page_] == 1;
    }

    const size_t page_ = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    char *memory_ = nullptr;
    std::vector<iovec> odd_;
};

TEST_F(DropPages, DropsEachRangeAndNothingElse)
{
    ASSERT_EQ(trim_drop_pages(odd_.data(), odd_.size()), 0) << std::strerror(errno);
    for (size_t i = 0; i < kPages; ++i) {
        EXPECT_EQ(IsFull(i), i % 2 == 1) << i;
    }
}

TEST_F(DropPages, TakesASingleRange)
{
    ASSERT_EQ(trim_drop_pages(odd_.data(), 1), 0);
    EXPECT_FALSE(IsFull(0));
    EXPECT_TRUE(IsFull(2));
}

TEST_F(DropPages, FailsWhereARangeIsNotThereAndDropsTheOthers)
{
    ASSERT_EQ(munmap(memory_ + 10 * page_, page_), 0);
    EXPECT_EQ(trim_drop_pages(odd_.data(), odd_.size()), -1);
    EXPECT_FALSE(IsFull(8));
    EXPECT_FALSE(IsFull(12));
}

TEST_F(DropPages, DropsTheOthersOfLockedPages)
{
    for (const size_t number : {0, 10}) {
        /* Sanitizers make a call of mlock do nothing. */
        if (syscall(SYS_mlock, memory_ + number * page_, page_) != 0) {
            GTEST_SKIP() << "no memory may be locked here";
        }
    }
    EXPECT_EQ(trim_drop_pages(odd_.data(), odd_.size()), -1);
    for (size_t i = 0; i < kPages; ++i) {
        EXPECT_EQ(IsFull(i), i % 2 == 1 || i == 0 || i == 10) << i;
    }
}

TEST_F(DropPages, StillDropsAfterAFailure)
{
    iovec nowhere[2] = {odd_[0], odd_[1]};
    nowhere[0].iov_base = memory_ + 1; /* Not the beginning of a page. */
    EXPECT_EQ(trim_drop_pages(nowhere, 2), -1);
    ASSERT_EQ(trim_drop_pages(odd_.data(), odd_.size()), 0);
    EXPECT_FALSE(IsFull(kPages - 2));
}

} // namespace
