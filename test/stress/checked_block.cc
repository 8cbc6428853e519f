#include "checked_block.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace stress
{

namespace
{

/* Of so many blocks one is large. */
constexpr size_t kLargeOneIn = 24;
constexpr size_t kSmallMostBytes = size_t{64} << 10;

[[noreturn]] void Fail(const char *what, const void *address, size_t bytes, size_t at)
{
    (void)std::fprintf(stderr, "%s in the block of %zu bytes at %p, at byte %zu\n", what, bytes,
                       address, at);
    std::abort();
}

/* Every word differs from its neighbours and from those of other blocks. */
uint64_t Word(uint64_t seed, size_t index)
{
    return seed ^ (index * UINT64_C(0x9e3779b97f4a7c15));
}

void Fill(void *address, size_t bytes, uint64_t seed)
{
    auto *at = static_cast<unsigned char *>(address);
    size_t done = 0;
    for (; done + sizeof(uint64_t) <= bytes; done += sizeof(uint64_t)) {
        const uint64_t word = Word(seed, done);
        std::memcpy(at + done, &word, sizeof word);
    }
    const uint64_t last = Word(seed, done);
    std::memcpy(at + done, &last, bytes - done);
}

void VerifyFirst(const void *address, size_t bytes, size_t of_bytes, uint64_t seed)
{
    const auto *at = static_cast<const unsigned char *>(address);
    size_t done = 0;
    for (; done + sizeof(uint64_t) <= bytes; done += sizeof(uint64_t)) {
        uint64_t word = 0;
        std::memcpy(&word, at + done, sizeof word);
        if (word != Word(seed, done)) {
            Fail("content changed", address, of_bytes, done);
        }
    }
    const uint64_t last = Word(seed, done);
    if (std::memcmp(at + done, &last, bytes - done) != 0) {
        Fail("content changed", address, of_bytes, done);
    }
}

void VerifyZero(const void *address, size_t bytes)
{
    const auto *at = static_cast<const unsigned char *>(address);
    if (at[0] != 0 || std::memcmp(at, at + 1, bytes - 1) != 0) {
        Fail("calloc's memory is not zero", address, bytes, 0);
    }
}

size_t Between(Random &random, size_t least, size_t most)
{
    size_t octaves = 0;
    while ((least << (octaves + 1)) <= most) {
        octaves++;
    }
    const size_t from = least << random.Below(octaves);
    return from + random.Below(from);
}

void *New(Random &random, size_t bytes)
{
    switch (random.Below(8)) {
    case 0:
    case 1: {
        void *zeroed = std::calloc(1, bytes);
        if (zeroed != nullptr) {
            VerifyZero(zeroed, bytes);
        }
        return zeroed;
    }
    case 2: {
        void *aligned = nullptr;
        const size_t alignment = size_t{16} << random.Below(9);
        return posix_memalign(&aligned, alignment, bytes) == 0 ? aligned : nullptr;
    }
    case 3: {
        const size_t alignment = size_t{64} << random.Below(4);
        return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    }
    default:
        return std::malloc(bytes);
    }
}

} // namespace

size_t AnySize(Random &random)
{
    return random.OneIn(kLargeOneIn) ? Between(random, kSmallMostBytes, kMostBytes)
                                     : Between(random, kLeastBytes, kSmallMostBytes);
}

bool CheckedBlock::Allocate(Random &random)
{
    const size_t wanted = AnySize(random);
    void *made = New(random, wanted);
    if (made == nullptr) {
        return false;
    }
    *this = {made, wanted, random.Next()};
    Fill(address, bytes, seed);
    return true;
}

bool CheckedBlock::Reallocate(Random &random)
{
    const size_t wanted = AnySize(random);
    Verify();
    void *moved = std::realloc(address, wanted);
    if (moved == nullptr) {
        return false;
    }
    VerifyFirst(moved, wanted < bytes ? wanted : bytes, wanted, seed);
    *this = {moved, wanted, random.Next()};
    Fill(address, bytes, seed);
    return true;
}

void CheckedBlock::Verify() const
{
    VerifyFirst(address, bytes, bytes, seed);
}

void CheckedBlock::Free()
{
    Verify();
    std::free(address);
    *this = {};
}

} // namespace stress
