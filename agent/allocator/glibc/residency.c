#include "residency.h"

#include "quantity.h"

/* Longer ago what grows and what shrinks elsewhere in the process may have evened out. */
#define SERVES_NS (500 * TRIM_NS_PER_MS)
/* Movements below this are those of threads that serve requests, and below what a threshold can be.
 */
#define STILL_BYTES TRIM_MIB

/* The Java heap may grow during a trim: a drop is the trim's where it is the expected one but for
 * this part. */
#define DROP_PART 128

bool trim_residency_serves(const struct trim_residency *last, uint64_t now_ns, uint64_t rss_bytes)
{
    /* Some kernels' counters of RSS say 0 with many CPUs, and stand still for ever. */
    return last->known && now_ns - last->at_ns < SERVES_NS && rss_bytes >= last->resident_bytes &&
           trim_distance(last->rss_bytes, rss_bytes) < STILL_BYTES;
}

bool trim_residency_take_off(struct trim_residency *last, const struct trim_rss_drop *drop,
                             uint64_t expected_bytes, uint64_t now_ns)
{
    if (!drop->known || drop->before_bytes < drop->after_bytes ||
        !trim_residency_serves(last, drop->began_ns, drop->before_bytes)) {
        return false;
    }
    uint64_t bytes = drop->before_bytes - drop->after_bytes;
    if (bytes > last->resident_bytes ||
        trim_distance(bytes, expected_bytes) > expected_bytes / DROP_PART) {
        return false;
    }
    last->resident_bytes -= bytes;
    last->rss_bytes = drop->after_bytes;
    last->at_ns = now_ns;
    return true;
}
