/* The policy of release 0.1, as it stands in that release's sources. */
#include "strategy.h"
#include "trimagent/policy.h"
#include "trimagent/text.h"

struct adapter {
    struct trim_policy policy;
    enum trim_look asked;
};

static bool init(void *state, const struct lab_strategy *strategy, const struct lab_prices *prices,
                 const char *options_text)
{
    struct adapter *adapter = state;
    struct trim_options options;
    char message[512];
    struct trim_text text;
    (void)strategy;
    (void)prices;
    trim_text_init(&text, message, sizeof message);
    if (trim_options_parse(&options, options_text, &text) != 0) {
        fprintf(stderr, "%s\n", message);
        return false;
    }
    trim_policy_init(&adapter->policy, &options, 0, 0);
    return true;
}

static enum lab_look look_for(enum trim_look look)
{
    switch (look) {
    case TRIM_LOOK_NONE:
        break;
    case TRIM_LOOK_PROCESS:
    case TRIM_LOOK_MOVEMENT:
    case TRIM_LOOK_THROTTLE:
        return LAB_LOOK_POLL;
    case TRIM_LOOK_ROOM:
        return LAB_LOOK_ROOM;
    case TRIM_LOOK_REFAULT:
        return LAB_LOOK_RECOUNT;
    case TRIM_LOOK_ESTIMATE:
        return LAB_LOOK_ESTIMATE;
    }
    return LAB_LOOK_NONE;
}

static void step(void *state, const struct lab_sight *sight, struct lab_choice *choice)
{
    struct adapter *adapter = state;
    /* No memory limit, no pressure, no quota: the laboratory has none. */
    const struct trim_observation observation = {
        .now_ns = sight->now_ns,
        .old_pauses = sight->old_pauses,
        .last_old_ns = sight->last_old_ns,
        .class_changes = sight->class_changes,
        .look = sight->look == LAB_LOOK_NONE ? TRIM_LOOK_NONE : adapter->asked,
        .rss_bytes = sight->rss_bytes,
        .minor_faults = sight->minor_faults,
        .refaulted_bytes = sight->refaulted_bytes,
        .expected_bytes = sight->expected_bytes,
        .cost_ns = sight->cost_ns,
    };
    struct trim_decision decision;
    trim_policy_step(&adapter->policy, &observation, &decision);
    adapter->asked = decision.look;
    choice->action = decision.action == TRIM_TRIM   ? LAB_TRIM
                     : decision.action == TRIM_LOOK ? LAB_LOOK
                                                    : LAB_WAIT;
    choice->look = look_for(decision.look);
    choice->wake_ns = decision.wake_ns;
    choice->arm_classes = decision.arm_classes;
    choice->why = decision.action != TRIM_WAIT      ? trim_reason_name(decision.reason)
                  : decision.skip != TRIM_SKIP_NONE ? trim_skip_name(decision.skip)
                                                    : NULL;
}

static void trimmed(void *state, const struct lab_outcome *outcome)
{
    struct adapter *adapter = state;
    const struct trim_outcome told = {
        .end_ns = outcome->end_ns,
        .took_ns = outcome->took_ns,
        .released_bytes = outcome->released_bytes,
        .cost_ns = outcome->looks_cpu_ns,
        .measured = true,
        .seen_after = true,
        .rss_bytes = outcome->rss_bytes,
        .minor_faults = outcome->minor_faults,
        .left_bytes = outcome->left_bytes,
    };
    trim_policy_trimmed(&adapter->policy, &told);
}

const struct lab_strategy lab_strategies[] = {
    {"policy-v01", sizeof(struct adapter), 0, init, step, trimmed, NULL},
};
const size_t lab_strategy_count = 1;
