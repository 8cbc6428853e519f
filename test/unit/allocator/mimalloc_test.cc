/* mimalloc behind the seam, by fakes of its functions. */
#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "allocator.h"
#include "bounded_text.h"
#include "counted_fakes.h"
#include "mimalloc.h"

namespace
{

int version_told;
int threads;
int collections;

int Version()
{
    return version_told;
}

void ThreadInit()
{
    threads++;
}

void Collect(bool force)
{
    EXPECT_TRUE(force);
    EXPECT_EQ(threads, 1) << "without a heap of its own a thread collects nothing";
    collections++;
}

void ProcessInfo(size_t *, size_t *, size_t *, size_t *, size_t *, size_t *commit, size_t *,
                 size_t *)
{
    *commit = 4096;
}

class Mimalloc : public testing::Test
{
protected:
    void SetUp() override
    {
        version_told = 30600;
        threads = 0;
        collections = 0;
        add_fake("mi_version", Version);
        add_fake("mi_thread_init", ThreadInit);
        add_fake("mi_collect", Collect);
        add_fake("mi_process_info", ProcessInfo);
    }

    static std::string Named(int version)
    {
        version_told = version;
        BoundedText description;
        EXPECT_NE(trim_allocator_mimalloc(find_fake, description.get()), nullptr);
        return description.str();
    }

    const trim_allocator *Find()
    {
        return trim_allocator_mimalloc(find_fake, description_.get());
    }

    BoundedText description_;
};

TEST_F(Mimalloc, IsNamedWithItsVersionHoweverThatIsCoded)
{
    EXPECT_EQ(Named(209), "mimalloc 2.0.9");
    EXPECT_EQ(Named(301), "mimalloc 3.0.1");
    EXPECT_EQ(Named(3208), "mimalloc 3.2.8");
    EXPECT_EQ(Named(30403), "mimalloc 3.4.3");
    EXPECT_EQ(Named(31012), "mimalloc 3.10.12");
}

TEST_F(Mimalloc, IsNotTakenForOneWithoutItsFunctions)
{
    fake_functions().erase("mi_collect");
    EXPECT_EQ(Find(), nullptr);
    EXPECT_EQ(description_.str(), "");
}

TEST_F(Mimalloc, CollectsOnceOnAThreadThatHasAHeap)
{
    const trim_cancel cancel = {};
    trim_release release = {};
    ASSERT_EQ(Find()->trim(&cancel, false, &release), 0);
    EXPECT_EQ(collections, 1);
    EXPECT_STREQ(release.call, "mi_collect");
}

TEST_F(Mimalloc, ExpectsWhatTheProcessHasGrownByAtMost)
{
    const trim_allocator *allocator = Find();
    trim_estimate estimate = {};
    ASSERT_EQ(allocator->estimate(0, &estimate), 0);
    EXPECT_EQ(estimate.expected_bytes, 4096u) << "no more than is committed";
    EXPECT_TRUE(estimate.resident_assumed);
    const trim_cancel cancel = {};
    trim_release release = {};
    ASSERT_EQ(allocator->trim(&cancel, false, &release), 0);
    uint64_t released = 0;
    ASSERT_EQ(allocator->learn(0, &estimate, &released), 0);
    EXPECT_LT(estimate.expected_bytes, 4096u);
    EXPECT_EQ(allocator->refaulted, nullptr) << "nothing tells what is in use again";
}

TEST(MimallocBound, IsWhatHasGrownAndByAndByAllOfIt)
{
    constexpr uint64_t after = TRIM_MIMALLOC_FREE_AFTER_NS;
    EXPECT_EQ(trim_mimalloc_bound(100, 0, 0), 100u) << "there was no release";
    EXPECT_EQ(trim_mimalloc_bound(100, 60, 0), 40u);
    EXPECT_EQ(trim_mimalloc_bound(100, 60, after / 2), 70u);
    EXPECT_EQ(trim_mimalloc_bound(100, 60, after), 100u);
    EXPECT_EQ(trim_mimalloc_bound(100, 60, 100 * after), 100u);
    EXPECT_EQ(trim_mimalloc_bound(50, 60, 0), 0u) << "it has shrunk since";
}

TEST_F(Mimalloc, OfAVersionThatDoesNotTellWhatIsCommitted)
{
    fake_functions().erase("mi_process_info");
    trim_estimate estimate = {};
    ASSERT_EQ(Find()->estimate(0, &estimate), 0);
    EXPECT_GT(estimate.expected_bytes, 4096u);
    EXPECT_EQ(estimate.figures.named[0].name, nullptr);
}

} // namespace
