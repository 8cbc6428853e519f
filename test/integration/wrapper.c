/* Wraps malloc and free as a profiler does: it counts, and passes on to glibc. */
#include <stddef.h>

void *__libc_malloc(size_t bytes);
void __libc_free(void *block);
void *malloc(size_t bytes);
void free(void *block);

static unsigned long calls;

void *malloc(size_t bytes)
{
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    return __libc_malloc(bytes);
}

void free(void *block)
{
    __atomic_fetch_add(&calls, 1, __ATOMIC_RELAXED);
    __libc_free(block);
}
