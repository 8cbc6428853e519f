#include "fault_price.h"

#include <sys/mman.h>
#include <unistd.h>

#include "clock.h"
#include "quantity.h"

/* Enough for the clock, and few enough to be no burden; the least of some rounds counts, since any
 * of them may be interrupted. */
#define PAGES 16
#define ROUNDS 4

#define PS_PER_NS 1000

uint64_t trim_fault_price_ps_per_byte(void)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t bytes = (uint64_t)ROUNDS * PAGES * page_bytes;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return 0;
    }
    uint64_t least_ns = UINT64_MAX;
    volatile char *page = pages;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t began_ns = trim_clock_thread_cpu_ns();
        for (int i = 0; i < PAGES; i++) {
            *page = 1;
            page += page_bytes;
        }
        least_ns = trim_min(least_ns, trim_clock_thread_cpu_ns() - began_ns);
    }
    (void)munmap(pages, bytes);
    return least_ns * PS_PER_NS / (PAGES * page_bytes);
}
