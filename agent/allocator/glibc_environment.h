/*
 * What the environment makes of glibc's malloc. Pure: variable() reads the environment, NULL where
 * a name is not set. GLIBC_TUNABLES and the older variables of the same meaning.
 */
#ifndef TRIMAGENT_GLIBC_ENVIRONMENT_H
#define TRIMAGENT_GLIBC_ENVIRONMENT_H

#include <stdint.h>

/* glibc's limit of arenas: what was set, by the agent (0: nothing) or the environment, or what
 * glibc takes by itself. */
uint64_t trim_glibc_arena_limit(uint64_t set_by_agent, const char *(*variable)(const char *name));

/* What a new arena takes from the system, with the padding that the agent (0: none) or the
 * environment has set. */
uint64_t trim_glibc_new_arena_bytes(uint64_t pad_set_by_agent,
                                    const char *(*variable)(const char *name));

/* The most that a heap of an arena may be, where that differs from TRIM_ARENA_HEAP_BYTES.
 * huge_page_bytes: the system's default size of huge pages, or 0. */
uint64_t trim_glibc_heap_bytes(uint64_t huge_page_bytes, const char *(*variable)(const char *name));

/* Why not to borrow, as a phrase that follows "because", or NULL. */
const char *trim_glibc_refusal(const char *(*variable)(const char *name));

#endif
