#include "world.h"

#include <string.h>

/* The kernel looks at timers of CPU time at its ticks. */
#define TICK_NS UINT64_C(4000000)

/* A sample is so many pieces of so many pages. */
#define SAMPLE_PIECES 16
#define SAMPLE_PAGES 4

static void fetch(struct lab_world *world)
{
    if (!lab_cursor_next(&world->cursor, &world->ahead)) {
        world->ahead.at_ns = LAB_NEVER;
    }
}

void lab_world_begin(struct lab_world *world, const struct lab_run *run,
                     const struct lab_prices *prices, struct lab_tally *tally)
{
    const struct lab_trace *trace = run->trace;
    memset(world, 0, sizeof *world);
    world->prices = prices;
    world->tally = tally;
    world->end_ns = lab_run_length(run);
    world->look_ns = trace->look_ns != 0 ? trace->look_ns : prices->look_ns;
    world->useless_ns = trace->look_ns != 0 ? trace->look_ns * 3 / 2 : prices->useless_ns;
    world->base_bytes = trace->base_bytes != 0 ? trace->base_bytes : prices->base_bytes;
    lab_cursor_begin(&world->cursor, run, &world->state);
    fetch(world);
}

uint64_t lab_world_agent_cpu_ns(const struct lab_world *world)
{
    const struct lab_tally *tally = world->tally;
    return (uint64_t)(tally->release_ns + tally->look_ns + tally->idle_ns);
}

uint64_t lab_world_cpu_ns(const struct lab_world *world)
{
    return world->state.cpu_ns + world->now_ns / 1000 * world->prices->background_permille +
           (uint64_t)world->tally->refault_ns + lab_world_agent_cpu_ns(world);
}

uint64_t lab_world_rss_bytes(const struct lab_world *world)
{
    return world->base_bytes + world->state.in_use_bytes + world->resident_bytes;
}

static void advance(struct lab_world *world, uint64_t to_ns)
{
    uint64_t until_ns = to_ns < world->end_ns ? to_ns : world->end_ns;
    if (until_ns > world->now_ns) {
        world->tally->held_byte_ns +=
            (double)world->resident_bytes * (double)(until_ns - world->now_ns);
        world->now_ns = until_ns;
    }
}

static void grow(struct lab_world *world, uint64_t bytes)
{
    uint64_t resident = bytes < world->resident_bytes ? bytes : world->resident_bytes;
    uint64_t absent = bytes - resident;
    uint64_t gone = absent < world->gone_bytes ? absent : world->gone_bytes;
    uint32_t back = lab_world_sample_back_permille(world);
    world->resident_bytes -= resident;
    if (world->resident_bytes < world->least_bytes) {
        world->least_bytes = world->resident_bytes;
    }
    back = lab_world_sample_back_permille(world) - back;
    world->tally->refault_ns += back / 1000.0 * SAMPLE_PIECES * SAMPLE_PAGES * LAB_PAGE *
                                world->prices->refault_ns_per_byte;
    world->gone_bytes -= gone;
    world->refaulted_bytes += gone;
    world->tally->refault_ns += (double)gone * world->prices->refault_ns_per_byte;
    /* Faults of memory that was never used before come with every strategy, and cost none more. */
    world->faulted_bytes += absent;
}

/* Takes the next row, which is due. */
static void take_row(struct lab_world *world)
{
    uint64_t before = world->state.in_use_bytes;
    uint64_t after = world->ahead.in_use_bytes;
    if (world->ahead.old_pauses != world->state.old_pauses) {
        world->last_old_ns = world->ahead.at_ns;
    }
    world->state = world->ahead;
    if (after > before) {
        grow(world, after - before);
    } else {
        world->resident_bytes += before - after;
    }
    fetch(world);
}

void lab_world_pass(struct lab_world *world, uint64_t ns)
{
    uint64_t to_ns = world->now_ns + ns;
    while (world->ahead.at_ns <= to_ns && world->ahead.at_ns < world->end_ns) {
        advance(world, world->ahead.at_ns);
        take_row(world);
    }
    advance(world, to_ns);
}

/* The first tick after this time. */
static uint64_t next_tick(uint64_t at_ns)
{
    return (at_ns / TICK_NS + 1) * TICK_NS;
}

/* When the background's CPU time alone will have reached what is armed. */
static uint64_t cpu_due_ns(const struct lab_world *world, uint64_t armed_ns)
{
    uint64_t used_ns = lab_world_cpu_ns(world);
    uint64_t permille = world->prices->background_permille;
    if (used_ns >= armed_ns) {
        return next_tick(world->now_ns);
    }
    if (armed_ns == UINT64_MAX || permille == 0) {
        return LAB_NEVER;
    }
    return next_tick(world->now_ns + (armed_ns - used_ns) * 1000 / permille);
}

void lab_world_sleep(struct lab_world *world, const struct lab_choice *choice)
{
    uint64_t pauses = world->state.old_pauses;
    uint64_t classes = world->state.class_changes + choice->arm_classes;
    bool on_classes = choice->arm_classes != UINT64_MAX;
    bool woken = false;
    while (!woken && world->now_ns < world->end_ns) {
        uint64_t due_ns = cpu_due_ns(world, choice->arm_cpu_ns);
        due_ns = choice->wake_ns < due_ns ? choice->wake_ns : due_ns;
        if (world->ahead.at_ns <= due_ns && world->ahead.at_ns < world->end_ns) {
            advance(world, world->ahead.at_ns);
            take_row(world);
            woken = world->state.old_pauses != pauses ||
                    (on_classes && world->state.class_changes >= classes);
        } else {
            advance(world, due_ns);
            woken = true;
        }
    }
    world->tally->wakes++;
    world->tally->idle_ns += (double)world->prices->wake_ns;
}

bool lab_world_lay_sample(struct lab_world *world)
{
    world->sampled_bytes = world->resident_bytes;
    world->least_bytes = world->resident_bytes;
    return world->resident_bytes > 0;
}

uint32_t lab_world_sample_back_permille(const struct lab_world *world)
{
    if (world->sampled_bytes == 0) {
        return 0;
    }
    double used =
        (double)(world->sampled_bytes - world->least_bytes) / (double)world->sampled_bytes;
    /* Piece i lies in the middle of the ith part. */
    uint32_t pieces = (uint32_t)(used * SAMPLE_PIECES + 0.5);
    return pieces * 1000 / SAMPLE_PIECES;
}

uint64_t lab_world_release(struct lab_world *world, double bytes_ns, double fixed_ns)
{
    uint64_t bytes = world->resident_bytes;
    struct lab_tally *tally = world->tally;
    tally->trims++;
    tally->useless += bytes == 0;
    tally->released_bytes += (double)bytes;
    tally->release_ns += bytes_ns + fixed_ns;
    /* The pages go one after the other: on average each is kept for half of the time. */
    tally->held_byte_ns += (double)bytes * bytes_ns / 2;
    world->gone_bytes += bytes;
    world->resident_bytes = 0;
    world->refaulted_bytes = 0;
    world->sampled_bytes = 0;
    lab_world_pass(world, (uint64_t)(bytes_ns + fixed_ns));
    return bytes;
}
