/*
 * glibc's malloc_info, parsed as it is printed. Worker only.
 */
#ifndef TRIMAGENT_GLIBC_INFO_H
#define TRIMAGENT_GLIBC_INFO_H

#include "arena_enter.h"
#include "malloc_info.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Finds malloc_info and makes the stream that it prints to, once, before the worker starts: that
 * allocates. Returns 0, or -1 where there is none or the system refuses a stream. */
int trim_glibc_info_open(void);

/* Walks the free chunks under the arenas' locks. Returns 0, or -1 with *info untouched. */
int trim_glibc_info_read(struct trim_malloc_info *info);

/* Tells which arena is which in what was read last, where the door is open. */
void trim_glibc_info_name(const struct trim_arena_door *door);

/* What was read last, arena by arena. */
const struct trim_malloc_info_parser *trim_glibc_info_last(void);

#ifdef __cplusplus
}
#endif

#endif
