#include "hotspot.h"

#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

#include "perf_memory.h"
#include "text.h"
#include "vm_structs.h"

static void *lookup(void *context, const char *name)
{
    return dlsym(context, name);
}

static const void *read_pointer(const void *address)
{
    return address != NULL ? *(const void *const *)address : NULL;
}

static void find_perf(const struct trim_vm_structs *structs, struct trim_vm_counters *counters)
{
    static const char *const collectors[TRIM_COLLECTOR_COUNT] = {"sun.gc.collector.0.invocations",
                                                                 "sun.gc.collector.1.invocations",
                                                                 "sun.gc.collector.2.invocations"};
    const void *memory = read_pointer(trim_vm_structs_static(structs, "PerfMemory", "_start"));
    const size_t *capacity = trim_vm_structs_static(structs, "PerfMemory", "_capacity");
    if (memory == NULL || capacity == NULL) {
        return;
    }
    for (int i = 0; i < TRIM_COLLECTOR_COUNT; i++) {
        counters->invocations[i] = trim_perf_find_long(memory, *capacity, collectors[i]);
        if (counters->invocations[i] != NULL) {
            counters->source = TRIM_GC_SOURCE_PERF;
        }
    }
    counters->loaded_classes = trim_perf_find_long(memory, *capacity, "java.cls.loadedClasses");
    counters->shared_loaded_classes =
        trim_perf_find_long(memory, *capacity, "java.cls.sharedLoadedClasses");
    counters->unloaded_classes = trim_perf_find_long(memory, *capacity, "java.cls.unloadedClasses");
    counters->shared_unloaded_classes =
        trim_perf_find_long(memory, *capacity, "java.cls.sharedUnloadedClasses");
    const char *policy = trim_perf_find_text(memory, *capacity, "sun.gc.policy.name");
    if (policy != NULL) {
        struct trim_text name;
        trim_text_init(&name, counters->gc_policy, sizeof counters->gc_policy);
        trim_text_add_quoted(&name, policy, strlen(policy));
    }
}

static void find_heap_counts(const struct trim_vm_structs *structs,
                             struct trim_vm_counters *counters)
{
    const char *heap = read_pointer(trim_vm_structs_static(structs, "Universe", "_collectedHeap"));
    uint64_t offset = 0;
    if (heap != NULL &&
        trim_vm_structs_offset(structs, "CollectedHeap", "_total_collections", &offset)) {
        counters->collections = (const volatile uint32_t *)(const void *)(heap + offset);
        counters->source = TRIM_GC_SOURCE_COLLECTED_HEAP;
    }
}

void trim_hotspot_find_counters(const void *function_of_vm, struct trim_vm_counters *counters)
{
    memset(counters, 0, sizeof *counters);
    Dl_info vm;
    if (dladdr(function_of_vm, &vm) == 0 || vm.dli_fname == NULL) {
        return;
    }
    void *handle = dlopen(vm.dli_fname, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL) {
        return;
    }
    struct trim_vm_structs structs;
    if (trim_vm_structs_open(&structs, lookup, handle) == 0) {
        find_perf(&structs, counters);
        if (counters->source == TRIM_GC_SOURCE_NONE) {
            find_heap_counts(&structs, counters);
        }
    }
    /* Only the count of references goes down again; the VM stays loaded. */
    (void)dlclose(handle);
}
