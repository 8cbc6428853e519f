/* jemalloc behind the seam, by a fake mallctl that has what a version has. */
#include <gtest/gtest.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "allocator.h"
#include "bounded_text.h"
#include "counted_fakes.h"

namespace
{

constexpr size_t kPage = 65536; /* jemalloc's own page, which need not be the system's. */
constexpr size_t kArenas = 3;

struct FakeJemalloc {
    std::map<std::string, size_t> figures;
    std::map<std::string, std::vector<size_t>> pages; /* By kind, of each arena. */
    std::vector<size_t> purged;
    const char *version = "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c";
    bool statistics = true;
    int epochs = 0;
};

FakeJemalloc *fake;

template <typename Value>
int Give(Value value, void *old, size_t *length)
{
    if (*length != sizeof value) {
        return EINVAL;
    }
    memcpy(old, &value, sizeof value);
    return 0;
}

int Mallctl(const char *name, void *old, size_t *length, void *fresh, size_t)
{
    const std::string asked = name;
    if (asked == "epoch") {
        fake->epochs++;
        return fresh != nullptr ? 0 : EINVAL;
    }
    if (asked == "version") {
        return Give(fake->version, old, length);
    }
    if (asked == "config.stats") {
        return Give(fake->statistics, old, length);
    }
    if (asked == "arenas.narenas") {
        return Give(static_cast<unsigned>(kArenas), old, length);
    }
    const auto found = fake->figures.find(asked);
    return found == fake->figures.end() ? ENOENT : Give(found->second, old, length);
}

/* Names are numbers in this order. */
const std::vector<std::string> kNames = {"pactive", "pdirty", "pmuzzy", "purge"};

int ToMib(const char *name, size_t *mib, size_t *length)
{
    const std::string asked = name;
    for (size_t i = 0; i < kNames.size(); i++) {
        const bool purge = kNames[i] == "purge";
        const std::string full = (purge ? "arena.0." : "stats.arenas.0.") + kNames[i];
        if (asked == full && (purge || fake->pages.count(kNames[i]) != 0)) {
            const size_t needed = purge ? 3 : 4;
            if (*length < needed) {
                return EINVAL;
            }
            *length = needed;
            mib[0] = i;
            return 0;
        }
    }
    return ENOENT;
}

int ByMib(const size_t *mib, size_t length, void *old, size_t *old_length, void *, size_t)
{
    if (kNames[mib[0]] == "purge") {
        EXPECT_EQ(length, 3u);
        fake->purged.push_back(mib[1]);
        fake->pages["pdirty"][mib[1]] = 0;
        return 0;
    }
    EXPECT_EQ(length, 4u);
    const size_t pages = fake->pages[kNames[mib[0]]].at(mib[2]);
    return pages == SIZE_MAX ? ENOENT : Give(pages, old, old_length);
}

class Jemalloc : public testing::Test
{
protected:
    void SetUp() override
    {
        fake = &jemalloc_;
        jemalloc_.figures = {{"arenas.page", kPage},
                             {"stats.retained", 7 * kPage},
                             {"stats.allocated", 9 * kPage},
                             {"stats.resident", 30 * kPage}};
        /* The last one is not in use yet. */
        jemalloc_.pages = {{"pactive", {10, 1, SIZE_MAX}},
                           {"pdirty", {5, 0, SIZE_MAX}},
                           {"pmuzzy", {0, 2, SIZE_MAX}}};
        add_fake("mallctl", Mallctl);
        add_fake("mallctlnametomib", ToMib);
        add_fake("mallctlbymib", ByMib);
    }

    const trim_allocator *Find()
    {
        return trim_allocator_jemalloc(find_fake, description_.get());
    }

