/* Children that are made in the middle of a borrow. */
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <thread>
#include <vector>

#include "agent_trim.h"
#include "child.h"
#include "length.h"
#include "load.h"

namespace stress
{
namespace
{

constexpr size_t kThreads = 4;
constexpr int kForksOfARound = 8;
constexpr size_t kOwnOperations = 2000;
/* A child that a lock stops for ever is ended by the system. */
constexpr unsigned kChildSecondsMax = 120;

class Fork : public testing::Test
{
protected:
    Fork() : trimmer_([this] { TrimOnAndOn(); })
    {
        for (size_t i = 0; i < kOwnOperations; i++) {
            (void)own_.Operate(BlockTable::kBlocks, exchange_);
        }
    }
    ~Fork() override
    {
        ended_ = true;
        trimmer_.join();
    }

    void TrimOnAndOn()
    {
        while (!ended_) {
            load_.Want(BlockTable::kBlocks);
            load_.AwaitOperations(kThreads * BlockTable::kBlocks);
            load_.Want(BlockTable::kBlocks / 8);
            load_.AwaitOperations(kThreads * BlockTable::kBlocks);
            borrows_ += agent_.Run().release.borrowed ? 1 : 0;
        }
    }

    /* Another one than the last time. */
    void AwaitTrim()
    {
        while (!agent_.Runs() || agent_.Begun() == seen_) {
            std::this_thread::yield();
        }
        seen_ = agent_.Begun();
    }

    /* In the child: memory that the parent's threads gave and took is whole, and malloc works. */
    void UseMemory()
    {
        own_.VerifyAll();
        Exchange exchange;
        for (size_t i = 0; i < kOwnOperations; i++) {
            (void)own_.Operate(BlockTable::kBlocks / 2, exchange);
        }
        own_.FreeAll();
    }

    AgentTrim agent_{TRIM_MODE_BORROW};
    Load load_{kThreads};
    Exchange exchange_; /* Of the thread that forks alone. */
    BlockTable own_{4711};
    std::atomic<bool> ended_{false};
    std::atomic<int> borrows_{0};
    uint64_t seen_ = 0;
    std::thread trimmer_; /* Last: it uses the rest. */
};

TEST_F(Fork, AmidABorrowLeavesTheChildWhole)
{
    for (int i = 0; i < kForksOfARound * Rounds(); i++) {
        AwaitTrim();
        const pid_t child = fork();
        ASSERT_GE(child, 0);
        if (child == 0) {
            (void)alarm(kChildSecondsMax);
            UseMemory();
            _exit(0);
        }
        ASSERT_EQ(ExitCode(child), 0);
    }
    EXPECT_GT(borrows_, 0);
}

TEST_F(Fork, BySpawningWorksToo)
{
    for (int i = 0; i < kForksOfARound * Rounds(); i++) {
        AwaitTrim();
        std::array<char, 5> name = {"true"};
        std::array<char *, 2> arguments = {name.data(), nullptr};
        pid_t child = 0;
        ASSERT_EQ(posix_spawnp(&child, "true", nullptr, nullptr, arguments.data(), environ), 0);
        ASSERT_EQ(ExitCode(child), 0);
    }
    EXPECT_GT(borrows_, 0);
}

/* Fifty threads at once, each in all three ways: a child of fork uses malloc, the others run a
 * program.
 */
TEST_F(Fork, FromFiftyThreadsInEveryWay)
{
    std::atomic<int> wrong{0};
    std::atomic<int> ended{0};
    const auto multiply = [&] {
        std::array<char, 10> name = {"/bin/true"};
        std::array<char *, 2> arguments = {name.data(), nullptr};
        const pid_t forked = fork();
        if (forked == 0) {
            (void)alarm(kChildSecondsMax);
            for (size_t bytes = 16; bytes < 1000000; bytes *= 3) {
                free(malloc(bytes));
            }
            _exit(0);
        }
        const pid_t vforked = vfork();
        if (vforked == 0) {
            execv(name.data(), arguments.data());
            _exit(1);
        }
        pid_t spawned = -1;
        wrong += posix_spawn(&spawned, name.data(), nullptr, nullptr, arguments.data(), environ);
        for (const pid_t child : {forked, vforked, spawned}) {
            wrong += child < 0 || ExitCode(child) != 0 ? 1 : 0;
            ended++;
        }
    };
    for (int round = 0; round < Rounds(); round++) {
        AwaitTrim();
        std::vector<std::thread> threads;
        for (int i = 0; i < 50; i++) {
            threads.emplace_back(multiply);
        }
        for (std::thread &thread : threads) {
            thread.join();
        }
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(ended, 150 * Rounds());
}

} // namespace
} // namespace stress
