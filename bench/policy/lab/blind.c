/* The strategies that look at nothing: never, and timers. */
#include "strategy.h"

#define SECOND UINT64_C(1000000000)

struct timer {
    uint64_t gap_ns; /* LAB_NEVER: it never comes. */
    uint64_t due_ns;
};

static bool init(void *state, const struct lab_strategy *strategy, const struct lab_prices *prices,
                 const char *options)
{
    struct timer *timer = state;
    (void)prices;
    timer->gap_ns = strategy->number;
    timer->due_ns = strategy->number;
    return options[0] == '\0';
}

static void step(void *state, const struct lab_sight *sight, struct lab_choice *choice)
{
    const struct timer *timer = state;
    choice->action = sight->now_ns >= timer->due_ns ? LAB_TRIM_BLIND : LAB_WAIT;
    choice->wake_ns = timer->due_ns;
}

static void trimmed(void *state, const struct lab_outcome *outcome)
{
    struct timer *timer = state;
    timer->due_ns = outcome->end_ns + timer->gap_ns;
}

const struct lab_strategy lab_strategies[] = {
    {"never", sizeof(struct timer), LAB_NEVER, init, step, trimmed, NULL},
    {"timer-1s", sizeof(struct timer), SECOND, init, step, trimmed, NULL},
    {"timer-10s", sizeof(struct timer), 10 * SECOND, init, step, trimmed, NULL},
    {"timer-60s", sizeof(struct timer), 60 * SECOND, init, step, trimmed, NULL},
};
const size_t lab_strategy_count = sizeof lab_strategies / sizeof lab_strategies[0];
