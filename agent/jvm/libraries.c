#include "libraries.h"

#include <dlfcn.h>
#include <gnu/libc-version.h>
#include <pthread.h>
#include <stddef.h>

/* One function for each library. Weak, so that it is null where the library is missing: see
 * system/glibc_floor.h. */
#pragma weak pthread_create
#pragma weak dlsym
#pragma weak gnu_get_libc_version

const char *trim_libraries_refusal(void)
{
    if (gnu_get_libc_version == NULL) {
        return "the C library is musl or another one, not glibc";
    }
    if (pthread_create == NULL || dlsym == NULL) {
        return "the program keeps libpthread or libdl to itself";
    }
    return NULL;
}
