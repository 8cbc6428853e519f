/*
 * mallinfo2's figures, from itself and from malloc_info. Worker only.
 */
#ifndef TRIMAGENT_GLIBC_FIGURES_H
#define TRIMAGENT_GLIBC_FIGURES_H

#include "allocator.h"
#include "malloc_info.h"

/* Finds mallinfo2, which glibc has since 2.33. */
void trim_glibc_figures_open(void);

/* Takes mallinfo2's figures. Returns 0, or -1 where there is none. */
int trim_glibc_figures(struct trim_heap_figures *figures);

/* Pure: mallinfo2's words for what malloc_info has printed. */
void trim_glibc_figures_from(const struct trim_malloc_info *info,
                             struct trim_heap_figures *figures);

#endif
