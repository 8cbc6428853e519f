#include "perf_memory.h"

#include <stdbool.h>
#include <string.h>

/* The first word of the memory, in the byte order of the machine. */
#define MAGIC 0xcafec0c0U
#define MAJOR_VERSION 2

struct prologue {
    uint32_t magic;
    uint8_t byte_order;
    uint8_t major_version;
    uint8_t minor_version;
    uint8_t accessible; /* Still 0 at VMInit on JDK 8 and 11, though the counters are there: not to
                           be tested. */
    uint32_t used;
    uint32_t overflow;
    uint64_t modified_at;
    uint32_t entry_offset;
    uint32_t entries;
};

struct entry {
    uint32_t length; /* To the next entry. */
    uint32_t name_offset;
    uint32_t vector_length; /* 0 for a scalar. */
    uint8_t type;           /* As in a Java signature: J for long, B for byte. */
    uint8_t flags;
    uint8_t units;
    uint8_t variability;
    uint32_t data_offset;
};

/* Whether the entry's name, which must end within the entry, is this one. */
static bool has_name(const char *start, const struct entry *entry, const char *name)
{
    size_t length = strlen(name) + 1;
    return entry->name_offset < entry->length && length <= entry->length - entry->name_offset &&
           memcmp(start + entry->name_offset, name, length) == 0;
}

/* Finds an entry by name and type and copies its head. Returns its start. */
static const char *find(const void *memory, size_t capacity, const char *name, uint8_t type,
                        struct entry *found)
{
    struct prologue prologue;
    if (memory == NULL || capacity < sizeof prologue) {
        return NULL;
    }
    memcpy(&prologue, memory, sizeof prologue);
    if (prologue.magic != __builtin_bswap32(MAGIC) && prologue.magic != MAGIC) {
        return NULL;
    }
    if (prologue.major_version != MAJOR_VERSION) {
        return NULL;
    }
    size_t at = prologue.entry_offset;
    for (uint32_t i = 0; i < prologue.entries; i++) {
        struct entry entry;
        if (at > capacity || capacity - at < sizeof entry) {
            return NULL;
        }
        const char *start = (const char *)memory + at;
        memcpy(&entry, start, sizeof entry);
        if (entry.length < sizeof entry || entry.length > capacity - at) {
            return NULL;
        }
        if (entry.type == type && has_name(start, &entry, name)) {
            *found = entry;
            return start;
        }
        at += entry.length;
    }
    return NULL;
}

const volatile int64_t *trim_perf_find_long(const void *memory, size_t capacity, const char *name)
{
    struct entry entry;
    const char *start = find(memory, capacity, name, 'J', &entry);
    if (start == NULL || entry.vector_length != 0 || entry.data_offset > entry.length ||
        entry.length - entry.data_offset < sizeof(int64_t)) {
        return NULL;
    }
    const char *data = start + entry.data_offset;
    return (uintptr_t)data % sizeof(int64_t) == 0 ? (const volatile int64_t *)(const void *)data
                                                  : NULL;
}

const char *trim_perf_find_text(const void *memory, size_t capacity, const char *name)
{
    struct entry entry;
    const char *start = find(memory, capacity, name, 'B', &entry);
    if (start == NULL || entry.data_offset >= entry.length) {
        return NULL;
    }
    const char *data = start + entry.data_offset;
    return memchr(data, '\0', entry.length - entry.data_offset) != NULL ? data : NULL;
}
