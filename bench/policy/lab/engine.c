#include "engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The kernel looks at timers of CPU time at its ticks. */
#define TICK_NS UINT64_C(4000000)
/* A strategy that takes more steps in a row without a wait is stuck. */
#define STEPS_MAX 1000

/*
 * The free layers need no list here: those that were freed since the last release lie lowest and
 * are resident, those above them are not; and growth takes the lowest first.
 */
struct sim {
    const struct lab_prices *prices;
    struct lab_tally *tally;
    FILE *log;
    uint64_t end_ns;
    uint64_t look_ns;
    uint64_t useless_ns;
    uint64_t base_bytes;

    struct lab_cursor cursor;
    struct lab_row ahead; /* What comes next; at LAB_NEVER where nothing does. */

    uint64_t now_ns;
    struct lab_row state; /* What holds now. */
    uint64_t last_old_ns;
    uint64_t resident_bytes; /* Free and resident, */
    uint64_t gone_bytes;     /* and free without being resident. */
    uint64_t faulted_bytes;
    uint64_t refaulted_bytes; /* Since the last release. */
};

double lab_tally_cost_ns(const struct lab_tally *tally, const struct lab_prices *prices)
{
    return lab_memory_ns(prices, tally->held_byte_ns) + tally->release_ns + tally->look_ns +
           tally->refault_ns + tally->idle_ns;
}

static void fetch(struct sim *sim)
{
    if (!lab_cursor_next(&sim->cursor, &sim->ahead)) {
        sim->ahead.at_ns = LAB_NEVER;
    }
}

static void begin(struct sim *sim, const struct lab_run *run, const struct lab_prices *prices)
{
    const struct lab_trace *trace = run->trace;
    sim->prices = prices;
    sim->end_ns = lab_run_length(run);
    sim->look_ns = trace->look_ns != 0 ? trace->look_ns : prices->look_ns;
    sim->useless_ns = trace->look_ns != 0 ? trace->look_ns * 3 / 2 : prices->useless_ns;
    sim->base_bytes = trace->base_bytes != 0 ? trace->base_bytes : prices->base_bytes;
    lab_cursor_begin(&sim->cursor, run, &sim->state);
    fetch(sim);
}

static uint64_t agent_cpu_ns(const struct sim *sim)
{
    const struct lab_tally *tally = sim->tally;
    return (uint64_t)(tally->release_ns + tally->look_ns + tally->idle_ns);
}

/* CPU time of the process, the agent's own and that of refaults included, as its clock tells. */
static uint64_t process_cpu_ns(const struct sim *sim)
{
    return sim->state.cpu_ns + sim->now_ns / 1000 * sim->prices->background_permille +
           (uint64_t)sim->tally->refault_ns + agent_cpu_ns(sim);
}

static uint64_t rss_bytes(const struct sim *sim)
{
    return sim->base_bytes + sim->state.in_use_bytes + sim->resident_bytes;
}

static void advance(struct sim *sim, uint64_t to_ns)
{
    uint64_t until_ns = to_ns < sim->end_ns ? to_ns : sim->end_ns;
    if (until_ns > sim->now_ns) {
        sim->tally->held_byte_ns += (double)sim->resident_bytes * (double)(until_ns - sim->now_ns);
        sim->now_ns = until_ns;
    }
}

static void grow(struct sim *sim, uint64_t bytes)
{
    uint64_t resident = bytes < sim->resident_bytes ? bytes : sim->resident_bytes;
    uint64_t absent = bytes - resident;
    uint64_t gone = absent < sim->gone_bytes ? absent : sim->gone_bytes;
    sim->resident_bytes -= resident;
    sim->gone_bytes -= gone;
    sim->refaulted_bytes += gone;
    sim->tally->refault_ns += (double)gone * sim->prices->refault_ns_per_byte;
    /* Faults of memory that was never used before come with every strategy, and cost none more. */
    sim->faulted_bytes += absent;
}

/* Takes the next row, which is due. */
static void take_row(struct sim *sim)
{
    uint64_t before = sim->state.in_use_bytes;
    uint64_t after = sim->ahead.in_use_bytes;
    if (sim->ahead.old_pauses != sim->state.old_pauses) {
        sim->last_old_ns = sim->ahead.at_ns;
    }
    sim->state = sim->ahead;
    if (after > before) {
        grow(sim, after - before);
    } else {
        sim->resident_bytes += before - after;
    }
    fetch(sim);
}

