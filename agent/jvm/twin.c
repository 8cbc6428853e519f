#include "twin.h"

#include <dlfcn.h>
#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "text.h"
#include "trimagent.h"

/* Older than glibc 2.34 a program may keep it to itself: see jvm/libraries.h. */
#pragma weak dlopen

#define SONAME "libtrimagent.so"

static struct {
    unsigned skip; /* So many were looked at before. */
    char path[PATH_MAX];
} twin;

static const ElfW(Dyn) * dynamic_of(const struct dl_phdr_info *object)
{
    for (int i = 0; i < object->dlpi_phnum; i++) {
        if (object->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            // NOLINTNEXTLINE(performance-no-int-to-ptr): the loader gives numbers.
            return (const ElfW(Dyn) *)(object->dlpi_addr + object->dlpi_phdr[i].p_vaddr);
        }
    }
    return NULL;
}

static bool has_our_soname(ElfW(Addr) base, const ElfW(Dyn) * entry)
{
    ElfW(Addr) texts = 0;
    ElfW(Xword) name = 0;
    for (; entry->d_tag != DT_NULL; entry++) {
        texts = entry->d_tag == DT_STRTAB ? entry->d_un.d_ptr : texts;
        name = entry->d_tag == DT_SONAME ? entry->d_un.d_val : name;
    }
    if (texts == 0 || name == 0) {
        return false;
    }
    /* glibc has made an address of it, musl leaves it as it stands in the file. */
    texts += texts < base ? base : 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): the same.
    return strcmp((const char *)texts + name, SONAME) == 0;
}

/* With the loader's lock: nothing of the loader's may be called here. */
static int look(struct dl_phdr_info *object, size_t size, void *unused)
{
    (void)size;
    (void)unused;
    /* The kernel's has relative addresses, and no path. */
    const ElfW(Dyn) *dynamic = object->dlpi_name[0] == '/' ? dynamic_of(object) : NULL;
    if (dynamic == NULL || dynamic == _DYNAMIC || !has_our_soname(object->dlpi_addr, dynamic) ||
        twin.skip-- > 0) {
        return 0;
    }
    (void)snprintf(twin.path, sizeof twin.path, "%s", object->dlpi_name);
    return 1;
}

/* Asks it by what applications may call. */
static bool is_at_work(void)
{
    void *library = dlopen == NULL ? NULL : dlopen(twin.path, RTLD_LAZY | RTLD_NOLOAD);
    if (library == NULL) {
        return false;
    }
    int (*read)(struct trimagent_snapshot *) = NULL;
    *(void **)&read = dlsym(library, "trimagent_read");
    struct trimagent_snapshot snapshot = {.size = sizeof snapshot};
    bool answers = read != NULL && read(&snapshot) == 0;
    (void)dlclose(library);
    return answers;
}

const char *trim_twin_path(bool at_work)
{
    for (unsigned seen = 0;; seen++) {
        twin.skip = seen;
        if (dl_iterate_phdr(look, NULL) == 0) {
            return NULL;
        }
        if (!at_work || is_at_work()) {
            trim_text_clean(twin.path, strlen(twin.path));
            return twin.path;
        }
    }
}
