#include "libraries.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stddef.h>

/* One function for each library. Weak, so that it is null where the library is missing: see
 * agent/glibc_floor.h. */
#pragma weak pthread_create
#pragma weak dlsym

bool trim_libraries_loaded(void)
{
    return pthread_create != NULL && dlsym != NULL;
}
