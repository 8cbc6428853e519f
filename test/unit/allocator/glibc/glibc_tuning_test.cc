/* What is asked of mallopt, against a fake one and a fake environment. */
#include "glibc_tuning.h"

#include <gtest/gtest.h>
#include <malloc.h>

#include <climits>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "bounded_text.h"
#include "quantity.h"

namespace
{

using Calls = std::vector<std::pair<int, int>>;

/* The functions get no context, so their state is the process's. */
Calls calls;
std::map<std::string, std::string> environment;
int refused; /* The parameter that mallopt refuses; 0 is none of them. */

int FakeMallopt(int parameter, int value)
{
    calls.emplace_back(parameter, value);
    return parameter == refused ? 0 : 1;
}

const char *FakeVariable(const char *name)
{
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
}

class GlibcTuning : public testing::Test
{
protected:
    void SetUp() override
    {
        calls.clear();
        environment.clear();
        refused = 0;
    }

    trim_tuning Tune(trim_tuning tuning, bool running = false)
    {
        BoundedText failures;
        BoundedText overrides;
        trim_tuning_notes notes = {failures.get(), overrides.get()};
        trim_glibc_tune(&world_, running, &tuning, &notes);
        failures_ = failures.str();
        overrides_ = overrides.str();
        return tuning;
    }

