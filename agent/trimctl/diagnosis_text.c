/* The ten lines. */
#include <inttypes.h>

#include "diagnosis.h"
#include "figures.h"
#include "quantity.h"

static uint64_t percent_of(uint64_t part, uint64_t whole)
{
    return whole == 0 ? 0 : (part * 100 + whole / 2) / whole;
}

static uint64_t figure(const struct ctl_evidence *evidence, const char *name)
{
    uint64_t value = 0;
    (void)ctl_figures_number(evidence->figures, name, &value);
    return value;
}

static void add_head(struct trim_text *text, const struct ctl_evidence *evidence)
{
    char rss[TRIM_QUANTITY_TEXT_MAX];
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    const struct ctl_limit *limit = &evidence->limit;
    trim_text_add(text, "JVM %d %s: RSS %s", (int)evidence->pid, evidence->command,
                  trim_format_bytes(rss, evidence->makeup.rss_bytes));
    if (evidence->makeup.swap_bytes != 0) {
        trim_text_add(text, ", swapped out %s",
                      trim_format_bytes(bytes, evidence->makeup.swap_bytes));
    }
    if (limit->limit_bytes != 0) {
        trim_text_add(text, "; container uses %s", trim_format_bytes(rss, limit->usage_bytes));
        trim_text_add(text, " of %s", trim_format_bytes(bytes, limit->limit_bytes));
    }
    trim_text_add(text, "\n");
}

/* What the agent says of the arenas. */
static void add_arenas(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                       const struct ctl_evidence *evidence)
{
    char use[TRIM_QUANTITY_TEXT_MAX];
    char back[TRIM_QUANTITY_TEXT_MAX];
    char pinned[TRIM_QUANTITY_TEXT_MAX];
    char tops[TRIM_QUANTITY_TEXT_MAX];
    uint64_t in_use = 0;
    if (!ctl_figures_number(evidence->figures, "in_use_bytes", &in_use)) {
        trim_text_add(text, "malloc does not tell what is in use: see other");
        return;
    }
    trim_text_add(text,
                  "malloc: in use %s; free and resident %s, of it at the ends of arenas %s; "
                  "free between blocks in use %s",
                  trim_format_bytes(use, in_use), trim_format_bytes(back, diagnosis->back_bytes),
                  trim_format_bytes(tops, figure(evidence, "tops_resident_bytes")),
                  trim_format_bytes(pinned, diagnosis->pinned_bytes));
}

static void add_note(struct trim_text *text, enum ctl_part part,
                     const struct ctl_diagnosis *diagnosis, const struct ctl_evidence *evidence)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    switch (part) {
    case CTL_JAVA_HEAP:
        trim_text_add(text, "%s%s", evidence->vm_unknown != NULL ? "not known: " : "",
                      evidence->vm_unknown != NULL ? evidence->vm_unknown : "");
        break;
    case CTL_STACKS:
        trim_text_add(text, "%" PRIu64 " threads", evidence->threads);
        break;
    case CTL_ARENAS:
        if (evidence->figures != NULL) {
            add_arenas(text, diagnosis, evidence);
        } else if (evidence->foreign_malloc != NULL) {
            trim_text_add(text, "%s's memory looks like any other: see other",
                          evidence->foreign_malloc);
        } else {
            trim_text_add(text, "malloc, but for its large blocks");
        }
        break;
    case CTL_OTHER:
        trim_text_add(text, "tables of the collector, buffers that are mapped");
        if (evidence->foreign_malloc != NULL) {
            trim_text_add(text, ", and what %s has", evidence->foreign_malloc);
        } else if (evidence->figures != NULL) {
            trim_text_add(text, ", malloc's large blocks (up to %s)",
                          trim_format_bytes(bytes, figure(evidence, "mapped_blocks_bytes")));
        }
        break;
    default:
        break;
    }
}

static void add_back(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                     const struct ctl_evidence *evidence)
{
    char back[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "Verdict: %s. ", trim_heap_verdict_name(diagnosis->verdict));
    if (diagnosis->open) {
        trim_text_add(text,
                      "How much of the C heap is free cannot be seen from outside. Trimming would "
                      "give back %s at most.\n",
                      trim_format_bytes(back, diagnosis->back_bytes));
        return;
    }
    trim_text_add(text, "Trimming now would give back %s%s, %" PRIu64 "%% of RSS.\n",
                  trim_format_bytes(back, diagnosis->back_bytes),
                  diagnosis->at_most ? " at most" : "",
                  percent_of(diagnosis->back_bytes, evidence->makeup.rss_bytes));
}

void ctl_diagnosis_add(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                       const struct ctl_evidence *evidence)
{
    static const char *const names[CTL_PARTS] = {
        "Java heap", "metaspace", "compiled code", "stacks", "C heap", "mapped files", "other"};
    add_head(text, evidence);
    for (int part = 0; part < CTL_PARTS; part++) {
        char bytes[TRIM_QUANTITY_TEXT_MAX];
        uint64_t part_bytes = evidence->makeup.parts[part];
        trim_text_add(text, "  %-14s %6s %3" PRIu64 "%%  ", names[part],
                      trim_format_bytes(bytes, part_bytes),
                      percent_of(part_bytes, evidence->makeup.rss_bytes));
        add_note(text, (enum ctl_part)part, diagnosis, evidence);
        while (text->length > 0 && text->data[text->length - 1] == ' ') {
            text->data[--text->length] = '\0';
        }
        trim_text_add(text, "\n");
    }
    add_back(text, diagnosis, evidence);
    ctl_advice_add(text, diagnosis, evidence);
}
