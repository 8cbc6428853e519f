#include "resident_pages.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "address.h"
#include "quantity.h"

/* Addresses that mincore is asked for at once: one heap of the largest kind. */
#define STEP_BYTES (64 * TRIM_MIB)
#define PAGES_MAX (STEP_BYTES / 4096)

/* Static, because the worker's stack is small and it must not allocate. */
static unsigned char residency[PAGES_MAX];

/* The resident ones among the pages that mincore has told of: its lowest bits, eight at a time. */
static uint64_t count_resident(uint64_t pages)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t count = 0;
    uint64_t page = 0;
    for (; page + sizeof ones <= pages; page += sizeof ones) {
        uint64_t eight = 0;
        memcpy(&eight, residency + page, sizeof eight);
        count += ((eight & ones) * ones) >> 56;
    }
    for (; page < pages; page++) {
        count += residency[page] & 1U;
    }
    return count;
}

uint64_t trim_resident_bytes(uint64_t start, uint64_t end, bool *blind)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t pages = 0;
    while (start < end) {
        uint64_t step = trim_min(end - start, STEP_BYTES);
        if (mincore(trim_pointer_to(start), step, residency) == 0) {
            pages += count_resident(step / page_bytes);
        } else if (errno != ENOMEM) {
            *blind = true;
        }
        start += step;
    }
    return pages * page_bytes;
}
