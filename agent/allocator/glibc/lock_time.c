#include "lock_time.h"

#include "quantity.h"

/* 100 ms for each GiB, until it is measured. */
#define FIRST_PS_PER_BYTE 93

/* One free chunk takes as long as this, dropped before or not: 0.42 us beside 75 to 80 ms for each
 * GiB were measured with chunks of 8 to 512 KiB. malloc_info has walked all of them right before:
 * chunks that have not been touched for long may take ten times as long. */
#define CHUNK_COST_BYTES (5 * TRIM_KIB)

/* Shorter releases tell little of the speed. */
#define TELLING_WORK (16 * TRIM_MIB)

/* 40 ms and 2 s for each GiB. What seems faster had chunks to pass by that cost less than others,
 * and who seems slower was stopped meanwhile. */
#define FASTEST_PS_PER_BYTE 37
#define SLOWEST_PS_PER_BYTE 1863

uint64_t trim_lock_work(uint64_t bytes, uint64_t chunks)
{
    return bytes + chunks * CHUNK_COST_BYTES;
}

static uint64_t known(const struct trim_lock_time *lock)
{
    return lock->ps_per_byte != 0 ? lock->ps_per_byte : FIRST_PS_PER_BYTE;
}

uint64_t trim_lock_time_ns(const struct trim_lock_time *lock, uint64_t work)
{
    return work * known(lock) / 1000;
}

void trim_lock_time_measured(struct trim_lock_time *lock, uint64_t work, uint64_t ns)
{
    if (work < TELLING_WORK) {
        return;
    }
    uint64_t measured = trim_max(ns * 1000 / work, FASTEST_PS_PER_BYTE);
    if (measured <= SLOWEST_PS_PER_BYTE) {
        lock->ps_per_byte = (known(lock) + measured + 1) / 2;
    }
}
