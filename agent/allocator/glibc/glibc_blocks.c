#include "glibc_blocks.h"

#include <link.h>
#include <stddef.h>
#include <sys/mman.h>

#include "address.h"
#include "arena_scan.h"
#include "own_calls.h"
#include "peek.h"

/* Flags in a chunk's size: mapped by itself, not of the main arena. */
#define CHUNK_IS_MAPPED UINT64_C(2)
#define CHUNK_IS_OF_ANOTHER UINT64_C(4)

uint64_t trim_glibc_size_word(uint64_t address)
{
    uint64_t word = 0;
    return trim_peek(address - sizeof word, &word, sizeof word) ? word : 0;
}

bool trim_glibc_arena_of(const void *block, uint64_t *arena)
{
    uint64_t address = (uint64_t)(uintptr_t)block;
    uint64_t size = trim_glibc_size_word(address);
    struct trim_heap_header header;
    if (size == 0 || (size & CHUNK_IS_MAPPED) != 0) {
        return false;
    }
    if ((size & CHUNK_IS_OF_ANOTHER) == 0) {
        *arena = TRIM_MAIN_ARENA;
        return true;
    }
    if (!trim_arena_scan_reread(address / TRIM_ARENA_HEAP_BYTES * TRIM_ARENA_HEAP_BYTES, &header)) {
        return false;
    }
    *arena = header.arena;
    return true;
}

/* A mapping of so much memory that can be written to counts for every limit that malloc's own
 * would: of the address space, of data, of what the system commits to, of mappings. */
static bool room(uint64_t bytes)
{
    void *mapping = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return mapping != MAP_FAILED && munmap(mapping, bytes) == 0;
}

static bool has_code_at(const struct dl_phdr_info *library, uint64_t address)
{
    for (size_t i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_X) != 0 &&
            address - (library->dlpi_addr + segment->p_vaddr) < segment->p_memsz) {
            return true;
        }
    }
    return false;
}

/* For the library that the code is in. */
struct search {
    uint64_t code;
    struct trim_arena_world *world;
};

static int look_at(struct dl_phdr_info *library, size_t size, void *context)
{
    const struct search *search = context;
    struct trim_arena_world *world = search->world;
    if (!has_code_at(library, search->code)) {
        return 0;
    }
    for (size_t i = 0; i < library->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &library->dlpi_phdr[i];
        uint64_t start = library->dlpi_addr + segment->p_vaddr;
        if (segment->p_type == PT_LOAD && (segment->p_flags & PF_W) != 0) {
            world->data_start = start;
            world->data_end = start + segment->p_memsz;
        } else if (segment->p_type == PT_TLS &&
                   size > offsetof(struct dl_phdr_info, dlpi_tls_data) &&
                   library->dlpi_tls_data != NULL) {
            world->words = library->dlpi_tls_data;
            world->word_count = segment->p_memsz / sizeof *world->words;
        }
    }
    return 1;
}

void trim_glibc_arena_world(uint64_t code, struct trim_arena_world *world)
{
    *world = (struct trim_arena_world){
        .take = trim_own_malloc,
        .give = trim_own_free,
        .arena_of = trim_glibc_arena_of,
        .peek = trim_peek,
        .room = room,
    };
    struct search search = {.code = code, .world = world};
    (void)dl_iterate_phdr(look_at, &search);
}
