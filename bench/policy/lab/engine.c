#include "engine.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "world.h"

/* A strategy that takes more steps in a row without a wait is stuck. */
#define STEPS_MAX 1000

struct sim {
    struct lab_world world;
    FILE *log;
};

double lab_tally_cost_ns(const struct lab_tally *tally, const struct lab_prices *prices)
{
    return lab_memory_ns(prices, tally->held_byte_ns) + tally->release_ns + tally->look_ns +
           tally->refault_ns + tally->idle_ns;
}

/* What is known without a look, after it. */
static void see(const struct sim *sim, struct lab_sight *sight)
{
    sight->now_ns = sim->world.now_ns;
    sight->old_pauses = sim->world.state.old_pauses;
    sight->last_old_ns = sim->world.last_old_ns;
    sight->class_changes = sim->world.state.class_changes;
    sight->process_cpu_ns = lab_world_cpu_ns(&sim->world);
    sight->agent_cpu_ns = lab_world_agent_cpu_ns(&sim->world);
}

static void look(struct sim *sim, enum lab_look what, struct lab_sight *sight)
{
    const struct lab_prices *prices = sim->world.prices;
    struct lab_tally *tally = sim->world.tally;
    memset(sight, 0, sizeof *sight);
    sight->look = what;
    sight->rss_bytes = lab_world_rss_bytes(&sim->world);
    sight->minor_faults = sim->world.faulted_bytes / LAB_PAGE;
    sight->refaulted_bytes = sim->world.refaulted_bytes;
    sight->expected_bytes = sim->world.resident_bytes;
    sight->in_use_bytes = sim->world.state.in_use_bytes;
    double gone = (double)(sim->world.gone_bytes + sim->world.refaulted_bytes);
    switch (what) {
    case LAB_LOOK_NONE:
        break;
    case LAB_LOOK_POLL:
        sight->cost_ns = prices->poll_ns;
        tally->polls++;
        tally->idle_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_ROOM:
        sight->cost_ns = prices->room_ns;
        tally->look_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_SAMPLE:
        sight->cost_ns = prices->poll_ns;
        sight->back_permille = lab_world_sample_back_permille(&sim->world);
        tally->look_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_LAY:
        sight->failed = prices->sample_ns == 0 || !lab_world_lay_sample(&sim->world);
        sight->cost_ns = prices->sample_ns;
        tally->look_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_RECOUNT:
        sight->cost_ns = prices->poll_ns + (uint64_t)(gone * prices->recount_ns_per_byte);
        tally->look_ns += (double)sight->cost_ns;
        break;
    case LAB_LOOK_ESTIMATE:
        sight->cost_ns = sim->world.look_ns;
        tally->looks++;
        tally->look_ns += (double)sight->cost_ns;
        break;
    }
    lab_world_pass(&sim->world, sight->cost_ns);
    see(sim, sight);
}

static void release(struct sim *sim, bool blind, struct lab_outcome *outcome)
{
    struct lab_world *world = &sim->world;
    memset(outcome, 0, sizeof *outcome);
    if (!blind) {
        lab_world_pass(world, world->look_ns);
    }
    double fixed_ns = (double)(blind ? world->useless_ns : world->prices->release_fixed_ns);
    double bytes_ns = (double)world->resident_bytes * world->prices->release_ns_per_byte;
    outcome->took_ns = (uint64_t)(bytes_ns + fixed_ns);
    outcome->release_cpu_ns = outcome->took_ns;
    outcome->released_bytes = lab_world_release(world, bytes_ns, fixed_ns);
    outcome->end_ns = world->now_ns;
    outcome->rss_bytes = lab_world_rss_bytes(world);
    outcome->minor_faults = world->faulted_bytes / LAB_PAGE;
    outcome->left_bytes = world->resident_bytes;
    outcome->in_use_bytes = world->state.in_use_bytes;
    if (!blind) {
        outcome->looks_cpu_ns = 2 * world->look_ns;
        world->tally->look_ns += 2 * (double)world->look_ns;
        lab_world_pass(world, world->look_ns);
    }
    outcome->process_cpu_ns = lab_world_cpu_ns(world);
    outcome->agent_cpu_ns = lab_world_agent_cpu_ns(world);
}

static void log_line(const struct sim *sim, const char *what, double mib, const char *why)
{
    if (sim->log != NULL) {
        fprintf(sim->log, "%12.3f %-9s %9.1f MiB  in use %9.1f  free %9.1f  gone %9.1f  %s\n",
                (double)sim->world.now_ns / LAB_NS_PER_S, what, mib,
                (double)sim->world.state.in_use_bytes / 1048576,
                (double)sim->world.resident_bytes / 1048576,
                (double)sim->world.gone_bytes / 1048576, why == NULL ? "" : why);
    }
}

static void log_look(const struct sim *sim, const struct lab_sight *sight, const char *why)
{
    static const char *const names[] = {"", "poll", "room", "sample", "lay", "recount", "look"};
    uint64_t bytes = sight->look == LAB_LOOK_POLL      ? sight->rss_bytes
                     : sight->look == LAB_LOOK_RECOUNT ? sight->refaulted_bytes
                                                       : sight->expected_bytes;
    log_line(sim, names[sight->look], (double)bytes / 1048576, why);
}

static void log_wait(const struct sim *sim, const struct lab_choice *choice)
{
    if (sim->log == NULL) {
        return;
    }
    fprintf(sim->log, "%12.3f wait     ", (double)sim->world.now_ns / LAB_NS_PER_S);
    if (choice->wake_ns != LAB_NEVER) {
        fprintf(sim->log, " until %.3f", (double)choice->wake_ns / LAB_NS_PER_S);
    }
    if (choice->arm_cpu_ns != UINT64_MAX) {
        fprintf(sim->log, " or %.3f s of CPU, after %.3f",
                (double)choice->arm_cpu_ns / LAB_NS_PER_S,
                (double)lab_world_cpu_ns(&sim->world) / LAB_NS_PER_S);
    }
    if (choice->arm_classes != UINT64_MAX) {
        fprintf(sim->log, " or %" PRIu64 " classes", choice->arm_classes);
    }
    fprintf(sim->log, "  %s\n", choice->why == NULL ? "" : choice->why);
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
            log_wait(sim, choice);
            return choice->wake_ns > sim->world.now_ns;
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
    struct sim sim = {.log = log};
    struct lab_choice choice;
    memset(tally, 0, sizeof *tally);
    lab_world_begin(&sim.world, run, prices, tally);
    void *state = calloc(1, strategy->state_size);
    if (state == NULL || !strategy->init(state, strategy, prices, options)) {
        free(state);
        return false;
    }
    bool over = false;
    while (!tally->stuck && !over && sim.world.now_ns < sim.world.end_ns) {
        if (consider(&sim, strategy, state, &choice)) {
            lab_world_sleep(&sim.world, &choice);
        } else {
            tally->stuck = true;
        }
        tally->growing_ns = strategy->growing_ns == NULL ? 0 : strategy->growing_ns(state);
        over = run->until_growing && tally->growing_ns != 0;
    }
    free(state);
    return true;
}
