/*
 * The time between trims, and what became of the last one.
 *
 * A trim that released little of what was expected (useless), and one half of whose release was
 * resident again within the cooldown option's time (regretted), double the cooldown up to its
 * maximum; a good one halves it back down to the option's value. A wrong trim costs about 650 ms
 * per GiB: 100 to release the pages and 550 to fault them in again (measured on glibc 2.36;
 * docs/DESIGN.md).
 *
 * Pure.
 */
#ifndef TRIMAGENT_COOLDOWN_H
#define TRIMAGENT_COOLDOWN_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What became of the last trim. */
enum trim_verdict {
    TRIM_VERDICT_NONE = 0, /* There was none, or it is not judged. */
    TRIM_VERDICT_OPEN,     /* The time in which it may be regretted has not passed. */
    TRIM_VERDICT_GOOD,
    TRIM_VERDICT_USELESS,  /* It released less than a quarter of what was expected. */
    TRIM_VERDICT_REGRETTED /* Half of what it released was resident again within the cooldown
                              option's time. */
};

struct trim_cooldown {
    uint64_t base_ns;
    uint64_t max_ns;
    uint64_t length_ns; /* In force now. */
    bool trimmed;
    uint64_t last_trim_ns;
    uint64_t least_ns; /* After it, however short memory is. */
    enum trim_verdict verdict;
    uint64_t recheck_due_ns; /* When refaults must be looked at; TRIM_NEVER: no verdict is
                                open. */
    uint64_t released_bytes;
    uint64_t useless;   /* Trims so far with this verdict, */
    uint64_t regretted; /* and with this. */
};

/* Starts without a trim. */
void trim_cooldown_init(struct trim_cooldown *cooldown, uint64_t base_ns, uint64_t max_ns);

/* The earliest time of the next trim; 0 before the first. Where memory is short the cooldown is an
 * eighth of its length, but at least a second and ten times what the last trim took. */
uint64_t trim_cooldown_end_ns(const struct trim_cooldown *cooldown, bool urgent);

/* A trim that took took_ns has ended at end_ns. Unless trim_cooldown_judge follows it is not
 * judged. */
void trim_cooldown_start(struct trim_cooldown *cooldown, uint64_t end_ns, uint64_t took_ns);

/* Judges the trim that has just ended by what was expected and released; urgent tells which
 * cooldown is in force. Returns false where it was useless. */
bool trim_cooldown_judge(struct trim_cooldown *cooldown, uint64_t expected_bytes,
                         uint64_t released_bytes, bool urgent);

/* Gives the open verdict: known tells whether refaulted_bytes, what is resident again of the last
 * release, could be measured. */
void trim_cooldown_recheck(struct trim_cooldown *cooldown, bool known, uint64_t refaulted_bytes);

/* The verdict's name for status and log: none, open, good, useless, regretted. Any thread. */
const char *trim_verdict_name(enum trim_verdict verdict);

#ifdef __cplusplus
}
#endif

#endif
