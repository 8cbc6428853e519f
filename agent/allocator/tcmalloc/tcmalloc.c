/*
 * tcmalloc of gperftools, whole or minimal: its page heap keeps free spans, and releases one of
 * them for every so many that are freed (tcmalloc.release_rate), so that an idle process keeps all
 * of them.
 *
 * Facts are of gperftools' malloc_extension.h and malloc_extension_c.h, 2.8 to 2.18.
 */
#include <stddef.h>
#include <string.h>

#include "allocator.h"
#include "counted.h"
#include "quantity.h"

/*
 * The page heap's one lock is held while spans are released, and every thread that needs pages
 * waits for it. So they are released in parts of this size, each some 0.1 ms. A span is released as
 * a whole, however large it is.
 */
#define PART_BYTES ((size_t)1 << 20)

/* As many may be asked for in vain: where memory is locked each such call tries every span. */
#define IDLE_BYTES (64 * PART_BYTES)

static struct {
    void (*release)(size_t bytes);
    int (*property)(const char *name, size_t *value);
    uint64_t first_bytes;   /* Free before the first part of this release. */
    uint64_t idle_bytes;    /* Asked for since a call had an effect. */
    uint64_t largest_bytes; /* The most that one call has ever released. */
} own;

/* Both return 0 where this version does not have the figure. */
static uint64_t bytes_of(const char *name)
{
    size_t value = 0;
    return own.property(name, &value) != 0 ? value : 0;
}

static int tcmalloc_read(struct trim_count *count)
{
    size_t free_bytes = 0;
    if (own.property("tcmalloc.pageheap_free_bytes", &free_bytes) == 0) {
        return -1;
    }
    uint64_t size = bytes_of("generic.heap_size");
    uint64_t unmapped = bytes_of("tcmalloc.pageheap_unmapped_bytes");
    uint64_t allocated = bytes_of("generic.current_allocated_bytes");
    uint64_t caches = bytes_of("tcmalloc.current_total_thread_cache_bytes");
    uint64_t others = free_bytes + unmapped + allocated + caches;
    *count = (struct trim_count){
        .source = TRIM_FIGURES_TCMALLOC,
        .in_use_bytes = allocated + caches,
        .held_bytes = size > others ? size - others : 0,
        .free_bytes = free_bytes,
        .given_bytes = unmapped,
        .named = {{"pageheap_free_bytes", free_bytes},
                  {"pageheap_unmapped_bytes", unmapped},
                  {"heap_size", size},
                  {"current_allocated_bytes", allocated},
                  {"current_total_thread_cache_bytes", caches}},
    };
    return 0;
}

/*
 * A call that has to release a whole span of more than was asked for makes tcmalloc do nothing in
 * as many calls as that is worth. So calls without effect are the end only where they are more than
 * the largest span that was seen accounts for, or one that the application's own call has released.
 * Other threads free meanwhile, hence the bound on all of them.
 */
static bool tcmalloc_release_part(uint64_t part)
{
    uint64_t before = bytes_of("tcmalloc.pageheap_free_bytes");
    own.release(PART_BYTES);
    uint64_t after = bytes_of("tcmalloc.pageheap_free_bytes");
    if (part == 0) {
        own.first_bytes = before;
        own.idle_bytes = 0;
    }
    if (after < before) {
        own.largest_bytes = trim_max(own.largest_bytes, before - after);
        own.idle_bytes = 0;
    } else {
        own.idle_bytes += PART_BYTES;
    }
    return after > 0 && own.idle_bytes <= own.largest_bytes + IDLE_BYTES &&
           part * PART_BYTES < 2 * own.first_bytes + own.largest_bytes;
}

const struct trim_allocator *trim_allocator_tcmalloc(trim_find_function find,
                                                     struct trim_text *description)
{
    static const struct trim_counted counted = {
        .read = tcmalloc_read,
        .release_part = tcmalloc_release_part,
        .call = "ReleaseToSystem",
    };
    const char *(*version)(int *major, int *minor, const char **patch) = NULL;
    *(void **)&own.release = find("MallocExtension_ReleaseToSystem");
    *(void **)&own.property = find("MallocExtension_GetNumericProperty");
    *(void **)&version = find("tc_version");
    if (own.release == NULL || own.property == NULL) {
        return NULL;
    }
    trim_text_add(description, "tcmalloc");
    if (version != NULL) {
        int major = 0;
        int minor = 0;
        const char *patch = NULL;
        (void)version(&major, &minor, &patch);
        trim_text_add(description, " %d.%d", major, minor);
        if (patch != NULL) {
            trim_text_add_quoted(description, patch, strlen(patch));
        }
    }
    return trim_counted_allocator(&counted);
}
