#include "mapped_file.h"

#include <string.h>

enum ctl_mapped_file ctl_mapped_file_of(const char *path, size_t length)
{
    static const struct {
        const char *prefix;
        enum ctl_mapped_file file;
    } names[] = {{"libjvm.so", CTL_FILE_JVM},        {"libtrimagent", CTL_FILE_AGENT},
                 {"libjemalloc", CTL_FILE_JEMALLOC}, {"libtcmalloc", CTL_FILE_TCMALLOC},
                 {"libmimalloc", CTL_FILE_MIMALLOC}, {"ld-musl-", CTL_FILE_MUSL},
                 {"libc.musl-", CTL_FILE_MUSL}};
    const char *slash = memrchr(path, '/', length);
    const char *name = slash == NULL ? path : slash + 1;
    size_t name_length = length - (size_t)(name - path);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        size_t prefix_length = strlen(names[i].prefix);
        if (name_length >= prefix_length && memcmp(name, names[i].prefix, prefix_length) == 0) {
            return names[i].file;
        }
    }
    return CTL_FILE_OTHER;
}

const char *ctl_mapped_malloc(enum ctl_mapped_file file)
{
    switch (file) {
    case CTL_FILE_JEMALLOC:
        return "jemalloc";
    case CTL_FILE_TCMALLOC:
        return "tcmalloc";
    case CTL_FILE_MIMALLOC:
        return "mimalloc";
    case CTL_FILE_MUSL:
        return "musl";
    case CTL_FILE_OTHER:
    case CTL_FILE_JVM:
    case CTL_FILE_AGENT:
        break;
    }
    return NULL;
}

bool ctl_malloc_gives_back(const char *malloc_name)
{
    return strcmp(malloc_name, "musl") == 0;
}
