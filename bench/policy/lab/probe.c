/* Strategies for the laboratory's own check: each is woken by one thing only, and trims then. */
#include "strategy.h"

enum probe_of { PROBE_CPU, PROBE_CLASSES, PROBE_PAUSES };

#define CPU_STEP_NS UINT64_C(100000000)
#define CLASSES_STEP 100

struct probe {
    uint64_t of;
    bool begun;
    bool served;
    uint64_t armed_cpu_ns;
};

static bool init(void *state, const struct lab_strategy *strategy, const struct lab_prices *prices,
                 const char *options)
{
    struct probe *probe = state;
    (void)prices;
    probe->of = strategy->number;
    probe->armed_cpu_ns = CPU_STEP_NS;
    return options[0] == '\0';
}

static void step(void *state, const struct lab_sight *sight, struct lab_choice *choice)
{
    struct probe *probe = state;
    if (probe->begun && !probe->served) {
        choice->action = LAB_TRIM_BLIND;
        return;
    }
    (void)sight;
    probe->begun = true;
    probe->served = false;
    choice->action = LAB_WAIT;
    choice->arm_cpu_ns = probe->of == PROBE_CPU ? probe->armed_cpu_ns : UINT64_MAX;
    choice->arm_classes = probe->of == PROBE_CLASSES ? CLASSES_STEP : UINT64_MAX;
}

static void trimmed(void *state, const struct lab_outcome *outcome)
{
    struct probe *probe = state;
    (void)outcome;
    probe->served = true;
    probe->armed_cpu_ns += CPU_STEP_NS;
}

const struct lab_strategy lab_strategies[] = {
    {"probe-cpu", sizeof(struct probe), PROBE_CPU, init, step, trimmed, NULL},
    {"probe-classes", sizeof(struct probe), PROBE_CLASSES, init, step, trimmed, NULL},
    {"probe-pauses", sizeof(struct probe), PROBE_PAUSES, init, step, trimmed, NULL},
};
const size_t lab_strategy_count = sizeof lab_strategies / sizeof lab_strategies[0];
