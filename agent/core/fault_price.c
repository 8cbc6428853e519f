#include "trimagent/fault_price.h"

#include <sys/mman.h>
#include <unistd.h>

#include "trimagent/clock.h"

/* Enough for the clock, and few enough to be no burden. */
#define PAGES 64

#define PS_PER_NS 1000

uint64_t trim_fault_price_ps_per_byte(void)
{
    uint64_t page_bytes = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t bytes = PAGES * page_bytes;
    void *pages = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        return 0;
    }
    uint64_t began_ns = trim_clock_thread_cpu_ns();
    for (uint64_t at = 0; at < bytes; at += page_bytes) {
        ((volatile char *)pages)[at] = 1;
    }
    uint64_t took_ns = trim_clock_thread_cpu_ns() - began_ns;
    (void)munmap(pages, bytes);
    return took_ns * PS_PER_NS / bytes;
}
