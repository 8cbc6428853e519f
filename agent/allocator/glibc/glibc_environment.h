/*
 * What the environment makes of glibc's malloc: GLIBC_TUNABLES, and from glibc 2.44 on
 * /etc/tunables.conf, which ldconfig puts into the loader's cache. Pure but for reading that file.
 */
#ifndef TRIMAGENT_GLIBC_ENVIRONMENT_H
#define TRIMAGENT_GLIBC_ENVIRONMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "glibc_tuning.h"

/*
 * Where a tunable is set, "GLIBC_TUNABLES" or "/etc/tunables.conf", or NULL where it is not; its
 * value goes to *value, 0 where it is no number. Of a name that is repeated the last one counts.
 * Lines of the file for one program alone ("[proc:NAME]") count where it is this one, those for
 * privileged programs ("@", "onlysecure") do not; files that it includes are not read.
 */
const char *trim_glibc_tunable(const struct trim_glibc_world *world, const char *name,
                               uint64_t *value);

/*
 * Most arenas that glibc of this version ("2.36") makes by itself on so many CPUs online: eight for
 * each; from 2.44 on one for each, and eight at least. Some builds of 2.35 to 2.38 take the CPUs of
 * the affinity, which are no more.
 */
uint64_t trim_glibc_own_arenas(const char *version, uint64_t cpus_online);

/* Whether this version reads /etc/tunables.conf. */
bool trim_glibc_has_tunables_file(const char *version);

/* The most that a heap of an arena may be, where that differs from TRIM_ARENA_HEAP_BYTES.
 * huge_page_bytes tells the system's default size of huge pages, or 0; it is asked only where that
 * matters. */
uint64_t trim_glibc_heap_bytes(const struct trim_glibc_world *world,
                               uint64_t (*huge_page_bytes)(void));

/* Whether malloc asks for huge pages by itself (glibc.malloc.hugetlb=1, madvise): on AArch64 it
 * does from 2.43 on where nobody has said otherwise. */
bool trim_glibc_asks_for_huge_pages(const struct trim_glibc_world *world);

/* Why not to borrow, as a phrase that follows "because", or NULL. */
const char *trim_glibc_refusal(const struct trim_glibc_world *world);

#endif
