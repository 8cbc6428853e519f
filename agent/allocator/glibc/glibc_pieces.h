/*
 * What borrowing does to glibc's arenas: calls of malloc and free, and looks at chunks and heaps as
 * the last scan has found them. Worker only.
 */
#ifndef TRIMAGENT_GLIBC_PIECES_H
#define TRIMAGENT_GLIBC_PIECES_H

#include "borrow.h"

/* Fills in the world, but for take, cancelled and their context. */
void trim_glibc_pieces(struct trim_borrow_world *world);

/* Drops the pages of count spans, TRIM_SPANS_MAX at most. Returns 0, or -1 where some could not be
 * dropped. */
int trim_glibc_drop(const struct trim_span *spans, size_t count);

/* Resident bytes of whole pages; where the system does not tell, all of them. 0 in a heap that is
 * locked: nothing of it can be dropped. */
uint64_t trim_glibc_resident(uint64_t start, uint64_t end);

#endif
