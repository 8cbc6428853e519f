/*
 * Trims by borrowing again and again, beside threads that allocate at full speed. The environment
 * decides what malloc is like: environments_test.cc runs these tests in many of them.
 */
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <string>
#include <thread>

#include "agent_trim.h"
#include "length.h"
#include "load.h"

namespace stress
{
namespace
{

constexpr size_t kThreads = 5;
constexpr size_t kFewBlocks = BlockTable::kBlocks / 8;
constexpr int kTrimsOfARound = 4;

/* Fills the tables, and frees most of them again. */
void FillAndShrink(Load &load)
{
    load.Want(BlockTable::kBlocks);
    load.AwaitOperations(kThreads * BlockTable::kBlocks * 2);
    load.Want(kFewBlocks);
    load.AwaitOperations(kThreads * BlockTable::kBlocks);
}

class Rounds : public testing::Test
{
protected:
    AgentTrim agent_{TRIM_MODE_BORROW};
    Load load_{kThreads};
};

TEST_F(Rounds, BesideThreadsThatAllocate)
{
    uint64_t released = 0;
    bool borrowed = false;
    for (int round = 0; round < stress::Rounds(); round++) {
        FillAndShrink(load_);
        for (int i = 0; i < kTrimsOfARound; i++) {
            borrowed = agent_.Run().release.borrowed || borrowed;
            load_.AwaitOperations(kThreads * kFewBlocks);
        }
        FillAndShrink(load_);
        load_.Pause();
        const Trim quiet = agent_.Run();
        ExpectHeapAsBefore(quiet);
        released += quiet.released_bytes;
        borrowed = borrowed || quiet.release.borrowed;
        load_.VerifyAll();
        load_.Resume();
    }
    EXPECT_GT(load_.Born(), 0U);
    EXPECT_EQ(load_.Refused(), 0U);
    /* Where the environment lets the agent borrow is known to whoever has set it. */
    const char *known = std::getenv("TRIM_STRESS_BORROWS");
    const std::string expected = known != nullptr ? known : "yes";
    if (expected != "maybe") {
        EXPECT_EQ(borrowed, expected == "yes");
        EXPECT_GT(released, 0U);
    }
}

TEST_F(Rounds, CancelledAtAnyMoment)
{
    Random random(1);
    for (int round = 0; round < stress::Rounds(); round++) {
        FillAndShrink(load_);
        load_.Pause();
        for (int i = 0; i < kTrimsOfARound; i++) {
            trim_cancel cancel = {};
            const uint64_t wait = random.Below(UINT64_C(1) << random.Below(24));
            std::thread canceller([this, &cancel, wait, begun = agent_.Begun()] {
                while (agent_.Begun() == begun) {
                    std::this_thread::yield();
                }
                for (volatile uint64_t passed = 0; passed < wait; passed = passed + 1) {
                }
                trim_cancel_request(&cancel);
            });
            const Trim trim = agent_.Run(&cancel);
            canceller.join();
            ExpectHeapAsBefore(trim);
        }
        load_.VerifyAll();
        load_.Resume();
    }
}

} // namespace
} // namespace stress
