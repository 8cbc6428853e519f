/*
 * How much of a range of this process's memory is resident, by mincore: exact also for huge pages,
 * 0.5-1 ms per resident GiB, no lock of malloc's. What is swapped out does not count.
 */
#ifndef TRIMAGENT_RESIDENT_PAGES_H
#define TRIMAGENT_RESIDENT_PAGES_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The resident bytes of [start, end), both at the start of a page. Pages that are unmapped
 * meanwhile are not resident; where the system does not tell at all, *blind is set. One thread at a
 * time: the worker, or one that it waits for.
 */
uint64_t trim_resident_bytes(uint64_t start, uint64_t end, bool *blind);

#ifdef __cplusplus
}
#endif

#endif
