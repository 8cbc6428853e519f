#include "glibc_world.h"

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "glibc_environment.h"

static const char *variable(const char *name)
{
    return getenv(name);
}

struct trim_glibc_world trim_glibc_world_now(int (*mallopt)(int parameter, int value))
{
    /* Through dlsym, because a C library without this function should not fail to load the agent.
     */
    const char *(*version_function)(void) = NULL;
    *(void **)&version_function = dlsym(RTLD_DEFAULT, "gnu_get_libc_version");
    const char *version = version_function != NULL ? version_function() : "";
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return (struct trim_glibc_world){
        .mallopt = mallopt,
        .variable = variable,
        .files = trim_glibc_has_tunables_file(version) ? "" : NULL,
        .own_arenas = trim_glibc_own_arenas(version, cpus > 0 ? (uint64_t)cpus : 1),
    };
}
