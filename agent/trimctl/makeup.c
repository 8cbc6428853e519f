#include "makeup.h"

#include <string.h>

#include "quantity.h"

/* HEAP_MAX_SIZE of glibc's arena.c on 64-bit systems. */
#define HEAP_BYTES (64 * TRIM_MIB)

/* glibc guards a stack with a page; HotSpot its own with up to 20 and some, by its flags. */
#define GUARD_MOST_BYTES (256 * TRIM_KIB)

static bool in_java_heap(const struct ctl_mapping *mapping, const struct ctl_vm_memory *vm)
{
    if (mapping->kind == CTL_MAPPING_JAVA_HEAP) {
        return true;
    }
    for (size_t i = 0; i < vm->ranges; i++) {
        if (mapping->start < vm->heap[i].end && mapping->end > vm->heap[i].start) {
            return true;
        }
    }
    return false;
}

static bool is_anonymous(const struct ctl_mapping *mapping)
{
    return mapping->kind == CTL_MAPPING_ANONYMOUS;
}

/* Whether the mapping has the shape of an arena's heaps. next is the one behind it, or NULL. */
static bool is_arena(const struct ctl_mapping *mapping, const struct ctl_mapping *next)
{
    bool follows = next != NULL && next->start == mapping->end && is_anonymous(next);
    bool reserved = follows && !next->accessible && next->end % HEAP_BYTES == 0;
    return is_anonymous(mapping) && mapping->writable && !mapping->executable &&
           mapping->start % HEAP_BYTES == 0 && (reserved || mapping->end % HEAP_BYTES == 0);
}

static bool is_stack(const struct ctl_mapping *mapping, const struct ctl_mapping *before)
{
    if (mapping->kind == CTL_MAPPING_STACK) {
        return true;
    }
    return before != NULL && before->end == mapping->start && is_anonymous(before) &&
           !before->accessible && before->end - before->start <= GUARD_MOST_BYTES &&
           is_anonymous(mapping) && mapping->writable && !mapping->executable;
}

void ctl_makeup_sort(struct ctl_makeup *makeup, const struct ctl_mappings *mappings,
                     const struct ctl_vm_memory *vm, ctl_heap_check *check, const void *context)
{
    memset(makeup, 0, sizeof *makeup);
    for (size_t i = 0; i < mappings->count; i++) {
        const struct ctl_mapping *mapping = &mappings->mappings[i];
        const struct ctl_mapping *before = i > 0 ? mapping - 1 : NULL;
        const struct ctl_mapping *next = i + 1 < mappings->count ? mapping + 1 : NULL;
        enum ctl_part part = CTL_OTHER;
        if (in_java_heap(mapping, vm)) {
            part = CTL_JAVA_HEAP;
        } else if (mapping->kind == CTL_MAPPING_FILE) {
            part = CTL_FILES;
        } else if (mapping->kind == CTL_MAPPING_MAIN_HEAP ||
                   (is_arena(mapping, next) && check(context, mapping->start))) {
            part = CTL_ARENAS;
        } else if (is_anonymous(mapping) && mapping->writable && mapping->executable) {
            part = CTL_CODE;
        } else if (is_stack(mapping, before)) {
            part = CTL_STACKS;
        }
        makeup->parts[part] += mapping->rss_bytes;
        makeup->rss_bytes += mapping->rss_bytes;
        makeup->swap_bytes += mapping->swap_bytes;
    }
    uint64_t metaspace_bytes = trim_min(vm->metaspace_bytes, makeup->parts[CTL_OTHER]);
    makeup->parts[CTL_METASPACE] = metaspace_bytes;
    makeup->parts[CTL_OTHER] -= metaspace_bytes;
}
