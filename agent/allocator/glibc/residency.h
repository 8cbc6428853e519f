/*
 * What of the arenas is resident, kept from one look to the next.
 *
 * Looking asks the kernel for each page of the arenas (2-4 ms for 1.6 GiB on a busy machine), many
 * times what the free chunks of a program with large blocks cost. The RSS of the process costs
 * microseconds. While it stands still for a moment the last look still serves, and where it has
 * fallen in a trim by what was expected of the trim, the pages that are gone were the arenas'.
 *
 * Pure.
 */
#ifndef TRIMAGENT_RESIDENCY_H
#define TRIMAGENT_RESIDENCY_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct trim_residency {
    bool known;
    uint64_t resident_bytes; /* Of the arenas that were found. */
    uint64_t seen_bytes;     /* Size of the arenas that were found. */
    uint64_t rss_bytes;      /* Of the process, just before. */
    uint64_t at_ns;
    uint64_t locked_bytes;          /* Size of the heaps among them that are locked, */
    uint64_t locked_resident_bytes; /* of which so much is resident, and not in resident_bytes. */
};

/* The process's RSS right before and right after a trim. */
struct trim_rss_drop {
    bool known;
    uint64_t began_ns;
    uint64_t before_bytes;
    uint64_t after_bytes;
};

/* Whether the last look still tells what is resident now that the RSS is rss_bytes. An RSS that is
 * less than the arenas' own cannot be true, and tells nothing. */
bool trim_residency_serves(const struct trim_residency *last, uint64_t now_ns, uint64_t rss_bytes);

/*
 * Takes a trim off, which has ended at now_ns and was to release expected_bytes. Returns false, and
 * changes nothing, where the last look did not serve when it began, or the RSS has not fallen by
 * just that, so that the arenas must be looked at.
 */
bool trim_residency_take_off(struct trim_residency *last, const struct trim_rss_drop *drop,
                             uint64_t expected_bytes, uint64_t now_ns);

#ifdef __cplusplus
}
#endif

#endif
