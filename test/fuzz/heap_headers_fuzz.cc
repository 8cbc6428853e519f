// Words of memory that may be the header of a heap, and maps of those that can be.
#include <algorithm>
#include <vector>

#include "arena_map.h"
#include "arena_scan.h"
#include "fuzz.h"

static void ask(const trim_arena_map &map, uint64_t address)
{
    const trim_arena_heap *heap = trim_arena_map_find(&map, address);
    require(heap == nullptr ||
            (address >= heap->address && address - heap->address < heap->header.size));
    uint64_t arena = 0;
    const bool known = trim_arena_map_arena(&map, address, &arena);
    require(known || heap == nullptr);
    (void)trim_arena_map_locked(&map, address);
    if (known) {
        require(trim_arena_map_resident(&map, arena) <= trim_arena_map_bytes(&map, arena));
    }
}

void read_text(const std::string &text)
{
    static trim_arena_map map;
    Input input(text);
    map.main_start = static_cast<uint64_t>(input.take<uint8_t>()) << 20;
    map.main_end = map.main_start + (static_cast<uint64_t>(input.take<uint8_t>()) << 12);
    map.main_resident_bytes = (map.main_end - map.main_start) / 2;
    const uint64_t heap_max = UINT64_C(1) << (20 + input.take<uint8_t>() % 16);
    const uint64_t step = std::min<uint64_t>(heap_max, TRIM_ARENA_HEAP_BYTES);
    map.heap_count = 0;
    map.main_locked = input.take<uint8_t>() % 2 != 0;
    uint64_t address = 0;
    while (!input.empty() && map.heap_count < 64) {
        address += (UINT64_C(1) + input.take<uint8_t>() % 8) * step;
        trim_heap_header header = {};
        const auto form = input.take<uint8_t>();
        if (form % 2 == 0) {
            header = input.take<trim_heap_header>();
        } else {
            // Nearly right ones.
            const uint64_t back = input.take<uint8_t>() % 4 * step;
            header.previous = form % 4 == 1 ? 0 : address - back;
            header.arena = address - back + 8 * static_cast<uint64_t>(input.take<uint8_t>());
            header.size = static_cast<uint64_t>(input.take<uint16_t>()) * 4096;
            header.writable_size =
                header.size + 4096 * static_cast<uint64_t>(input.take<uint8_t>());
        }
        if (!trim_heap_header_plausible(address, &header, 4096, heap_max)) {
            continue;
        }
        require(header.size != 0 && header.size <= header.writable_size);
        require(header.size <= std::max<uint64_t>(heap_max, TRIM_ARENA_HEAP_BYTES));
        require(header.previous != address && header.arena % 8 == 0);
        trim_arena_heap &heap = map.heaps[map.heap_count++];
        heap.address = address;
        heap.header = header;
        heap.resident_bytes = header.size / 2;
        heap.locked = form % 8 >= 4;
    }
    for (size_t i = 0; i < map.heap_count; ++i) {
        const trim_arena_heap &heap = map.heaps[i];
        (void)trim_arena_map_newest(&map, &heap);
        for (const uint64_t at :
             {heap.address - 1, heap.address, heap.address + heap.header.size - 1,
              heap.address + heap.header.size, heap.header.arena}) {
            ask(map, at);
        }
    }
    ask(map, map.main_start);
    ask(map, map.main_end);
    ask(map, UINT64_MAX);
}
