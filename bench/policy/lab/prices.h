/* What things cost in the laboratory's world. Costs are CPU time; memory is turned into it by its
 * worth. */
#ifndef LAB_PRICES_H
#define LAB_PRICES_H

#include <stdint.h>

#define LAB_GIB 1073741824.0
#define LAB_NS_PER_S 1e9
#define LAB_PAGE 4096
#define LAB_NEVER UINT64_MAX

struct lab_prices {
    double worth_bytes;           /* Memory that is worth one CPU second, each second it is kept. */
    double release_ns_per_byte;   /* Releasing, */
    double refault_ns_per_byte;   /* and taking back. */
    double recount_ns_per_byte;   /* Finding out what of a release has come back. */
    uint64_t release_fixed_ns;    /* Each release, however little it finds. */
    uint64_t look_ns;             /* An estimate, where the trace does not tell. */
    uint64_t useless_ns;          /* A blind timer's attempt, where the trace does not tell. */
    uint64_t poll_ns;             /* Reading what the kernel knows of the process. */
    uint64_t room_ns;             /* Reading the container's files. */
    uint64_t sample_ns;           /* Laying a sample. */
    uint64_t wake_ns;             /* Waking up, and going to sleep again. */
    uint64_t base_bytes;          /* RSS beside the C heap, where the trace does not tell. */
    uint64_t background_permille; /* CPU that the process uses all the time beside the trace's. */
};

/* What it costs to keep so many bytes times nanoseconds. */
static inline double lab_memory_ns(const struct lab_prices *prices, double byte_ns)
{
    return byte_ns / prices->worth_bytes;
}

#endif
