/* This tree's policy, with the agent's own options and their defaults. */
#include <string.h>

#include "options.h"
#include "policy.h"
#include "policy_config.h"
#include "strategy.h"
#include "text.h"
#if __has_include("trend.h") /* Older trees have none. */
#include "trend.h"
#define HAS_TREND
#endif

struct adapter {
    struct trim_policy policy;
    enum trim_look asked;
    uint64_t fault_ps_per_byte;
#ifdef HAS_TREND
    struct trim_trend trend;
    uint64_t old_pauses;
#endif
    uint64_t growing_ns;
};

/* Takes in what is in use, as the agent does with each estimate and after each release. */
static void take_in_use(struct adapter *adapter, uint64_t now_ns, uint64_t in_use_bytes)
{
#ifdef HAS_TREND
    trim_trend_take(&adapter->trend, now_ns, in_use_bytes, adapter->old_pauses,
                    adapter->policy.triggers.bursts);
    if (adapter->trend.growth.growing && adapter->growing_ns == 0) {
        adapter->growing_ns = now_ns;
    }
#else
    (void)adapter, (void)now_ns, (void)in_use_bytes;
#endif
}

static uint64_t growing_ns(const void *state)
{
    return ((const struct adapter *)state)->growing_ns;
}

static bool init(void *state, const struct lab_strategy *strategy, const struct lab_prices *prices,
                 const char *options_text)
{
    struct adapter *adapter = state;
    struct trim_options options;
    struct trim_policy_config config;
    char message[512];
    struct trim_text text;
    (void)strategy;
    trim_text_init(&text, message, sizeof message);
    if (trim_options_parse(&options, options_text, &text) != 0) {
        fprintf(stderr, "%s\n", message);
        return false;
    }
    if (strstr(options_text, "worth") == NULL) {
        options.worth_bytes = (uint64_t)prices->worth_bytes;
    }
    config = trim_policy_config_of(&options);
    adapter->fault_ps_per_byte = (uint64_t)(prices->refault_ns_per_byte * 1e3);
    trim_policy_init(&adapter->policy, &config, 0, 0);
#ifdef HAS_TREND
    trim_trend_configure(&adapter->trend, options.growing_after_ns);
#endif
    return true;
}

static enum lab_look look_for(enum trim_look look)
{
    switch (look) {
    case TRIM_LOOK_NONE:
        break;
    case TRIM_LOOK_PROCESS:
        return LAB_LOOK_POLL;
    case TRIM_LOOK_SAMPLE:
        return LAB_LOOK_SAMPLE;
    case TRIM_LOOK_LAY:
        return LAB_LOOK_LAY;
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
        .signals = {.old_pauses = sight->old_pauses, .class_changes = sight->class_changes},
        .last_old_ns = sight->last_old_ns,
        .look = sight->look == LAB_LOOK_NONE ? TRIM_LOOK_NONE : adapter->asked,
        .failed = sight->failed,
        .rss_bytes = sight->rss_bytes,
        .minor_faults = sight->minor_faults,
        .back_permille = sight->back_permille,
        .cpu_ns = sight->process_cpu_ns - sight->agent_cpu_ns,
        .refaulted_bytes = sight->refaulted_bytes,
        .expected_bytes = sight->expected_bytes,
        .cost_ns = sight->cost_ns,
        .fault_ps_per_byte = adapter->fault_ps_per_byte,
    };
    struct trim_decision decision;
#ifdef HAS_TREND
    adapter->old_pauses = sight->old_pauses;
#endif
    if (sight->look == LAB_LOOK_ESTIMATE && !sight->failed) {
        take_in_use(adapter, sight->now_ns, sight->in_use_bytes);
    }
    trim_policy_step(&adapter->policy, &observation, &decision);
    adapter->asked = decision.look;
    choice->action = decision.action == TRIM_TRIM   ? LAB_TRIM
                     : decision.action == TRIM_LOOK ? LAB_LOOK
                                                    : LAB_WAIT;
    choice->look = look_for(decision.look);
    choice->wake_ns = decision.wake_ns;
    choice->arm_classes = decision.arm_classes;
    /* The policy leaves the agent's own threads out, the process's clock does not. */
    choice->arm_cpu_ns = decision.wake_cpu_ns == UINT64_MAX
                             ? UINT64_MAX
                             : decision.wake_cpu_ns + sight->agent_cpu_ns;
    choice->why = decision.action != TRIM_WAIT      ? trim_reason_name(decision.reason)
                  : decision.skip != TRIM_SKIP_NONE ? trim_skip_name(decision.skip)
                                                    : NULL;
}

static void trimmed(void *state, const struct lab_outcome *outcome)
{
    struct adapter *adapter = state;
    const struct trim_outcome told = {
        .end_ns = outcome->end_ns,
        .released_bytes = outcome->released_bytes,
        .cpu_ns = outcome->release_cpu_ns,
        .cost_ns = outcome->looks_cpu_ns,
        .measured = true,
        .seen_after = true,
        .rss_bytes = outcome->rss_bytes,
        .minor_faults = outcome->minor_faults,
    };
    trim_policy_trimmed(&adapter->policy, &told);
    take_in_use(adapter, outcome->end_ns, outcome->in_use_bytes);
}

const struct lab_strategy lab_strategies[] = {
    {"policy", sizeof(struct adapter), 0, init, step, trimmed, growing_ns},
};
const size_t lab_strategy_count = 1;
