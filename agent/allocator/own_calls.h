/*
 * malloc, realloc and free for the agent's own use, found by name and not by the library's imports.
 *
 * Profilers of native memory (async-profiler's nativemem) put functions of theirs into the imports
 * of every library that is loaded. What the agent borrows and gives back at once would then be
 * most of what they report: 160 MiB of allocations in one trim. They do not see these calls. A
 * malloc that is preloaded is found all the same, because it is the process's own.
 */
#ifndef TRIMAGENT_OWN_CALLS_H
#define TRIMAGENT_OWN_CALLS_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As malloc, realloc and free; where one of the three cannot be found, there is no memory. Any
 * thread; the first call looks them up, so not in JVMTI callbacks. */
void *trim_own_malloc(size_t bytes);
void *trim_own_realloc(void *block, size_t bytes);
void trim_own_free(void *block);

#ifdef __cplusplus
}
#endif

#endif
