#include "own_calls.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

static void *_Atomic own_malloc;
static void *_Atomic own_realloc;
static void *_Atomic own_free;

/* Two threads that come first together find the same. */
static void *find(void *_Atomic *known, const char *name)
{
    void *function = atomic_load_explicit(known, memory_order_relaxed);
    if (function == NULL) {
        function = dlsym(RTLD_DEFAULT, name);
        atomic_store_explicit(known, function, memory_order_relaxed);
    }
    return function;
}

/* Without all of them there is none: what is taken can always be given back. */
static bool find_all(void)
{
    bool taken = find(&own_malloc, "malloc") != NULL;
    bool shrunk = find(&own_realloc, "realloc") != NULL;
    bool given = find(&own_free, "free") != NULL;
    return taken && shrunk && given;
}

void *trim_own_malloc(size_t bytes)
{
    void *(*function)(size_t) = NULL;
    bool found = find_all();
    *(void **)&function = find(&own_malloc, "malloc");
    return found ? function(bytes) : NULL;
}

void *trim_own_realloc(void *block, size_t bytes)
{
    void *(*function)(void *, size_t) = NULL;
    bool found = find_all();
    *(void **)&function = find(&own_realloc, "realloc");
    return found ? function(block, bytes) : NULL;
}

void trim_own_free(void *block)
{
    void (*function)(void *) = NULL;
    bool found = find_all();
    *(void **)&function = find(&own_free, "free");
    if (found) {
        function(block);
    }
}
