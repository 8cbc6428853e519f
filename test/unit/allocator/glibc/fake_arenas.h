/*
 * Arenas of a malloc that behaves as the test wants: a ring of states in memory that can be looked
 * at, and a thread whose word names the one that serves.
 */
#ifndef TRIMAGENT_TEST_FAKE_ARENAS_H
#define TRIMAGENT_TEST_FAKE_ARENAS_H

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>

#include "arena_enter.h"

class FakeArenas
{
public:
    static constexpr uint64_t kData = UINT64_C(0x7f0000000000);
    static constexpr uint64_t kMain = kData + 0x100;
    static constexpr uint64_t kNext = 0x870; /* Where a state names the next. */
    static constexpr size_t kWord = 5;

    static uint64_t Arena(size_t number)
    {
        return number == 0 ? kMain : number * TRIM_ARENA_HEAP_BYTES + 0x30;
    }

    /* So many arenas, the main one among them; the thread is in this one. */
    explicit FakeArenas(size_t arenas, size_t own = 1)
    {
        current_ = this;
        for (size_t i = 0; i < arenas; ++i) {
            memory[Arena(i) + kNext] = Arena((i + 1) % arenas);
            if (i != 0) {
                memory[i * TRIM_ARENA_HEAP_BYTES] = Arena(i);
                map_.heaps[map_.heap_count].address = i * TRIM_ARENA_HEAP_BYTES;
                map_.heaps[map_.heap_count++].header.arena = Arena(i);
            }
        }
        words[kWord] = Arena(own);
        /* What else may be there. */
        words[2] = Arena(own) + 8;
        words[7] = kData;
    }

    /* Comes to the door as the agent does. */
    void Open(trim_arena_door *door)
    {
        const trim_arena_world world = {Take,         Give,         ArenaOf, Peek,          Room,
                                        words.data(), words.size(), kData,   kData + 0x4000};
        trim_arena_open(door, &world, &map_);
    }

    uint64_t Word() const
    {
        return words[kWord];
    }

    std::map<uint64_t, uint64_t> memory;
    std::array<volatile uint64_t, 18> words = {};

    /* What shall happen. */
    bool blocks_tell = true;
    bool word_counts = true;  /* Otherwise all comes from where the last block was freed. */
    std::set<uint64_t> empty; /* Arenas that cannot serve. */
    uint64_t attach_to = 0;   /* Where a request moves the thread, */
    size_t attach_at = 0;     /* and which one, from 1. */
    uint64_t room_bytes = UINT64_MAX;

    /* What has happened. */
    size_t blocks = 0; /* That are not given back. */
    size_t rooms = 0;
    std::set<uint64_t> served; /* By the states' addresses. */

private:
    static void *Take(size_t)
    {
        FakeArenas &fake = *current_;
        if (++fake.requests_ == fake.attach_at) {
            fake.words[kWord] = fake.attach_to;
        }
        uint64_t arena = fake.words[kWord];
        if (!fake.word_counts && fake.last_ != 0) {
            arena = fake.last_;
        } else if (fake.empty.count(arena) != 0) {
            arena = kMain;
        }
        ++fake.blocks;
        fake.served.insert(arena);
        fake.last_ = arena;
        return &fake.last_;
    }
    static void Give(void *)
    {
        --current_->blocks;
    }
    static bool ArenaOf(const void *, uint64_t *arena)
    {
        *arena = current_->last_ == kMain ? TRIM_MAIN_ARENA : current_->last_;
        return current_->blocks_tell;
    }
    static bool Peek(uint64_t address, void *copy, size_t length)
    {
        const auto found = current_->memory.find(address);
        const uint64_t word = found == current_->memory.end() ? 0 : found->second;
        memcpy(copy, &word, length);
        return found != current_->memory.end();
    }
    static bool Room(uint64_t bytes)
    {
        ++current_->rooms;
        return bytes <= current_->room_bytes;
    }

    static inline FakeArenas *current_ = nullptr; /* The world's functions get no context. */

    trim_arena_map map_ = {};
    uint64_t last_ = 0;
    size_t requests_ = 0;
};

#endif
