// The ring of glibc's arenas, in a memory that the input fills: six heaps, and the C library's
// data.
#include <vector>

#include "arena_ring.h"
#include "fuzz.h"

namespace
{

constexpr size_t heaps = 6;
constexpr size_t words_each = 512;
constexpr uint64_t library = 0x7f0000000000;
uint64_t words[heaps + 1][words_each];

uint64_t start_of(size_t region)
{
    return region < heaps ? (region + 1) * TRIM_ARENA_HEAP_BYTES : library;
}

uint64_t state_of(size_t heap)
{
    return start_of(heap) + 48;
}

bool peek(uint64_t address, void *copy, size_t length)
{
    for (size_t region = 0; region <= heaps; ++region) {
        const uint64_t at = address - start_of(region);
        if (at < sizeof words[0] && length <= sizeof words[0] - at) {
            std::memcpy(copy, reinterpret_cast<const char *>(words[region]) + at, length);
            return true;
        }
    }
    return false;
}

void fill(const std::string &text)
{
    Input input(text);
    std::memset(words, 0, sizeof words);
    const auto headers = input.take<uint8_t>();
    // Which of the heaps have the header that belongs to them, and a ring of those.
    const size_t offset = input.take<uint8_t>();
    size_t last = heaps;
    for (size_t heap = 0; heap < heaps; ++heap) {
        if ((headers >> heap) % 2 != 0) {
            words[heap][0] = state_of(heap);
            words[last][last < heaps ? 6 + offset : offset] = state_of(heap);
            last = heap;
        }
    }
    words[last][last < heaps ? 6 + offset : offset] = library;
    // And what disturbs them.
    while (!input.empty()) {
        const auto region = input.take<uint8_t>() % (heaps + 1);
        const auto word = input.take<uint16_t>() % words_each;
        const auto kind = input.take<uint8_t>();
        words[region][word] = kind < heaps       ? state_of(kind)
                              : kind < 2 * heaps ? library + 8 * static_cast<uint64_t>(kind - heaps)
                                                 : input.take<uint64_t>();
    }
}

} // namespace

void read_text(const std::string &text)
{
    fill(text);
    trim_arena_door door = {};
    door.world.peek = peek;
    door.world.data_start = library;
    door.world.data_end = library + sizeof words[0];
    uint64_t offset = UINT64_MAX;
    const uint64_t main = trim_arena_ring_main(&door.world, state_of(0), &offset);
    require(main == 0 || (main >= library && main < door.world.data_end && offset % 8 == 0));
    (void)trim_arena_ring_other(&door.world, state_of(1));
    (void)trim_arena_ring_other(&door.world, offset);
    door.main_address = main;
    door.next_offset = offset;
    for (const uint64_t arenas : {UINT64_C(1), UINT64_C(2), UINT64_C(4), UINT64_C(7)}) {
        trim_arena_figures figures[5] = {};
        trim_arena_ring_name(&door, arenas, figures, 5);
        require(figures[0].arena == TRIM_MAIN_ARENA);
        for (size_t i = 1; i < 5; ++i) {
            // An arena is named once, if at all.
            for (size_t j = 1; j < i && main != 0; ++j) {
                require(figures[i].arena == 0 || figures[i].arena != figures[j].arena);
            }
            require(i < arenas || figures[i].arena == 0);
        }
    }
}
