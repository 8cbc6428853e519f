/* Leak or retention: the verdict on the process's memory in one sentence, with its figures. */
#include <inttypes.h>

#include "quantity.h"
#include "report_text.h"

/* Hours are told as such up to two days, as trim_format_duration does not round. */
static void add_span(struct trim_text *text, uint64_t ns)
{
    uint64_t seconds = ns / TRIM_NS_PER_S;
    if (seconds < 120) {
        trim_text_add(text, "%" PRIu64 "s", seconds);
    } else if (seconds < 2 * UINT64_C(3600)) {
        trim_text_add(text, "%" PRIu64 "m", seconds / 60);
    } else if (seconds < 48 * UINT64_C(3600)) {
        trim_text_add(text, "%" PRIu64 "h", seconds / 3600);
    } else {
        trim_text_add(text, "%" PRIu64 "d", seconds / (24 * UINT64_C(3600)));
    }
}

/* Appends "210M->505M in 24h". */
static void add_change(struct trim_text *text, const struct trim_growth *growth)
{
    char from[TRIM_QUANTITY_TEXT_MAX];
    char to[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "%s->%s in ", trim_format_bytes(from, growth->from_bytes),
                  trim_format_bytes(to, growth->to_bytes));
    add_span(text, growth->window_ns);
}

static void add_growing(struct trim_text *text, const struct trim_growth *growth)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "memory in use grows by %s an hour",
                  trim_format_bytes(bytes, growth->hourly_bytes));
    if (trim_growth_reload_bytes(growth) != 0) {
        trim_text_add(text, ", %s a reload",
                      trim_format_bytes(bytes, trim_growth_reload_bytes(growth)));
    }
    trim_text_add(text, " (");
    add_change(text, growth);
    trim_text_add(text,
                  ", the least of each of %" PRIu64 " parts, after %" PRIu64
                  " old GCs): a native leak; async-profiler's nativemem or jcmd "
                  "VM.native_memory shows who allocates it",
                  growth->floors, growth->old_pauses);
}

static void add_unknown(struct trim_text *text, const struct trim_judgement *judgement)
{
    const struct trim_growth *growth = &judgement->in_use;
    if (judgement->state.untold) {
        trim_text_add(text, "this malloc does not tell how much of its memory is in use");
        return;
    }
    if (!judgement->state.known && judgement->state.malloc_bytes == 0) {
        trim_text_add(text, "malloc's memory was not looked at yet");
        return;
    }
    if (!judgement->state.known) {
        char bytes[TRIM_QUANTITY_TEXT_MAX];
        trim_text_add(text, "malloc has %s, too little for threshold to be looked at",
                      trim_format_bytes(bytes, judgement->state.malloc_bytes));
        return;
    }
    trim_text_add(text, "memory in use has grown, ");
    add_change(text, growth);
    trim_text_add(text, "; a leak grows evenly for ");
    add_span(text, growth->wanted_ns);
    if (growth->old_pauses == 0) {
        trim_text_add(text, ", and there was no old GC that could have freed it "
                            "(jcmd PID GC.run)");
    }
}

static void add_fine(struct trim_text *text, const struct trim_judgement *judgement)
{
    const struct trim_growth *growth = &judgement->in_use;
    char in_use[TRIM_QUANTITY_TEXT_MAX];
    char back[TRIM_QUANTITY_TEXT_MAX];
    if (!judgement->state.known) {
        trim_text_add(text, "malloc has %s in all",
                      trim_format_bytes(back, judgement->state.malloc_bytes));
        return;
    }
    trim_text_add(text, "%s in use, %s free and resident",
                  trim_format_bytes(in_use, judgement->state.in_use_bytes),
                  trim_format_bytes(back, judgement->state.back_bytes));
    if (growth->judged) {
        trim_text_add(text, ", no even growth in ");
        add_span(text, growth->seen_ns);
    } else if (growth->wanted_ns != 0) {
        trim_text_add(text, ", growth is not judged before ");
        add_span(text, growth->wanted_ns);
    }
}

static void add_outside(struct trim_text *text, const struct trim_judgement *judgement)
{
    const struct trim_heap_state *state = &judgement->state;
    char outside[TRIM_QUANTITY_TEXT_MAX];
    char rss[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "%s of %s RSS is not malloc's",
                  trim_format_bytes(outside, trim_excess(state->rss_bytes, state->malloc_bytes)),
                  trim_format_bytes(rss, state->rss_bytes));
    if (judgement->outside.growing) {
        trim_text_add(text, " and grows by %s an hour (",
                      trim_format_bytes(rss, judgement->outside.hourly_bytes));
        add_change(text, &judgement->outside);
        trim_text_add(text, ")");
    }
    trim_text_add(text, ": Java heap, metaspace, stacks or mapped files; trimctl PID diagnose "
                        "shows which");
}

void trim_heap_verdict_add(struct trim_text *text, const struct trim_judgement *judgement)
{
    const struct trim_heap_state *state = &judgement->state;
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    char other[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "verdict: %s: ", trim_heap_verdict_name(judgement->verdict));
    switch (judgement->verdict) {
    case TRIM_HEAP_GROWING:
        add_growing(text, &judgement->in_use);
        break;
    case TRIM_HEAP_RETAINED:
        trim_text_add(text, "a trim would give back %s now, trims keep %s given back",
                      trim_format_bytes(bytes, state->back_bytes),
                      trim_format_bytes(other, state->kept_bytes));
        break;
    case TRIM_HEAP_PINNED:
        trim_text_add(text,
                      "%s is free, but blocks in use hold each of its pages: fewer arenas "
                      "(arena-max) or another allocator may help",
                      trim_format_bytes(bytes, state->pinned_bytes));
        break;
    case TRIM_HEAP_NOT_MALLOC:
        add_outside(text, judgement);
        break;
    case TRIM_HEAP_FINE:
        add_fine(text, judgement);
        break;
    case TRIM_HEAP_UNKNOWN:
    case TRIM_HEAP_VERDICT_COUNT:
        add_unknown(text, judgement);
        break;
    }
}
