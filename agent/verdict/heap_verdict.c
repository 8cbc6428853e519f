#include "heap_verdict.h"

#include <stddef.h>

#include "quantity.h"

/* What is free is worth a word from so much on, and from this part of what RSS would be. */
#define RETAINED_LEAST_BYTES (16 * TRIM_MIB)
#define RETAINED_PART 20

/* The same of what is free between blocks in use. */
#define PINNED_LEAST_BYTES (64 * TRIM_MIB)
#define PINNED_PART 10

/* RSS is not malloc's where so much is somebody else's, and malloc has less than this part of it;
 * near the limit less than half will do. */
#define OUTSIDE_LEAST_BYTES (256 * TRIM_MIB)
#define OUTSIDE_MALLOC_PART 4
#define NEAR_LIMIT_PERCENT 80

/* Growth that may be none, but is no fluctuation either. */
#define OPEN_LEAST_BYTES (8 * TRIM_MIB)
#define OPEN_PART 16

/* Fewer reloads may be of another kind each. */
#define RELOADS_LEAST 4

static bool is_retained(const struct trim_heap_state *state)
{
    uint64_t free_bytes = state->back_bytes + state->kept_bytes;
    return free_bytes >= RETAINED_LEAST_BYTES &&
           free_bytes >= (state->rss_bytes + state->kept_bytes) / RETAINED_PART;
}

static bool is_pinned(const struct trim_heap_state *state)
{
    return state->pinned_bytes >= PINNED_LEAST_BYTES &&
           state->pinned_bytes >= state->rss_bytes / PINNED_PART;
}

static bool is_outside(const struct trim_heap_state *state)
{
    uint64_t rss = state->rss_bytes;
    bool near_limit =
        state->limit_bytes != 0 && rss / NEAR_LIMIT_PERCENT >= state->limit_bytes / 100;
    return (near_limit && state->malloc_bytes < rss / 2) ||
           (trim_excess(rss, state->malloc_bytes) >= OUTSIDE_LEAST_BYTES &&
            state->malloc_bytes < rss / OUTSIDE_MALLOC_PART);
}

/* A heap that was not walked because it is small has nothing that a trim could give back. */
static bool is_unseen(const struct trim_heap_state *state)
{
    return !state->known &&
           (state->malloc_bytes == 0 || state->malloc_bytes >= RETAINED_LEAST_BYTES);
}

void trim_heap_judge(struct trim_judgement *judgement)
{
    const struct trim_heap_state *state = &judgement->state;
    bool retained = is_retained(state);
    bool pinned = is_pinned(state);
    uint64_t free_bytes = state->back_bytes + state->kept_bytes;
    if (judgement->in_use.growing) {
        judgement->verdict = TRIM_HEAP_GROWING;
    } else if (pinned && (!retained || state->pinned_bytes > free_bytes)) {
        judgement->verdict = TRIM_HEAP_PINNED;
    } else if (retained) {
        judgement->verdict = TRIM_HEAP_RETAINED;
    } else if (judgement->outside.growing || is_outside(state)) {
        judgement->verdict = TRIM_HEAP_NOT_MALLOC;
    } else if (is_unseen(state) || trim_growth_open(&judgement->in_use)) {
        judgement->verdict = TRIM_HEAP_UNKNOWN;
    } else {
        judgement->verdict = TRIM_HEAP_FINE;
    }
}

bool trim_growth_open(const struct trim_growth *growth)
{
    uint64_t grown = trim_excess(growth->to_bytes, growth->from_bytes);
    return growth->wanted_ns != 0 && !growth->judged && grown >= OPEN_LEAST_BYTES &&
           grown >= growth->from_bytes / OPEN_PART;
}

uint64_t trim_growth_reload_bytes(const struct trim_growth *growth)
{
    uint64_t grown = trim_excess(growth->to_bytes, growth->from_bytes);
    return growth->reloads < RELOADS_LEAST ? 0 : grown / growth->reloads;
}

const char *trim_heap_verdict_name(enum trim_heap_verdict verdict)
{
    static const char *const names[TRIM_HEAP_VERDICT_COUNT] = {"unknown", "fine",    "retained",
                                                               "pinned",  "growing", "not_malloc"};
    return (size_t)verdict < TRIM_HEAP_VERDICT_COUNT ? names[verdict] : "unknown";
}