    trim_glibc_world world_ = {FakeMallopt, FakeVariable, nullptr, 512};
    std::string failures_;
    std::string overrides_;
};

constexpr int kMiB = static_cast<int>(TRIM_MIB);

TEST_F(GlibcTuning, AsksForNothingWhereNothingIsWanted)
{
    const trim_tuning set = Tune({0, 0, 0, 0});
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(set.mmap_threshold_bytes, 0U);
    EXPECT_EQ(failures_ + overrides_, "");
}

TEST_F(GlibcTuning, SetsThePaddingAndTheMmapThresholdAlongWithATrimThreshold)
{
    const trim_tuning set = Tune({8 * TRIM_MIB, 0, 0, 0});
    EXPECT_EQ(calls, (Calls{{M_TRIM_THRESHOLD, 8 * kMiB},
                            {M_TOP_PAD, 8 * kMiB},
                            {M_MMAP_THRESHOLD, 32 * kMiB}}));
    EXPECT_EQ(set.trim_threshold_bytes, 8 * TRIM_MIB);
    EXPECT_EQ(set.mmap_threshold_bytes, 32 * TRIM_MIB) << "the echo tells it";
    EXPECT_EQ(failures_ + overrides_, "");
}

TEST_F(GlibcTuning, TakesAMmapThresholdThatIsGiven)
{
    const trim_tuning set = Tune({8 * TRIM_MIB, 2 * TRIM_MIB, 0, 0});
    EXPECT_EQ(
        calls,
        (Calls{{M_TRIM_THRESHOLD, 8 * kMiB}, {M_MMAP_THRESHOLD, 2 * kMiB}, {M_TOP_PAD, 8 * kMiB}}));
    EXPECT_EQ(set.mmap_threshold_bytes, 2 * TRIM_MIB);
}

TEST_F(GlibcTuning, SetsNothingAlongWithTheOthers)
{
    (void)Tune({0, 2 * TRIM_MIB, 4, 0});
    EXPECT_EQ(calls, (Calls{{M_MMAP_THRESHOLD, 2 * kMiB}, {M_ARENA_MAX, 4}}));
}

TEST_F(GlibcTuning, TellsWhatMalloptRefusesAndDoesNotClaimIt)
{
    refused = M_MMAP_THRESHOLD;
    trim_tuning set = Tune({8 * TRIM_MIB, 0, 4, 0});
    EXPECT_EQ(failures_, "mmap-threshold=32m was refused by mallopt");
    EXPECT_EQ(set.trim_threshold_bytes, 8 * TRIM_MIB);
    EXPECT_EQ(set.mmap_threshold_bytes, 0U);
    EXPECT_EQ(set.arena_max, 4U);

    world_.mallopt = nullptr;
    set = Tune({8 * TRIM_MIB, 0, 4, 0});
    EXPECT_EQ(failures_, "trim-threshold=8m was refused by mallopt; "
                         "arena-max=4 was refused by mallopt");
    EXPECT_EQ(set.trim_threshold_bytes + set.mmap_threshold_bytes + set.arena_max, 0U);
}

TEST_F(GlibcTuning, NeverHandsMalloptMoreThanItsIntHolds)
{
    for (const uint64_t bytes : {UINT64_C(1) << 31, (UINT64_C(1) << 32) + 1, UINT64_MAX}) {
        const trim_tuning set = Tune({bytes, bytes, bytes, 0});
        EXPECT_TRUE(calls.empty());
        EXPECT_EQ(set.trim_threshold_bytes + set.mmap_threshold_bytes + set.arena_max, 0U);
        EXPECT_NE(failures_, "");
    }
    EXPECT_EQ(Tune({INT_MAX, 0, 0, 0}).trim_threshold_bytes, uint64_t{INT_MAX});
}

TEST_F(GlibcTuning, TellsWhatOfTheEnvironmentItOverrides)
{
    environment = {{"MALLOC_TRIM_THRESHOLD_", "1"},
                   {"MALLOC_ARENA_MAX", "2"},
                   {"GLIBC_TUNABLES", "glibc.malloc.mmap_threshold=4096"}};
    (void)Tune({8 * TRIM_MIB, 2 * TRIM_MIB, 4, 0});
    EXPECT_EQ(calls.size(), 4U) << "options prevail";
    EXPECT_EQ(overrides_, "trim-threshold=8m takes the place of what MALLOC_TRIM_THRESHOLD_ says; "
                          "mmap-threshold=2m takes the place of what GLIBC_TUNABLES says; "
                          "arena-max=4 takes the place of what MALLOC_ARENA_MAX says");
    environment = {{"MALLOC_MMAP_THRESHOLD_", "1"},
                   {"GLIBC_TUNABLES", "glibc.malloc.tcache_count=0"}};
    (void)Tune({0, 0, 4, 0});
    EXPECT_EQ(overrides_, "") << "what is not wanted is not in the way of anything";
}

TEST_F(GlibcTuning, LeavesToTheEnvironmentWhatWouldOnlyBeSetAlong)
{
    environment = {{"MALLOC_MMAP_THRESHOLD_", "1"}, {"GLIBC_TUNABLES", "glibc.malloc.top_pad=1"}};
    const trim_tuning set = Tune({8 * TRIM_MIB, 0, 0, 0});
    EXPECT_EQ(calls, (Calls{{M_TRIM_THRESHOLD, 8 * kMiB}}));
    EXPECT_EQ(set.mmap_threshold_bytes, 0U);
    EXPECT_EQ(overrides_, "the padding of tops stays as GLIBC_TUNABLES says; "
                          "mmap-threshold stays as MALLOC_MMAP_THRESHOLD_ says");
}

TEST_F(GlibcTuning, SetsALimitOfArenasThatTheAgentHasFound)
{
    const trim_tuning set = Tune({0, 0, 0, 16});
    EXPECT_EQ(calls, (Calls{{M_ARENA_MAX, 16}}));
    EXPECT_EQ(set.arena_max, 16U) << "the echo tells it";
    EXPECT_EQ(failures_ + overrides_, "");
}

TEST_F(GlibcTuning, SetsNoHigherLimitOfArenasThanGlibcsOwn)
{
    world_.own_arenas = 8;
    EXPECT_EQ(Tune({0, 0, 0, 16}).arena_max, 8U);
    EXPECT_EQ(calls, (Calls{{M_ARENA_MAX, 8}}));
    EXPECT_EQ(Tune({0, 0, 16, 0}).arena_max, 16U) << "what the user gives is given";
}

TEST_F(GlibcTuning, LeavesALimitOfArenasThatTheEnvironmentSetsAlone)
{
    for (const char *name : {"MALLOC_ARENA_MAX", "GLIBC_TUNABLES"}) {
        environment = {{name, "glibc.malloc.arena_max=2"}}; /* Any text of the older one counts. */
        const trim_tuning set = Tune({0, 0, 0, 16});
        EXPECT_TRUE(calls.empty()) << name;
        EXPECT_EQ(set.arena_max, 0U) << name;
        EXPECT_EQ(overrides_, std::string("arena-max stays as ") + name + " says");
    }
}

TEST_F(GlibcTuning, RefusesALimitOfArenasThatTheAgentHasFoundInAProcessThatRuns)
{
    EXPECT_EQ(Tune({0, 0, 0, 16}, true).arena_max, 0U);
    EXPECT_TRUE(calls.empty());
    EXPECT_EQ(failures_, "arena-max=16 can only be set when a JVM starts");
}

TEST_F(GlibcTuning, RefusesToLimitArenasThatAreThereAlready)
{
    const trim_tuning set = Tune({8 * TRIM_MIB, 0, 4, 0}, true);
    EXPECT_EQ(calls.size(), 3U) << "thresholds have their use";
    EXPECT_EQ(set.arena_max, 0U);
    EXPECT_EQ(failures_, "arena-max=4 can only be set when a JVM starts");
}

} // namespace
