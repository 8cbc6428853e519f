/* tcmalloc behind the seam, by fakes of MallocExtension's functions. */
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "allocator.h"
#include "bounded_text.h"
#include "counted_fakes.h"
#include "quantity.h"

namespace
{

constexpr size_t kMiB = TRIM_MIB;

struct FakeTcmalloc {
    std::vector<size_t> spans; /* Free ones, in bytes. The last one is released next. */
    size_t unmapped = 0;
    size_t extra = 0; /* Released beyond what was asked for, and taken off later calls. */
    int calls = 0;
    bool stuck = false; /* The system takes nothing back. */
    bool tells = true;
};

FakeTcmalloc *fake;

size_t FreeBytes()
{
    size_t sum = 0;
    for (const size_t span : fake->spans) {
        sum += span;
    }
    return sum;
}

int Property(const char *name, size_t *value)
{
    const std::map<std::string, size_t> figures = {
        {"tcmalloc.pageheap_free_bytes", FreeBytes()},
        {"tcmalloc.pageheap_unmapped_bytes", fake->unmapped},
        {"generic.heap_size", 100 * kMiB},
        {"generic.current_allocated_bytes", 10 * kMiB},
        {"tcmalloc.current_total_thread_cache_bytes", 3 * kMiB},
    };
    const auto found = figures.find(name);
    if (!fake->tells || found == figures.end()) {
        return 0;
    }
    *value = found->second;
    return 1;
}

void Release(size_t bytes)
{
    fake->calls++;
    if (fake->stuck) {
        return;
    }
    if (bytes <= fake->extra) {
        fake->extra -= bytes;
        return;
    }
    size_t wanted = bytes - fake->extra;
    fake->extra = 0;
    while (wanted > 0 && !fake->spans.empty()) {
        const size_t span = fake->spans.back();
        fake->spans.pop_back();
        fake->unmapped += span;
        fake->extra = span > wanted ? span - wanted : 0;
        wanted -= std::min(wanted, span);
    }
}

const char *Version(int *major, int *minor, const char **patch)
{
    *major = 2;
    *minor = 10;
    *patch = ".1";
    return "gperftools 2.10";
}

class Tcmalloc : public testing::Test
{
protected:
    void SetUp() override
    {
        fake = &tcmalloc_;
        tcmalloc_.spans = {20 * kMiB, kMiB / 2, 15 * kMiB, 30 * kMiB};
        add_fake("MallocExtension_ReleaseToSystem", Release);
        add_fake("MallocExtension_GetNumericProperty", Property);
        add_fake("tc_version", Version);
    }

    const trim_allocator *Find()
    {
        return trim_allocator_tcmalloc(find_fake, description_.get());
    }

    void Trim()
    {
        const trim_cancel cancel = {};
        trim_release release = {};
        ASSERT_EQ(Find()->trim(&cancel, true, &release), 0);
    }

    FakeTcmalloc tcmalloc_;
    BoundedText description_;
};

TEST_F(Tcmalloc, IsNamedWithItsVersion)
{
    ASSERT_NE(Find(), nullptr);
    EXPECT_EQ(description_.str(), "tcmalloc 2.10.1");
}

TEST_F(Tcmalloc, IsNotTakenForOneWithoutItsFunctions)
{
    fake_functions().erase("MallocExtension_ReleaseToSystem");
    EXPECT_EQ(Find(), nullptr);
    EXPECT_EQ(description_.str(), "");
}

TEST_F(Tcmalloc, CountsThePageHeapsFreeBytes)
{
    tcmalloc_.unmapped = 4 * kMiB;
    trim_estimate estimate = {};
    ASSERT_EQ(Find()->estimate(0, &estimate), 0);
    EXPECT_EQ(estimate.figures.fordblks, 87 * kMiB);
    EXPECT_EQ(estimate.figures.uordblks, 13 * kMiB) << "threads' caches count as used";
    EXPECT_EQ(estimate.whole_bytes, FreeBytes() + 4 * kMiB);
    EXPECT_EQ(estimate.figures.source, TRIM_FIGURES_TCMALLOC);
    EXPECT_STREQ(estimate.figures.named[0].name, "pageheap_free_bytes");
}

TEST_F(Tcmalloc, CannotBeEstimatedWhereItDoesNotTell)
{
    tcmalloc_.tells = false;
    trim_estimate estimate = {};
    EXPECT_NE(Find()->estimate(0, &estimate), 0);
}

TEST_F(Tcmalloc, IsReleasedToTheLastSpanWhateverTheirSizes)
{
    Trim();
    EXPECT_EQ(FreeBytes(), 0u);
    EXPECT_GE(tcmalloc_.calls, 40) << "in parts, since its lock is held for each";
}

TEST_F(Tcmalloc, IsReleasedWhereAnEarlierCallHasReleasedMoreThanItWasAskedFor)
{
    /* The application's own call. */
    tcmalloc_.extra = 20 * kMiB;
    Trim();
    EXPECT_EQ(FreeBytes(), 0u);
    /* The last one of the release before. */
    tcmalloc_.spans = {5 * kMiB};
    tcmalloc_.extra = 20 * kMiB;
    Trim();
    EXPECT_EQ(FreeBytes(), 0u);
}

TEST_F(Tcmalloc, IsNotAskedForEverWhereNothingComesBack)
{
    tcmalloc_.stuck = true;
    Trim();
    /* 64, and as many as the largest span of the tests before, where they ran in this process. */
    EXPECT_LE(tcmalloc_.calls, 100);
}

} // namespace
