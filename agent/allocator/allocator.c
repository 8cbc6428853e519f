#include "allocator.h"

#include <dlfcn.h>
#include <link.h>
#include <malloc.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "own_calls.h"

/* More than glibc takes out of its arenas unless it was told to (DEFAULT_MMAP_THRESHOLD_MAX is 32
 * MiB). It is never touched. */
#define PROBE_BYTES (((size_t)64 << 20) + 1)
#define PROBES 3

const struct trim_allocator trim_allocator_unsupported = {.name = "unsupported"};

/* An address, and where the object that it lies in is loaded; 0: not found. */
struct place {
    uintptr_t address;
    uintptr_t object;
};

static int find_object(struct dl_phdr_info *info, size_t size, void *context)
{
    (void)size;
    struct place *place = context;
    for (size_t i = 0; i < info->dlpi_phnum; i++) {
        uintptr_t start = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        if (info->dlpi_phdr[i].p_type == PT_LOAD && place->address >= start &&
            place->address - start < info->dlpi_phdr[i].p_memsz) {
            place->object = (uintptr_t)info->dlpi_phdr;
            return 1;
        }
    }
    return 0;
}

/*
 * What identifies the object that a symbol of the global scope is defined in; 0 where there is
 * none. dladdr would tell it too, but looks at all of the object's symbols, which costs each start
 * 15 us.
 */
static uintptr_t owner_of(const char *symbol)
{
    struct place place = {.address = (uintptr_t)dlsym(RTLD_DEFAULT, symbol)};
    if (place.address != 0) {
        (void)dl_iterate_phdr(find_object, &place);
    }
    return place.object;
}

/* A function of the object that malloc belongs to. Of another object it would serve another
 * allocator's memory, such as that which a library has for itself. */
static void *find_beside_malloc(const char *name)
{
    return owner_of(name) == owner_of("malloc") ? dlsym(RTLD_DEFAULT, name) : NULL;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* Names the object that malloc is defined in. */
static void add_owner(struct trim_text *description)
{
    Dl_info owner;
    bool known = dladdr(dlsym(RTLD_DEFAULT, "malloc"), &owner) != 0 && owner.dli_fname != NULL;
    const char *name = known ? file_name(owner.dli_fname) : "an unknown allocator";
    trim_text_add_quoted(description, name, strlen(name));
}

static void add_glibc(struct trim_text *description)
{
    /* Through dlsym, because a C library without this function should not fail to load the agent.
     */
    const char *(*version)(void) = NULL;
    *(void **)&version = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
    trim_text_add(description, "glibc %s", version != NULL ? version() : "of unknown version");
}

/* glibc's count of chunks that it has mapped one by one; -1: it does not tell. By mallinfo, since
 * mallinfo2 came with 2.33, and through dlsym, since musl has neither. */
static int mapped_chunks(void)
{
    struct mallinfo (*info)(void) = NULL;
    *(void **)&info = dlsym(RTLD_DEFAULT, "mallinfo");
    return info != NULL ? info().hblks : -1;
}

/*
 * Whether glibc serves malloc although another object defines it: a profiler that counts and passes
 * on. A block that glibc maps by itself is counted as long as it is there, and nobody else's is.
 * Another thread may map or unmap one meanwhile, which a further try tells apart.
 */
static bool passes_to_glibc(void)
{
    for (int try = 0; try < PROBES; try++) {
        int before = mapped_chunks();
        void *volatile block = trim_own_malloc(PROBE_BYTES);
        int during = mapped_chunks();
        trim_own_free(block);
        if (block != NULL && before >= 0 && during == before + 1 && mapped_chunks() == before) {
            return true;
        }
    }
    return false;
}

/* Where others stand between the agent and glibc, pieces that the agent takes are not certainly
 * chunks, and would count as the application's. */
static void choose_malloc_trim(enum trim_mode mode)
{
    (void)mode;
    trim_allocator_glibc()->choose(TRIM_MODE_TRIM);
}

static const struct trim_allocator *behind_a_wrapper(const struct trim_allocator *glibc)
{
    static struct trim_allocator wrapped;
    wrapped = *glibc;
    wrapped.choose = choose_malloc_trim;
    wrapped.lay_sample = NULL;
    return &wrapped;
}

/* Another allocator than glibc; NULL where malloc is not of any that the agent knows. */
static const struct trim_allocator *other_allocator(struct trim_text *description)
{
    const struct trim_allocator *found = trim_allocator_jemalloc(find_beside_malloc, description);
    found = found != NULL ? found : trim_allocator_tcmalloc(find_beside_malloc, description);
    return found != NULL ? found : trim_allocator_mimalloc(find_beside_malloc, description);
}

const struct trim_allocator *trim_allocator_in_charge(struct trim_text *description)
{
    uintptr_t owner = owner_of("malloc");
    uintptr_t free_owner = owner_of("free");
    if (owner == 0 || free_owner == 0) {
        trim_text_add(description, "an unknown allocator (not supported)");
        return &trim_allocator_unsupported;
    }
    /*
     * With a preloaded allocator a plain look-up still finds glibc's malloc_trim, which then is a
     * harmless no-op. So a function counts only when it is of the same object as malloc and free.
     * glibc's own debugging malloc (libc_malloc_debug) passes: it brings its own malloc_trim.
     */
    bool own = owner == free_owner && owner == owner_of("malloc_trim");
    /* Other allocators may have a function of that name as well. */
    bool glibcs = own && owner == owner_of("gnu_get_libc_version");
    if (!glibcs && !passes_to_glibc()) {
        const struct trim_allocator *other =
            owner == free_owner ? other_allocator(description) : NULL;
        if (other != NULL) {
            return other;
        }
        add_owner(description);
        trim_text_add(description, " (not supported)");
        return &trim_allocator_unsupported;
    }
    add_glibc(description);
    const struct trim_allocator *glibc = trim_allocator_glibc();
    if (glibc == NULL) {
        trim_text_add(description, ", whose malloc_info cannot be read here");
        return &trim_allocator_unsupported;
    }
    if (!own) {
        trim_text_add(description, " behind ");
        add_owner(description);
        glibc = behind_a_wrapper(glibc);
    }
    return glibc;
}