/* Lets time pass in which nobody listens. */
static void pass(struct sim *sim, uint64_t ns)
{
    uint64_t to_ns = sim->now_ns + ns;
    while (sim->ahead.at_ns <= to_ns && sim->ahead.at_ns < sim->end_ns) {
        advance(sim, sim->ahead.at_ns);
        take_row(sim);
    }
    advance(sim, to_ns);
}

/* The first tick after this time. */
static uint64_t next_tick(uint64_t at_ns)
{
    return (at_ns / TICK_NS + 1) * TICK_NS;
}

/* When the background's CPU time alone will have reached what is armed. */
static uint64_t cpu_due_ns(const struct sim *sim, uint64_t armed_ns)
{
    uint64_t used_ns = process_cpu_ns(sim);
    uint64_t permille = sim->prices->background_permille;
    if (used_ns >= armed_ns) {
        return next_tick(sim->now_ns);
    }
    if (armed_ns == UINT64_MAX || permille == 0) {
        return LAB_NEVER;
    }
    return next_tick(sim->now_ns + (armed_ns - used_ns) * 1000 / permille);
}

/* Sleeps until what the choice says. */
static void sleep_for(struct sim *sim, const struct lab_choice *choice)
{
    uint64_t pauses = sim->state.old_pauses;
    uint64_t classes = sim->state.class_changes + choice->arm_classes;
    bool on_classes = choice->arm_classes != UINT64_MAX;
    bool woken = false;
    while (!woken && sim->now_ns < sim->end_ns) {
        uint64_t due_ns = cpu_due_ns(sim, choice->arm_cpu_ns);
        due_ns = choice->wake_ns < due_ns ? choice->wake_ns : due_ns;
        if (sim->ahead.at_ns <= due_ns && sim->ahead.at_ns < sim->end_ns) {
            advance(sim, sim->ahead.at_ns);
            take_row(sim);
            woken = sim->state.old_pauses != pauses ||
                    (on_classes && sim->state.class_changes >= classes);
        } else {
            advance(sim, due_ns);
            woken = true;
        }
    }
    sim->tally->wakes++;
    sim->tally->idle_ns += (double)sim->prices->wake_ns;
}

static void see(const struct sim *sim, struct lab_sight *sight)
{
    sight->now_ns = sim->now_ns;
    sight->old_pauses = sim->state.old_pauses;
    sight->last_old_ns = sim->last_old_ns;
    sight->class_changes = sim->state.class_changes;
}

static void look(struct sim *sim, enum lab_look what, struct lab_sight *sight)
{
    const struct lab_prices *prices = sim->prices;
    memset(sight, 0, sizeof *sight);
    sight->look = what;
    sight->rss_bytes = rss_bytes(sim);
    sight->minor_faults = sim->faulted_bytes / LAB_PAGE;
    sight->process_cpu_ns = process_cpu_ns(sim);
    sight->agent_cpu_ns = agent_cpu_ns(sim);
    sight->refaulted_bytes = sim->refaulted_bytes;
    sight->expected_bytes = sim->resident_bytes;
    double gone = (double)(sim->gone_bytes + sim->refaulted_bytes);
    switch (what) {
    case LAB_LOOK_NONE:
        break;
    case LAB_LOOK_POLL:
        sight->cost_ns = prices->poll_ns;
        sim->tally->polls++;
        sim->tally->idle_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_RECOUNT:
        sight->cost_ns = prices->poll_ns + (uint64_t)(gone * prices->recount_ns_per_byte);
        sim->tally->look_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_ESTIMATE:
        sight->cost_ns = sim->look_ns;
        sim->tally->looks++;
        sim->tally->look_ns += (double)sight->cost_ns;
        break;
    }
    pass(sim, sight->cost_ns);
    see(sim, sight);
}

