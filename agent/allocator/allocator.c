#include "trimagent/allocator.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

const struct trim_allocator trim_allocator_unsupported = {.name = "unsupported"};

/* The object that a symbol of the global scope is defined in; false where there is none. */
static bool owner_of(const char *symbol, Dl_info *owner)
{
    void *address = dlsym(RTLD_DEFAULT, symbol);
    return address != NULL && dladdr(address, owner) != 0 && owner->dli_fname != NULL;
}

static const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void add_glibc(struct trim_text *description)
{
    /* Through dlsym, because a C library without this function should not fail to load the agent.
     */
    const char *(*version)(void) = NULL;
    *(void **)&version = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
    trim_text_add(description, "glibc %s", version != NULL ? version() : "of unknown version");
}

const struct trim_allocator *trim_allocator_in_charge(struct trim_text *description)
{
    Dl_info malloc_owner;
    Dl_info free_owner;
    Dl_info trim_owner;
    if (!owner_of("malloc", &malloc_owner) || !owner_of("free", &free_owner)) {
        trim_text_add(description, "an unknown allocator (not supported)");
        return &trim_allocator_unsupported;
    }
    /*
     * With a preloaded allocator a plain look-up still finds glibc's malloc_trim, which then is a
     * harmless no-op. So a function counts only when it is of the same object as malloc and free.
     * glibc's own debugging malloc (libc_malloc_debug) passes: it brings its own malloc_trim.
     */
    bool same = malloc_owner.dli_fbase == free_owner.dli_fbase &&
                owner_of("malloc_trim", &trim_owner) &&
                trim_owner.dli_fbase == malloc_owner.dli_fbase;
    const struct trim_allocator *glibc = same ? trim_allocator_glibc() : NULL;
    if (glibc == NULL) {
        const char *name = file_name(malloc_owner.dli_fname);
        trim_text_add_quoted(description, name, strlen(name));
        trim_text_add(description, " (not supported)");
        return &trim_allocator_unsupported;
    }
    add_glibc(description);
    return glibc;
}
