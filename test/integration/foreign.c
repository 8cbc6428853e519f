/* A malloc that nobody knows: it hands out memory of its own, and takes none back. */
#include <errno.h>
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ROOM ((size_t)4 << 30)
#define ALIGNMENT 16

static char *room;
static size_t used;

static void *take(size_t alignment, size_t bytes)
{
    char *start = __atomic_load_n(&room, __ATOMIC_ACQUIRE);
    if (start == NULL) {
        char *mine = mmap(NULL, ROOM, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mine == MAP_FAILED) {
            return NULL;
        }
        start = mine;
        char *other = NULL;
        if (!__atomic_compare_exchange_n(&room, &other, mine, 0, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE)) {
            munmap(mine, ROOM);
            start = other;
        }
    }
    /* The size of a block stands before it. */
    size_t whole = bytes + alignment + ALIGNMENT;
    size_t at = __atomic_fetch_add(&used, whole, __ATOMIC_RELAXED);
    if (bytes > ROOM || at + whole > ROOM) {
        return NULL;
    }
    uintptr_t block = ((uintptr_t)start + at + ALIGNMENT + alignment - 1) & ~(alignment - 1);
    memcpy((char *)block - sizeof bytes, &bytes, sizeof bytes);
    return (void *)block;
}

void *malloc(size_t bytes)
{
    return take(ALIGNMENT, bytes);
}

void free(void *block)
{
    (void)block;
}

void *calloc(size_t count, size_t bytes)
{
    return bytes != 0 && count > ROOM / bytes ? NULL : take(ALIGNMENT, count * bytes);
}

void *realloc(void *block, size_t bytes)
{
    void *fresh = take(ALIGNMENT, bytes);
    if (block != NULL && fresh != NULL) {
        size_t before = 0;
        memcpy(&before, (char *)block - sizeof before, sizeof before);
        memcpy(fresh, block, before < bytes ? before : bytes);
    }
    return fresh;
}

void *memalign(size_t alignment, size_t bytes)
{
    return take(alignment < ALIGNMENT ? ALIGNMENT : alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    return memalign(alignment, bytes);
}

int posix_memalign(void **block, size_t alignment, size_t bytes)
{
    *block = memalign(alignment, bytes);
    return *block == NULL ? ENOMEM : 0;
}