static void release(struct sim *sim, bool blind, struct lab_outcome *outcome)
{
    struct lab_tally *tally = sim->tally;
    memset(outcome, 0, sizeof *outcome);
    if (!blind) {
        pass(sim, sim->look_ns);
    }
    double bytes = (double)sim->resident_bytes;
    double fixed_ns = (double)(blind ? sim->useless_ns : sim->prices->release_fixed_ns);
    double bytes_ns = bytes * sim->prices->release_ns_per_byte;
    outcome->released_bytes = sim->resident_bytes;
    outcome->took_ns = (uint64_t)(bytes_ns + fixed_ns);
    outcome->release_cpu_ns = outcome->took_ns;
    tally->trims++;
    tally->useless += sim->resident_bytes == 0;
    tally->released_bytes += bytes;
    tally->release_ns += bytes_ns + fixed_ns;
    /* The pages go one after the other: on average each is kept for half of the time. */
    tally->held_byte_ns += bytes * bytes_ns / 2;
    sim->gone_bytes += sim->resident_bytes;
    sim->resident_bytes = 0;
    sim->refaulted_bytes = 0;
    pass(sim, outcome->took_ns);
    outcome->end_ns = sim->now_ns;
    outcome->rss_bytes = rss_bytes(sim);
    outcome->minor_faults = sim->faulted_bytes / LAB_PAGE;
    outcome->left_bytes = sim->resident_bytes;
    if (!blind) {
        outcome->looks_cpu_ns = 2 * sim->look_ns;
        tally->look_ns += 2 * (double)sim->look_ns;
        pass(sim, sim->look_ns);
    }
    outcome->process_cpu_ns = process_cpu_ns(sim);
    outcome->agent_cpu_ns = agent_cpu_ns(sim);
}

static void log_line(const struct sim *sim, const char *what, double mib, const char *why)
{
    if (sim->log != NULL) {
        fprintf(sim->log, "%12.3f %-9s %9.1f MiB  in use %9.1f  free %9.1f  gone %9.1f  %s\n",
                (double)sim->now_ns / LAB_NS_PER_S, what, mib,
                (double)sim->state.in_use_bytes / 1048576, (double)sim->resident_bytes / 1048576,
                (double)sim->gone_bytes / 1048576, why == NULL ? "" : why);
    }
}

static void log_look(const struct sim *sim, const struct lab_sight *sight, const char *why)
{
    static const char *const names[] = {"", "poll", "recount", "look"};
    uint64_t bytes = sight->look == LAB_LOOK_POLL      ? sight->rss_bytes
                     : sight->look == LAB_LOOK_RECOUNT ? sight->refaulted_bytes
                                                       : sight->expected_bytes;
    log_line(sim, names[sight->look], (double)bytes / 1048576, why);
}

/* From one wake-up to the next wait. Returns false where that does not come. */
static bool consider(struct sim *sim, const struct lab_strategy *strategy, void *state,
                     struct lab_choice *choice)
{
    struct lab_sight sight;
    struct lab_outcome outcome;
    look(sim, LAB_LOOK_NONE, &sight);
    for (int step = 0; step < STEPS_MAX; step++) {
        *choice = (struct lab_choice){
            .wake_ns = LAB_NEVER, .arm_classes = UINT64_MAX, .arm_cpu_ns = UINT64_MAX};
        strategy->step(state, &sight, choice);
        switch (choice->action) {
        case LAB_WAIT:
            if (choice->why != NULL) {
                log_line(sim, "wait", 0, choice->why);
            }
            return choice->wake_ns > sim->now_ns;
        case LAB_LOOK:
            look(sim, choice->look, &sight);
            log_look(sim, &sight, choice->why);
            break;
        case LAB_TRIM:
        case LAB_TRIM_BLIND:
            release(sim, choice->action == LAB_TRIM_BLIND, &outcome);
            log_line(sim, "TRIM", (double)outcome.released_bytes / 1048576, choice->why);
            strategy->trimmed(state, &outcome);
            look(sim, LAB_LOOK_NONE, &sight);
            break;
        }
    }
    return false;
}

bool lab_engine_run(const struct lab_run *run, const struct lab_prices *prices,
                    const struct lab_strategy *strategy, const char *options, FILE *log,
                    struct lab_tally *tally)
{
    struct sim sim = {.tally = tally, .log = log};
    struct lab_choice choice;
    memset(tally, 0, sizeof *tally);
    begin(&sim, run, prices);
    void *state = calloc(1, strategy->state_size);
    if (state == NULL || !strategy->init(state, strategy, prices, options)) {
        free(state);
        return false;
    }
    while (!tally->stuck && sim.now_ns < sim.end_ns) {
        if (consider(&sim, strategy, state, &choice)) {
            sleep_for(&sim, &choice);
        } else {
            tally->stuck = true;
        }
    }
    free(state);
    return true;
}