    FakeJemalloc jemalloc_;
    BoundedText description_;
};

TEST_F(Jemalloc, IsNamedWithItsVersion)
{
    ASSERT_NE(Find(), nullptr);
    EXPECT_EQ(description_.str(), "jemalloc 5.3.0");
}

TEST_F(Jemalloc, IsFoundUnderItsOtherNames)
{
    for (const char *name : {"mallctl", "mallctlnametomib", "mallctlbymib"}) {
        fake_functions()[std::string("je_") + name] = fake_functions()[name];
        fake_functions().erase(name);
    }
    EXPECT_NE(Find(), nullptr);
    EXPECT_EQ(description_.str(), "jemalloc 5.3.0");
}

TEST_F(Jemalloc, IsNotTakenForOneWithoutItsFunctions)
{
    fake_functions().erase("mallctlbymib");
    EXPECT_EQ(Find(), nullptr);
    EXPECT_EQ(description_.str(), "");
}

TEST_F(Jemalloc, CountsWhatIsDirtyOrMuzzyInItsOwnPages)
{
    trim_estimate estimate = {};
    ASSERT_EQ(Find()->estimate(0, &estimate), 0);
    EXPECT_EQ(jemalloc_.epochs, 1) << "figures are those of the last epoch";
    EXPECT_EQ(estimate.expected_bytes, 7 * kPage);
    EXPECT_TRUE(estimate.resident_assumed) << "jemalloc does not know what was never touched";
    EXPECT_EQ(estimate.arenas, kArenas);
    EXPECT_EQ(estimate.figures.source, TRIM_FIGURES_JEMALLOC);
    EXPECT_EQ(estimate.figures.uordblks, 9 * kPage);
    EXPECT_EQ(estimate.whole_bytes, 14 * kPage) << "dirty, muzzy and retained";
    EXPECT_EQ(estimate.free_bytes, 16 * kPage) << "and what blocks in use hold";
    EXPECT_STREQ(estimate.figures.named[0].name, "dirty");
    EXPECT_EQ(estimate.figures.named[0].bytes, 5 * kPage);
}

TEST_F(Jemalloc, PurgesTheArenasThatHaveSomething)
{
    const trim_cancel cancel = {};
    trim_release release = {};
    const trim_allocator *allocator = Find();
    trim_estimate estimate = {};
    ASSERT_EQ(allocator->estimate(0, &estimate), 0);
    ASSERT_EQ(allocator->trim(&cancel, false, &release), 0);
    EXPECT_EQ(jemalloc_.purged, (std::vector<size_t>{0, 1}));
    EXPECT_TRUE(release.trimmed);
    EXPECT_STREQ(release.call, "arena.<i>.purge");
}

TEST_F(Jemalloc, EndsEarlyWhenTheVmEnds)
{
    trim_cancel cancel = {};
    trim_cancel_request(&cancel);
    trim_release release = {};
    ASSERT_EQ(Find()->trim(&cancel, false, &release), 0);
    EXPECT_TRUE(jemalloc_.purged.empty());
}

TEST_F(Jemalloc, WithoutStatisticsStillCountsPages)
{
    jemalloc_.statistics = false;
    jemalloc_.figures = {{"arenas.page", kPage}};
    trim_estimate estimate = {};
    ASSERT_EQ(Find()->estimate(0, &estimate), 0);
    EXPECT_EQ(description_.str(), "jemalloc 5.3.0 (without statistics)");
    EXPECT_EQ(estimate.expected_bytes, 7 * kPage);
    EXPECT_EQ(estimate.figures.uordblks, 11 * kPage) << "pages in use stand in for blocks";
    EXPECT_EQ(estimate.figures.named[4].name, nullptr);
}

TEST_F(Jemalloc, OfAnOldVersionHasNoMuzzyPages)
{
    jemalloc_.version = "3.6.0-0-g46c0af68bd248b04df75e4f92d5fb804c3d75340";
    jemalloc_.pages.erase("pmuzzy");
    jemalloc_.figures.erase("stats.retained");
    trim_estimate estimate = {};
    ASSERT_EQ(Find()->estimate(0, &estimate), 0);
    EXPECT_EQ(description_.str(), "jemalloc 3.6.0");
    EXPECT_EQ(estimate.expected_bytes, 5 * kPage);
}

TEST_F(Jemalloc, ThatTellsNoPagesIsOnlyNamed)
{
    jemalloc_.pages.clear();
    EXPECT_EQ(Find(), &trim_allocator_unsupported);
    EXPECT_EQ(description_.str(), "jemalloc 5.3.0 (not supported)");
}

TEST_F(Jemalloc, TellsWhatIsInUseAgain)
{
    const trim_allocator *allocator = Find();
    uint64_t refaulted = 0;
    uint64_t refilled = 0;
    EXPECT_NE(allocator->refaulted(&refaulted, &refilled), 0) << "nothing was released yet";
    jemalloc_.pages = {{"pactive", {10, 1, 0}}, {"pdirty", {0, 0, 0}}, {"pmuzzy", {0, 0, 0}}};
    jemalloc_.figures["stats.retained"] = 20 * kPage;
    trim_estimate after = {};
    uint64_t released = 0;
    ASSERT_EQ(allocator->learn(18 * kPage, &after, &released), 0);
    EXPECT_EQ(released, 7 * kPage);
    /* Six pages more, four of them where memory was given back, two on new addresses. */
    jemalloc_.pages["pactive"][0] = 16;
    jemalloc_.figures["stats.retained"] = 16 * kPage;
    ASSERT_EQ(allocator->refaulted(&refaulted, &refilled), 0);
    EXPECT_EQ(refaulted, 4 * kPage);
    EXPECT_EQ(refilled, 0u);
}

} // namespace
