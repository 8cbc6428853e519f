#include "judge.h"

#include "clock.h"
#include "cycle.h"
#include "notes.h"
#include "process_memory.h"
#include "quantity.h"
#include "signals.h"

/* What trims have given back and is free still. */
static uint64_t kept_bytes(const struct trim_earnings *earnings)
{
    double kept = 0;
    for (int lot = 0; lot < TRIM_LOTS; lot++) {
        kept += earnings->lots[lot].left_bytes;
    }
    return (uint64_t)kept;
}

/* What lies free between blocks in use passes while an application frees: the lesser of two
 * estimates in a row counts. */
static uint64_t take_pinned(struct trim_judge *judge, const struct trim_estimate *estimate)
{
    uint64_t now = trim_excess(estimate->free_bytes, estimate->whole_bytes);
    uint64_t pinned = judge->walked ? trim_min(now, judge->pinned_bytes) : 0;
    judge->walked = true;
    judge->pinned_bytes = now;
    return pinned;
}

static struct trim_heap_state state_of(struct trim_cycle *cycle,
                                       const struct trim_estimate *estimate)
{
    const struct trim_heap_figures *figures = &estimate->figures;
    uint64_t arenas_bytes = estimate->resident_bytes + estimate->locked_bytes;
    struct trim_heap_state state = {
        .known = !estimate->bound_only && trim_heap_is_told(figures),
        .untold = figures->source == TRIM_FIGURES_MIMALLOC,
        .limit_bytes = cycle->surroundings.limit.limit_bytes,
        .malloc_bytes = arenas_bytes + figures->hblkhd,
    };
    if (trim_process_rss(cycle->config->proc, &state.rss_bytes) != 0) {
        state.rss_bytes = 0;
    }
    if (state.known) {
        state.in_use_bytes = figures->uordblks + figures->hblkhd;
        state.back_bytes = estimate->expected_bytes;
        state.pinned_bytes = take_pinned(&cycle->judge, estimate);
    }
    return state;
}

static void take_growth(struct trim_cycle *cycle, const struct trim_heap_state *state)
{
    struct trim_judge *judge = &cycle->judge;
    struct trim_signals signals;
    uint64_t now_ns = trim_clock_now_ns();
    uint64_t reloads = cycle->policy.triggers.bursts;
    trim_signals_read(cycle->config->counters, &signals);
    trim_trend_configure(&judge->in_use, cycle->config->options.growing_after_ns);
    trim_trend_configure(&judge->outside, cycle->config->options.growing_after_ns);
    trim_trend_take(&judge->in_use, now_ns, state->in_use_bytes, signals.old_pauses, reloads);
    if (state->rss_bytes != 0) {
        trim_trend_take(&judge->outside, now_ns, trim_excess(state->rss_bytes, state->malloc_bytes),
                        signals.old_pauses, reloads);
    }
}

void trim_judge_refresh(const struct trim_cycle *cycle, struct trim_judgement *judgement)
{
    judgement->state.kept_bytes = kept_bytes(&cycle->policy.earnings);
    trim_heap_judge(judgement);
}

struct trim_judgement trim_judge_take(struct trim_cycle *cycle,
                                      const struct trim_estimate *estimate)
{
    struct trim_judge *judge = &cycle->judge;
    struct trim_judgement judgement = {.state = state_of(cycle, estimate)};
    if (judgement.state.known) {
        take_growth(cycle, &judgement.state);
    }
    judgement.in_use = judge->in_use.growth;
    judgement.outside = judge->outside.growth;
    trim_judge_refresh(cycle, &judgement);
    if (judgement.verdict == TRIM_HEAP_GROWING && !judge->told) {
        judge->told = true;
        trim_note_heap(&judgement);
    }
    return judgement;
}
