#include "agent_trim.h"

#include <gtest/gtest.h>

#include "process_memory.h"
#include "text.h"

namespace stress
{

namespace
{

/* The heap may grow by this part: by pieces that come from beyond an arena. */
constexpr uint64_t kGrowthPart = 100;

uint64_t ResidentBytes()
{
    uint64_t bytes = 0;
    EXPECT_EQ(trim_process_rss("/proc/self", &bytes), 0);
    return bytes;
}

} // namespace

AgentTrim::AgentTrim(trim_mode mode)
{
    char words[256];
    trim_text text;
    trim_text_init(&text, words, sizeof words);
    allocator_ = trim_allocator_in_charge(&text);
    EXPECT_NE(allocator_->trim, nullptr) << words;
    allocator_->choose(mode);
}

Trim AgentTrim::Run()
{
    const trim_cancel never = {};
    return Run(&never);
}

Trim AgentTrim::Run(const trim_cancel *cancel)
{
    Trim trim = {};
    EXPECT_EQ(allocator_->estimate(0, &trim.before), 0);
    const uint64_t resident = ResidentBytes();
    begun_++;
    runs_ = true;
    EXPECT_EQ(allocator_->trim(cancel, false, &trim.release), 0);
    runs_ = false;
    const uint64_t resident_now = ResidentBytes();
    trim.released_bytes = resident > resident_now ? resident - resident_now : 0;
    uint64_t of_arenas = 0;
    EXPECT_EQ(allocator_->learn(trim.before.resident_bytes, &trim.after, &of_arenas), 0);
    return trim;
}

void ExpectHeapAsBefore(const Trim &trim)
{
    const trim_heap_figures &before = trim.before.figures;
    const trim_heap_figures &after = trim.after.figures;
    EXPECT_LE(after.arena, before.arena + before.arena / kGrowthPart)
        << trim.before.arenas << " arenas, then " << trim.after.arenas;
    /* malloc_info counts a few flags as bytes of free chunks. */
    const uint64_t flags = 8 * (before.ordblks + after.ordblks);
    EXPECT_LE(after.uordblks, before.uordblks + flags) << "held";
    EXPECT_GE(after.uordblks + flags, before.uordblks) << "freed twice";
}

} // namespace stress
