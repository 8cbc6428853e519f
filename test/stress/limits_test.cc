/* Limits that make threads, mappings and memory fail while the agent borrows. */
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "agent_trim.h"
#include "child.h"
#include "length.h"
#include "load.h"

namespace stress
{
namespace
{

constexpr size_t kThreads = 4;
constexpr uid_t kNobody = 65534;

/* The process's whole address space, and what of it counts as data: the numbers of /proc/self/statm
 * that the limits are compared with. */
struct Sizes {
    rlim_t address_bytes;
    rlim_t data_bytes;
};

Sizes SizesNow()
{
    unsigned long address = 0;
    unsigned long data = 0;
    std::FILE *statm = std::fopen("/proc/self/statm", "re");
    EXPECT_EQ(std::fscanf(statm, "%lu %*u %*u %*u %*u %lu", &address, &data), 2);
    (void)std::fclose(statm);
    const auto page = static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
    return {address * page, data * page};
}

/* Sets a limit, which can be lifted again. */
void Limit(__rlimit_resource resource, rlim_t most)
{
    rlimit limit = {};
    ASSERT_EQ(getrlimit(resource, &limit), 0);
    limit.rlim_cur = most < limit.rlim_max ? most : limit.rlim_max;
    ASSERT_EQ(setrlimit(resource, &limit), 0);
}

/* Leaves much to trim behind. */
void FillAndShrink(Load &load)
{
    load.Want(BlockTable::kBlocks);
    load.AwaitOperations(kThreads * BlockTable::kBlocks * 2);
    load.Want(BlockTable::kBlocks / 8);
    load.AwaitOperations(kThreads * BlockTable::kBlocks);
}

/* Trims beside the load, and then alone, under a limit. */
void TrimUnder(AgentTrim &agent, Load &load, __rlimit_resource resource, rlim_t most)
{
    Limit(resource, most);
    load.Want(BlockTable::kBlocks);
    (void)agent.Run();
    FillAndShrink(load);
    load.Pause();
    const Trim quiet = agent.Run();
    Limit(resource, RLIM_INFINITY);
    ExpectHeapAsBefore(quiet);
    load.VerifyAll();
    load.Resume();
}

TEST(Limits, OfTheAddressSpaceAreSurvived)
{
    InChild([] {
        AgentTrim agent(TRIM_MODE_BORROW);
        Load load(kThreads);
        for (int round = 0; round < Rounds(); round++) {
            for (const rlim_t more : {rlim_t{64} << 20, rlim_t{1} << 20, rlim_t{0}}) {
                FillAndShrink(load);
                TrimUnder(agent, load, RLIMIT_AS, SizesNow().address_bytes + more);
            }
        }
    });
}

/* Heaps of arenas that are reserved cannot grow either. */
TEST(Limits, OfDataAreSurvived)
{
    InChild([] {
        AgentTrim agent(TRIM_MODE_BORROW);
        Load load(kThreads);
        for (int round = 0; round < Rounds(); round++) {
            for (const rlim_t eighths : {9, 8, 7}) {
                FillAndShrink(load);
                TrimUnder(agent, load, RLIMIT_DATA, SizesNow().data_bytes / 8 * eighths);
            }
        }
    });
}

TEST(Limits, OfThreadsLeaveItToMallocTrim)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can become somebody whose threads are limited";
    }
    InChild([] {
        ASSERT_EQ(setresgid(kNobody, kNobody, kNobody), 0);
        ASSERT_EQ(setresuid(kNobody, kNobody, kNobody), 0);
        /* By auto, because mode=borrow would rather leave memory than hold a lock for long. */
        AgentTrim agent(TRIM_MODE_AUTO);
        Load load(kThreads);
        for (int round = 0; round < Rounds(); round++) {
            FillAndShrink(load);
            TrimUnder(agent, load, RLIMIT_NPROC, 1);
        }
        EXPECT_GT(load.Stillborn(), 0U);
    });
}

TEST(Limits, OfThreadsDoNotMatterToBorrowing)
{
    if (geteuid() != 0) {
        GTEST_SKIP() << "only root can become somebody whose threads are limited";
    }
    InChild([] {
        ASSERT_EQ(setresgid(kNobody, kNobody, kNobody), 0);
        ASSERT_EQ(setresuid(kNobody, kNobody, kNobody), 0);
        AgentTrim agent(TRIM_MODE_BORROW);
        Load load(kThreads);
        FillAndShrink(load);
        load.Pause();
        Limit(RLIMIT_NPROC, 1);
        const Trim trim = agent.Run();
        Limit(RLIMIT_NPROC, RLIM_INFINITY);
        EXPECT_TRUE(trim.release.borrowed);
        EXPECT_GT(trim.release.arenas_wanted, 0U);
        EXPECT_EQ(trim.release.arenas_reached, trim.release.arenas_wanted);
        load.Resume();
    });
}

} // namespace
} // namespace stress
