extern "C" {
#include "vm_structs.h"
}

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace
{

/* A row as HotSpot lays it out. */
struct Row {
    const char *type_name;
    const char *field_name;
    const char *type_string;
    int32_t is_static;
    uint64_t offset;
    const void *address;
};

int static_field;
int other_static_field;

/* A VM's exported symbols, each of which a test can change or take away. */
class FakeVm
{
public:
    FakeVm()
    {
        symbols_ = {{"gHotSpotVMStructs", &table_},
                    {"gHotSpotVMStructEntryTypeNameOffset", &type_name_offset},
                    {"gHotSpotVMStructEntryFieldNameOffset", &field_name_offset},
                    {"gHotSpotVMStructEntryIsStaticOffset", &is_static_offset},
                    {"gHotSpotVMStructEntryOffsetOffset", &offset_offset},
                    {"gHotSpotVMStructEntryAddressOffset", &address_offset},
                    {"gHotSpotVMStructEntryArrayStride", &stride}};
    }

    FakeVm(const FakeVm &) = delete;
    FakeVm &operator=(const FakeVm &) = delete;

    void Remove(const std::string &symbol)
    {
        symbols_.erase(symbol);
    }
    void SetTable(const void *table)
    {
        table_ = table;
    }

    std::vector<std::string> Symbols() const
    {
        std::vector<std::string> names;
        for (const auto &symbol : symbols_) {
            names.push_back(symbol.first);
        }
        return names;
    }

    int Open(trim_vm_structs *structs)
    {
        return trim_vm_structs_open(structs, Lookup, this);
    }

    uint64_t type_name_offset = offsetof(Row, type_name);
    uint64_t field_name_offset = offsetof(Row, field_name);
    uint64_t is_static_offset = offsetof(Row, is_static);
    uint64_t offset_offset = offsetof(Row, offset);
    uint64_t address_offset = offsetof(Row, address);
    uint64_t stride = sizeof(Row);

private:
    static void *Lookup(void *context, const char *name)
    {
        const auto *vm = static_cast<FakeVm *>(context);
        const auto symbol = vm->symbols_.find(name);
        return symbol == vm->symbols_.end() ? nullptr : symbol->second;
    }

    static constexpr Row kRows[] = {
        {"PerfMemory", "_end", "char*", 1, 0, &other_static_field},
        {"CollectedHeap", "_total_collections", "unsigned int", 0, 88, nullptr},
        {"PerfMemory", nullptr, "char*", 1, 0, &other_static_field},
        {"PerfMemory", "_start", "char*", 0, 5, nullptr},
        {"PerfMemory", "_start", "char*", 1, 0, &static_field},
        {"Klass", "_start", "char*", 1, 0, &other_static_field},
        {nullptr, nullptr, nullptr, 0, 0, nullptr},
        {"Beyond", "_the_end", "char*", 1, 0, &other_static_field},
    };

    const void *table_ = kRows;
    std::map<std::string, void *> symbols_;
};

class VmStructs : public testing::Test
{
protected:
    void ExpectRefused()
    {
        trim_vm_structs untouched;
        std::memset(&untouched, 0x5a, sizeof untouched);
        trim_vm_structs structs = untouched;
        EXPECT_EQ(vm_.Open(&structs), -1);
        EXPECT_EQ(std::memcmp(&structs, &untouched, sizeof structs), 0);
    }

    FakeVm vm_;
    trim_vm_structs structs_ = {};
};

TEST_F(VmStructs, FindsStaticFieldsAndOffsets)
{
    ASSERT_EQ(vm_.Open(&structs_), 0);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "PerfMemory", "_start"), &static_field);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "Klass", "_start"), &other_static_field);
    uint64_t offset = 0;
    EXPECT_TRUE(trim_vm_structs_offset(&structs_, "CollectedHeap", "_total_collections", &offset));
    EXPECT_EQ(offset, 88U);
    EXPECT_TRUE(trim_vm_structs_offset(&structs_, "PerfMemory", "_start", &offset));
    EXPECT_EQ(offset, 5U);
}

TEST_F(VmStructs, TellsStaticFieldsFromOthers)
{
    ASSERT_EQ(vm_.Open(&structs_), 0);
    uint64_t offset = 77;
    EXPECT_EQ(trim_vm_structs_static(&structs_, "CollectedHeap", "_total_collections"), nullptr);
    EXPECT_FALSE(trim_vm_structs_offset(&structs_, "Klass", "_start", &offset));
    EXPECT_EQ(offset, 77U);
}

TEST_F(VmStructs, FindsNothingThatIsNotThere)
{
    ASSERT_EQ(vm_.Open(&structs_), 0);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "PerfMemory", "_begin"), nullptr);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "Perf", "_start"), nullptr);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "", ""), nullptr);
}

TEST_F(VmStructs, EndsAtTheRowWithoutAName)
{
    ASSERT_EQ(vm_.Open(&structs_), 0);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "Beyond", "_the_end"), nullptr);
}

TEST_F(VmStructs, FollowsTheLayoutThatTheVmTells)
{
    /* Rows of another release: the members in another order, with something new between them. */
    struct OtherRow {
        uint64_t future;
        const void *address;
        uint64_t offset;
        const char *field_name;
        const char *type_name;
        int32_t is_static;
        int32_t future_too;
    };
    const OtherRow rows[] = {{1, &static_field, 0, "_capacity", "PerfMemory", 1, 1},
                             {0, nullptr, 0, nullptr, nullptr, 0, 0}};
    vm_.SetTable(rows);
    vm_.type_name_offset = offsetof(OtherRow, type_name);
    vm_.field_name_offset = offsetof(OtherRow, field_name);
    vm_.is_static_offset = offsetof(OtherRow, is_static);
    vm_.offset_offset = offsetof(OtherRow, offset);
    vm_.address_offset = offsetof(OtherRow, address);
    vm_.stride = sizeof(OtherRow);
    ASSERT_EQ(vm_.Open(&structs_), 0);
    EXPECT_EQ(trim_vm_structs_static(&structs_, "PerfMemory", "_capacity"), &static_field);
}

TEST_F(VmStructs, IsRefusedWhereASymbolIsMissing)
{
    for (const std::string &symbol : vm_.Symbols()) {
        FakeVm without;
        without.Remove(symbol);
        trim_vm_structs structs = {};
        EXPECT_EQ(without.Open(&structs), -1) << symbol;
        EXPECT_EQ(structs.rows, nullptr);
    }
}

TEST_F(VmStructs, IsRefusedWithoutATable)
{
    vm_.SetTable(nullptr);
    ExpectRefused();
}

TEST_F(VmStructs, IsRefusedWhereItsLayoutMakesNoSense)
{
    for (uint64_t FakeVm::*field :
         {&FakeVm::type_name_offset, &FakeVm::field_name_offset, &FakeVm::is_static_offset,
          &FakeVm::offset_offset, &FakeVm::address_offset}) {
        for (const uint64_t offset : {uint64_t{sizeof(Row) - 3}, uint64_t{sizeof(Row)},
                                      uint64_t{1} << 32, UINT64_MAX - 7, UINT64_MAX}) {
            FakeVm hostile;
            hostile.*field = offset;
            trim_vm_structs structs = {};
            EXPECT_EQ(hostile.Open(&structs), -1) << offset;
        }
    }
    for (const uint64_t stride : {uint64_t{0}, uint64_t{1}, uint64_t{1} << 20, UINT64_MAX}) {
        vm_.stride = stride;
        ExpectRefused();
    }
}

} // namespace
