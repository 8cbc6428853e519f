/*
 * HotSpot's table of its own fields, gHotSpotVMStructs, which libjvm exports for debuggers on every
 * release from 8 to 25.
 *
 * The table and the offsets within its rows are data that the VM describes itself, so nothing here
 * depends on a layout. Any thread; the table is constant.
 */
#ifndef TRIMAGENT_VM_STRUCTS_H
#define TRIMAGENT_VM_STRUCTS_H

#include <stdbool.h>
#include <stdint.h>

/* Finds an exported symbol; dlsym but in tests. */
typedef void *(*trim_symbol_lookup)(void *context, const char *name);

struct trim_vm_structs {
    const char *rows;
    uint64_t type_name_offset;
    uint64_t field_name_offset;
    uint64_t is_static_offset;
    uint64_t offset_offset;
    uint64_t address_offset;
    uint64_t stride;
};

/* Opens the table. Returns 0, or -1 where the VM is no HotSpot or its table makes no sense, with
 * *structs untouched. */
int trim_vm_structs_open(struct trim_vm_structs *structs, trim_symbol_lookup lookup, void *context);

/* The address of a static field, or NULL. */
const void *trim_vm_structs_static(const struct trim_vm_structs *structs, const char *type,
                                   const char *field);

/* The offset of a field within its object. Returns false where there is none. */
bool trim_vm_structs_offset(const struct trim_vm_structs *structs, const char *type,
                            const char *field, uint64_t *offset);

#endif
