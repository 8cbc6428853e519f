/* What the resident memory of a JVM is made of, as far as its mappings and the VM tell. Pure. */
#ifndef TRIMCTL_MAKEUP_H
#define TRIMCTL_MAKEUP_H

#include <stdbool.h>
#include <stdint.h>

#include "mappings.h"
#include "vm_memory.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ctl_part {
    CTL_JAVA_HEAP = 0,
    CTL_METASPACE,
    CTL_CODE,
    CTL_STACKS,
    CTL_ARENAS, /* What malloc has its blocks in, but for large ones. */
    CTL_FILES,
    CTL_OTHER,
    CTL_PARTS
};

struct ctl_makeup {
    uint64_t rss_bytes; /* The parts' sum. */
    uint64_t swap_bytes;
    uint64_t parts[CTL_PARTS];
};

/* Whether an arena's heap begins at address, by what stands there; context is the caller's. */
typedef bool ctl_heap_check(const void *context, uint64_t address);

/*
 * Sorts the mappings. A glibc arena is known by its shape: it begins at a multiple of 64 MiB and is
 * reserved up to the next, and by the check. A stack is what lies right above a few inaccessible
 * pages. Compiled code is what is writable and executable. What the VM says of the metaspace is
 * taken off the rest.
 */
void ctl_makeup_sort(struct ctl_makeup *makeup, const struct ctl_mappings *mappings,
                     const struct ctl_vm_memory *vm, ctl_heap_check *check, const void *context);

#ifdef __cplusplus
}
#endif

#endif
