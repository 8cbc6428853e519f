#include "vm_structs.h"

#include <stddef.h>
#include <string.h>

/* The table ends with a row without a name; a bound keeps a table that does not from being read for
 * ever. */
#define ROWS_MAX 20000
/* A row holds six words. */
#define STRIDE_MAX 256

static bool read_word(trim_symbol_lookup lookup, void *context, const char *name, uint64_t *word)
{
    const uint64_t *symbol = lookup(context, name);
    if (symbol == NULL) {
        return false;
    }
    *word = *symbol;
    return true;
}

int trim_vm_structs_open(struct trim_vm_structs *structs, trim_symbol_lookup lookup, void *context)
{
    struct trim_vm_structs found = {0};
    const char *const *rows = lookup(context, "gHotSpotVMStructs");
    bool whole =
        rows != NULL && *rows != NULL &&
        read_word(lookup, context, "gHotSpotVMStructEntryTypeNameOffset",
                  &found.type_name_offset) &&
        read_word(lookup, context, "gHotSpotVMStructEntryFieldNameOffset",
                  &found.field_name_offset) &&
        read_word(lookup, context, "gHotSpotVMStructEntryIsStaticOffset",
                  &found.is_static_offset) &&
        read_word(lookup, context, "gHotSpotVMStructEntryOffsetOffset", &found.offset_offset) &&
        read_word(lookup, context, "gHotSpotVMStructEntryAddressOffset", &found.address_offset) &&
        read_word(lookup, context, "gHotSpotVMStructEntryArrayStride", &found.stride);
    const uint64_t word = sizeof(uint64_t);
    if (!whole || found.stride < word || found.stride > STRIDE_MAX ||
        found.type_name_offset > found.stride - word ||
        found.field_name_offset > found.stride - word ||
        found.is_static_offset > found.stride - sizeof(int32_t) ||
        found.offset_offset > found.stride - word || found.address_offset > found.stride - word) {
        return -1;
    }
    found.rows = *rows;
    *structs = found;
    return 0;
}

/* Copies a row's member, which need not be aligned. */
static void copy(const char *row, uint64_t offset, void *member, size_t size)
{
    memcpy(member, row + offset, size);
}

static const char *find(const struct trim_vm_structs *structs, const char *type, const char *field,
                        bool is_static)
{
    for (uint64_t i = 0; i < ROWS_MAX; i++) {
        const char *row = structs->rows + i * structs->stride;
        const char *type_name = NULL;
        const char *field_name = NULL;
        int32_t row_is_static = 0;
        copy(row, structs->type_name_offset, &type_name, sizeof(char *));
        copy(row, structs->field_name_offset, &field_name, sizeof(char *));
        copy(row, structs->is_static_offset, &row_is_static, sizeof row_is_static);
        if (type_name == NULL) {
            return NULL;
        }
        if ((row_is_static != 0) == is_static && field_name != NULL &&
            strcmp(type_name, type) == 0 && strcmp(field_name, field) == 0) {
            return row;
        }
    }
    return NULL;
}

const void *trim_vm_structs_static(const struct trim_vm_structs *structs, const char *type,
                                   const char *field)
{
    const char *row = find(structs, type, field, true);
    const void *address = NULL;
    if (row != NULL) {
        copy(row, structs->address_offset, &address, sizeof(void *));
    }
    return address;
}

bool trim_vm_structs_offset(const struct trim_vm_structs *structs, const char *type,
                            const char *field, uint64_t *offset)
{
    const char *row = find(structs, type, field, false);
    if (row == NULL) {
        return false;
    }
    copy(row, structs->offset_offset, offset, sizeof *offset);
    return true;
}
