/* What the VM itself says of its memory: the text of jcmd's GC.heap_info, which every collector
 * writes another way. Pure. */
#ifndef TRIMCTL_VM_MEMORY_H
#define TRIMCTL_VM_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CTL_RANGES_MAX 16

struct ctl_range {
    uint64_t start;
    uint64_t end;
};

struct ctl_vm_memory {
    bool known;
    size_t ranges; /* Where the Java heap is. ZGC does not say it: its mappings have a name. */
    struct ctl_range heap[CTL_RANGES_MAX];
    uint64_t metaspace_bytes; /* Committed. 0: not told. */
};

/* Finds the metaspace's committed bytes in the text of GC.heap_info or, from JDK 25 on, of
 * VM.metaspace. 0: they are not told. */
uint64_t ctl_parse_metaspace(const char *text);

/* Reads the text. Whatever it is, what makes no sense is left out. */
void ctl_parse_heap_info(struct ctl_vm_memory *memory, const char *text);

#ifdef __cplusplus
}
#endif

#endif
