/*
 * Holding huge pages off while pieces are borrowed. Worker only.
 *
 * malloc writes the header of a rest into the middle of a large chunk that was dropped before. By
 * huge pages that would bring 2 MiB of it back each time: the call would wait for them, and they
 * would have to be dropped again.
 *
 * The kernel's flag for that is the whole process's, and a program that is started meanwhile goes
 * without huge pages for good. So they are held off only where they come at all, and not for what
 * takes most of the time and needs no such thing: dropping.
 */
#ifndef TRIMAGENT_GLIBC_HOLD_OFF_H
#define TRIMAGENT_GLIBC_HOLD_OFF_H

#include <stdbool.h>

#include "borrow.h"

struct trim_glibc_hold_off {
    bool needed; /* Huge pages come, and can be held off. */
};

/* Looks whether they have to be. asked: malloc asks the kernel for huge pages. Returns false where
 * they come unasked and the system forbids to hold them off. */
bool trim_glibc_hold_off_look(struct trim_glibc_hold_off *hold_off, bool asked);

/* Where it is needed: from here on, */
void trim_glibc_hold_off_begin(const struct trim_glibc_hold_off *hold_off);
/* until here; */
void trim_glibc_hold_off_end(const struct trim_glibc_hold_off *hold_off);
/* and not while the world drops pages. */
void trim_glibc_hold_off_drops(const struct trim_glibc_hold_off *hold_off,
                               struct trim_borrow_world *world);

#endif
