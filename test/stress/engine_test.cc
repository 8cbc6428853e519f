/*
 * The borrowing itself on whatever malloc is there: memcheck puts its own in place of the real one,
 * and then tells of every byte that is touched beyond a piece, and of every piece that is kept.
 */
extern "C" {
#include "borrow_pace.h"
}

#include <gtest/gtest.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>

#include "block_table.h"
#include "borrow.h"
#include "length.h"
#include "random.h"

namespace stress
{
namespace
{

/* The world's functions get no context. */
Random choices(99);
uint64_t now_ns;
bool fails;
uint64_t held;
uint64_t pauses;

void *Take(void *, size_t bytes)
{
    void *piece = fails && choices.OneIn(50) ? nullptr : std::malloc(bytes);
    held += piece != nullptr ? 1 : 0;
    return piece;
}
void Give(void *piece)
{
    held--;
    std::free(piece);
}
size_t Usable(const void *piece)
{
    return malloc_usable_size(const_cast<void *>(piece));
}
/* Half of what comes seems to be there. */
uint64_t Resident(uint64_t start, uint64_t end)
{
    return choices.OneIn(2) ? end - start : 0;
}
int Drop(const trim_span *spans, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        auto *const start = reinterpret_cast<void *>(spans[i].start);
        if ((fails && choices.OneIn(20)) ||
            madvise(start, spans[i].end - spans[i].start, MADV_DONTNEED) != 0) {
            return -1;
        }
    }
    return 0;
}
bool Inside(uint64_t /*arena*/, uint64_t /*start*/, uint64_t /*end*/)
{
    return !choices.OneIn(100);
}
uint64_t Grown(const trim_borrow_arena * /*arena*/)
{
    return 0;
}
uint64_t TopBehind(const trim_borrow_arena * /*arena*/, const void * /*piece*/)
{
    return choices.OneIn(2) ? uint64_t{1} << 20 : 0;
}
uint64_t FreeBehind(const trim_borrow_arena *, const void *)
{
    return choices.OneIn(2) ? 0 : uint64_t{16} << 10;
}
bool HasEquals(const void *)
{
    return choices.OneIn(2);
}
bool Cancelled(void *)
{
    return fails && choices.OneIn(2000);
}
void Pause(void *, uint64_t ns)
{
    now_ns += ns;
    pauses++;
}

uint64_t Now()
{
    return now_ns += 10000;
}

TEST(Engine, TouchesNothingButPiecesAndGivesAllBack)
{
    trim_borrow_world world = {};
    world.take = Take;
    world.give = Give;
    world.usable = Usable;
    world.resident = Resident;
    world.drop = Drop;
    world.inside = Inside;
    world.grown = Grown;
    world.heaps_gone = Grown;
    world.free_behind = FreeBehind;
    world.has_equals = HasEquals;
    world.top_behind = TopBehind;
    world.cancelled = Cancelled;
    world.now_ns = Now;
    world.pause = Pause;
    world.own_cpu_ns = Now;    /* It works all the time, */
    world.others_cpu_ns = Now; /* and so do they. */
    world.page_bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));

    trim_borrow_arena arena = {};
    arena.system_bytes = uint64_t{256} << 20;
    arena.free_bytes = uint64_t{128} << 20;
    arena.wanted_bytes = uint64_t{64} << 20;
    arena.largest_bytes = uint64_t{2} << 20;
    arena.chunks = 1000;
    arena.end = uint64_t{1} << 62;
    arena.top_start = arena.end - (uint64_t{2} << 20);
    arena.deadline_ns = UINT64_MAX;
    trim_borrow_pace pace = {};
    trim_pace_init(&pace, UINT64_MAX);
    arena.pace = &pace;

    Exchange exchange;
    BlockTable live(7);
    for (int round = 0; round < 4 * Rounds(); round++) {
        for (size_t i = 0; i < BlockTable::kBlocks; i++) {
            (void)live.Operate(BlockTable::kBlocks / 2, exchange);
        }
        fails = round % 2 != 0;
        trim_borrow_result result = {};
        trim_borrow_run(&world, &arena, &result);
        EXPECT_EQ(held, 0U);
        EXPECT_GT(result.calls, 0U);
        live.VerifyAll();
    }
    EXPECT_GT(pauses, 0U);
}

} // namespace
} // namespace stress
