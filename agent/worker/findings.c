#include "findings.h"

#include <stddef.h>

#include "notes.h"
#include "quantity.h"

/* Free memory between blocks in use is much where it is so many bytes and this part of the arenas.
 */
#define HELD_LEAST_BYTES (64 * TRIM_MIB)
#define HELD_PART 4

/* Locked memory is worth a word where it is so many bytes and this part of the arenas. */
#define LOCKED_LEAST_BYTES (4 * TRIM_MIB)
#define LOCKED_PART 16

/*
 * Part of the arenas cannot be looked at. One estimate alone proves nothing: arenas that shrink or
 * grow while it is taken look the same.
 */
static void take_assumed(struct trim_findings *findings, const struct trim_estimate *estimate)
{
    /* Other allocators than glibc never know what is resident. */
    bool assumed =
        estimate->resident_assumed && estimate->figures.source <= TRIM_FIGURES_MALLOC_INFO;
    bool again = assumed && findings->assumed_before;
    findings->assumed_before = assumed;
    if (again && !findings->told_assumed) {
        findings->told_assumed = true;
        trim_note_assumed();
    }
}

/* Much is free, but not in whole pages. While an application frees, that passes: so it is said of
 * two estimates in a row. */
static void take_held(struct trim_findings *findings, const struct trim_estimate *estimate)
{
    if (estimate->bound_only || findings->told_held) {
        return;
    }
    uint64_t held_bytes = trim_excess(estimate->free_bytes, estimate->whole_bytes);
    bool held = held_bytes >= HELD_LEAST_BYTES && held_bytes >= estimate->figures.arena / HELD_PART;
    bool again = held && findings->held_before;
    findings->held_before = held;
    if (again) {
        findings->told_held = true;
        trim_note_pinned(estimate->free_bytes, estimate->whole_bytes);
    }
}

static void take_locked(struct trim_findings *findings, const struct trim_estimate *estimate)
{
    uint64_t all_bytes = estimate->resident_bytes + estimate->locked_bytes;
    bool much = estimate->locked_bytes >= LOCKED_LEAST_BYTES &&
                estimate->locked_bytes >= all_bytes / LOCKED_PART;
    if (much && !findings->told_locked) {
        findings->told_locked = true;
        trim_note_locked(estimate->locked_bytes);
    }
}

void trim_findings_take(struct trim_findings *findings, const struct trim_estimate *estimate)
{
    take_assumed(findings, estimate);
    take_held(findings, estimate);
    take_locked(findings, estimate);
}

void trim_findings_take_release(struct trim_findings *findings, const struct trim_release *release)
{
    if (release->refusal != NULL && !findings->told_refusal) {
        findings->told_refusal = true;
        trim_note_refusal(release->refusal);
    }
}
