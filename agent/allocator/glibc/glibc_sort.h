/*
 * Having chunks merged and sorted that nobody has asked for since they were freed, so that
 * malloc_info tells what there is. Worker only.
 */
#ifndef TRIMAGENT_GLIBC_SORT_H
#define TRIMAGENT_GLIBC_SORT_H

#include <stdbool.h>

#include "arena_enter.h"
#include "malloc_info.h"

/*
 * Asks each arena that holds much in fastbins for a block, which merges all of these, as
 * malloc_trim would. Where there is none, asks the one in which most bytes lie unsorted, in chunks
 * smaller and larger than a page, for as many blocks as it takes to sort an eighth of these chunks,
 * which then tell of the others: malloc sorts up to 10,000 at a time. Both under the arena's lock.
 * The door is open, and *info was read just now. Returns false where there is neither.
 */
bool trim_glibc_sort_some(struct trim_arena_door *door, const struct trim_malloc_info_parser *info);

#endif
