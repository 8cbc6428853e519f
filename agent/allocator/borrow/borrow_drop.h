/*
 * Dropping the pages of pieces that are held. Used by borrow.c and borrow_hold.c alone.
 *
 * They are dropped many at a time: what a single call costs beside its pages, the interruption of
 * each CPU that the process runs on above all, comes once for all of them.
 */
#ifndef TRIMAGENT_BORROW_DROP_H
#define TRIMAGENT_BORROW_DROP_H

#include "borrow_hold.h"

/* Drops the whole pages of a piece, at the latest before it is given back, for as long as it may be
 * held. Returns how much of them was resident. */
uint64_t trim_hold_drop(struct trim_borrow_hold *hold, const struct trim_piece *piece);

/* Drops now what is still to be dropped. */
void trim_hold_drop_all(struct trim_borrow_hold *hold);

/* The same, where some of it belongs to the piece that was taken last. */
void trim_hold_drop_last(struct trim_borrow_hold *hold);

#endif
