// HotSpot's table of its own fields: six numbers that describe a row, and then rows of that form.
extern "C" {
#include "vm_structs.h"
}

#include <map>
#include <vector>

#include "fuzz.h"

namespace
{

const char *const names[] = {nullptr,          "PerfMemory", "_start", "Universe",
                             "_collectedHeap", "",           "_start2"};
constexpr size_t name_count = sizeof names / sizeof names[0];

using Symbols = std::map<std::string, void *>;

void *look_up(void *context, const char *name)
{
    const auto &symbols = *static_cast<Symbols *>(context);
    const auto symbol = symbols.find(name);
    return symbol == symbols.end() ? nullptr : symbol->second;
}

} // namespace

void read_text(const std::string &text)
{
    static const char *const fields[] = {
        "gHotSpotVMStructEntryTypeNameOffset", "gHotSpotVMStructEntryFieldNameOffset",
        "gHotSpotVMStructEntryIsStaticOffset", "gHotSpotVMStructEntryOffsetOffset",
        "gHotSpotVMStructEntryAddressOffset",  "gHotSpotVMStructEntryArrayStride"};
    Input input(text);
    Symbols symbols;
    uint64_t numbers[6];
    for (size_t i = 0; i < 6; ++i) {
        // Small ones mostly; 255 stands for a wild one.
        const auto small = input.take<uint8_t>();
        numbers[i] = small == 255 ? UINT64_MAX - i : small;
        if (small != 254) {
            symbols[fields[i]] = &numbers[i];
        }
    }
    const uint64_t stride = numbers[5];
    const char some = 0;
    const char *table = &some;
    symbols["gHotSpotVMStructs"] = &table;
    trim_vm_structs structs;
    if (trim_vm_structs_open(&structs, look_up, &symbols) != 0) {
        return;
    }
    // Every member of a row lies within it.
    for (size_t i = 0; i < 5; ++i) {
        require(numbers[i] + (i == 2 ? sizeof(int32_t) : sizeof(uint64_t)) <= stride);
    }
    std::vector<std::string> rows;
    while (!input.empty() && rows.size() < 100) {
        std::string row(stride, '\0');
        const auto is_static = static_cast<int32_t>(input.take<uint8_t>() % 2);
        const auto offset = static_cast<uint64_t>(input.take<uint16_t>());
        const char *type = names[input.take<uint8_t>() % name_count];
        const char *field = names[input.take<uint8_t>() % name_count];
        std::memcpy(&row[numbers[3]], &offset, sizeof offset);
        std::memcpy(&row[numbers[2]], &is_static, sizeof is_static);
        // Last, since members may overlap: a name is always a name.
        std::memcpy(&row[numbers[1]], &field, sizeof field);
        std::memcpy(&row[numbers[0]], &type, sizeof type);
        const char *read = nullptr;
        std::memcpy(&read, &row[numbers[1]], sizeof read);
        if (read == field) {
            rows.push_back(row);
        }
    }
    rows.emplace_back(stride, '\0');
    std::vector<char> memory;
    for (const std::string &row : rows) {
        memory.insert(memory.end(), row.begin(), row.end());
    }
    table = memory.data();
    require(trim_vm_structs_open(&structs, look_up, &symbols) == 0);
    uint64_t offset = 0;
    (void)trim_vm_structs_static(&structs, "PerfMemory", "_start");
    (void)trim_vm_structs_offset(&structs, "Universe", "_collectedHeap", &offset);
    require(trim_vm_structs_static(&structs, "Universe", "_nobody") == nullptr);
}
