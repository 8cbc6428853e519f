/* What a trim has changed in malloc's own figures. */
#include <inttypes.h>
#include <string.h>

#include "quantity.h"
#include "report_text.h"

/* Room for nine changes. */
#define FIGURES_MAX 512

/* No pointers: the loader would have to set each. */
static const char source_names[][12] = {
    [TRIM_FIGURES_NONE] = "mallinfo2",          [TRIM_FIGURES_MALLINFO2] = "mallinfo2",
    [TRIM_FIGURES_MALLOC_INFO] = "malloc_info", [TRIM_FIGURES_JEMALLOC] = "jemalloc",
    [TRIM_FIGURES_TCMALLOC] = "tcmalloc",       [TRIM_FIGURES_MIMALLOC] = "mimalloc",
};

/* Only what has changed is told: by a thousandth, and so that one sees it in what is written. */
static void add_bytes(struct trim_text *text, const char *name, uint64_t before, uint64_t after)
{
    char from[TRIM_QUANTITY_TEXT_MAX];
    char to[TRIM_QUANTITY_TEXT_MAX];
    (void)trim_format_bytes(from, before);
    (void)trim_format_bytes(to, after);
    bool changed = trim_distance(before, after) > trim_max(before, after) / 1000;
    if (changed && strcmp(from, to) != 0) {
        trim_text_add(text, ", %s %s->%s", name, from, to);
    }
}

static void add_count(struct trim_text *text, const char *name, uint64_t before, uint64_t after)
{
    if (before != after) {
        trim_text_add(text, ", %s %" PRIu64 "->%" PRIu64, name, before, after);
    }
}

/* Other allocators' figures, each under its own name. */
static void add_named(struct trim_text *text, const struct trim_heap_figures *before,
                      const struct trim_heap_figures *after)
{
    for (int i = 0; i < TRIM_NAMED_FIGURES_MAX && before->named[i].name != NULL; i++) {
        add_bytes(text, before->named[i].name, before->named[i].bytes, after->named[i].bytes);
    }
}

static void add_changes(struct trim_text *text, const struct trim_heap_figures *before,
                        const struct trim_heap_figures *after)
{
    add_bytes(text, "arena", before->arena, after->arena);
    add_bytes(text, "uordblks", before->uordblks, after->uordblks);
    add_bytes(text, "fordblks", before->fordblks, after->fordblks);
    add_bytes(text, "keepcost", before->keepcost, after->keepcost);
    add_count(text, "ordblks", before->ordblks, after->ordblks);
    add_count(text, "smblks", before->smblks, after->smblks);
    add_bytes(text, "fsmblks", before->fsmblks, after->fsmblks);
    add_count(text, "hblks", before->hblks, after->hblks);
    add_bytes(text, "hblkhd", before->hblkhd, after->hblkhd);
}

void trim_report_add_figures(struct trim_text *text, const struct trim_report *report)
{
    char buffer[FIGURES_MAX];
    struct trim_text changes;
    trim_text_init(&changes, buffer, sizeof buffer);
    enum trim_figures_source source = report->figures_before.source;
    bool known = source != TRIM_FIGURES_NONE && source == report->figures_after.source;
    if (known && source > TRIM_FIGURES_MALLOC_INFO) {
        add_named(&changes, &report->figures_before, &report->figures_after);
    } else if (known) {
        add_changes(&changes, &report->figures_before, &report->figures_after);
    }
    const char *told = !known ? "unknown" : changes.length == 0 ? "unchanged" : buffer + 2;
    trim_text_add(text, "trim #%" PRIu64 " %s: %s", report->number, source_names[source], told);
}
