/* Which file is mapped, by its name. Pure. */
#ifndef TRIMCTL_MAPPED_FILE_H
#define TRIMCTL_MAPPED_FILE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

enum ctl_mapped_file {
    CTL_FILE_OTHER = 0,
    CTL_FILE_JVM,   /* libjvm.so: a HotSpot JVM, or OpenJ9's, which catches SIGQUIT as well. */
    CTL_FILE_AGENT, /* libtrimagent*.so. */
    CTL_FILE_JEMALLOC,
    CTL_FILE_TCMALLOC,
    CTL_FILE_MIMALLOC,
    CTL_FILE_MUSL
};

/* path is the last field of a line of maps. */
enum ctl_mapped_file ctl_mapped_file_of(const char *path, size_t length);

/* Whose malloc the file brings, such as "jemalloc"; NULL: none. */
const char *ctl_mapped_malloc(enum ctl_mapped_file file);

/* Whether this malloc gives free memory back by itself, so that nothing is left to the agent. */
bool ctl_malloc_gives_back(const char *malloc_name);

#ifdef __cplusplus
}
#endif

#endif
