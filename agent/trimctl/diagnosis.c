#include "diagnosis.h"

#include <string.h>

#include "figures.h"
#include "json.h"
#include "mapped_file.h"
#include "quantity.h"

#include <inttypes.h>

/* It is worth a flag from so much on, and from this part of RSS. */
#define CASE_LEAST_BYTES (16 * TRIM_MIB)
#define CASE_PART 20

static bool is_much(uint64_t bytes, uint64_t rss_bytes)
{
    return bytes >= CASE_LEAST_BYTES && bytes >= rss_bytes / CASE_PART;
}

static enum ctl_part largest_of(const struct ctl_makeup *makeup)
{
    enum ctl_part largest = CTL_JAVA_HEAP;
    for (int part = 0; part < CTL_PARTS; part++) {
        if (makeup->parts[part] > makeup->parts[largest]) {
            largest = (enum ctl_part)part;
        }
    }
    return largest;
}

/* The agent's word. */
static enum trim_heap_verdict told_verdict(const char *figures)
{
    const char *word = NULL;
    size_t length = ctl_figures_find(figures, "verdict", &word);
    for (int verdict = 0; verdict < TRIM_HEAP_VERDICT_COUNT; verdict++) {
        const char *name = trim_heap_verdict_name((enum trim_heap_verdict)verdict);
        if (strlen(name) == length && memcmp(name, word, length) == 0) {
            return (enum trim_heap_verdict)verdict;
        }
    }
    return TRIM_HEAP_UNKNOWN;
}

/* What may be malloc's, at most. Other allocators' memory looks like any other mapping. */
static uint64_t malloc_bytes(const struct ctl_evidence *evidence)
{
    const uint64_t *parts = evidence->makeup.parts;
    return parts[CTL_ARENAS] + (evidence->foreign_malloc != NULL ? parts[CTL_OTHER] : 0);
}

/* What can be said without the agent, whose allocator's free memory cannot be seen. */
static enum trim_heap_verdict judge_from_outside(const struct ctl_evidence *evidence)
{
    struct trim_judgement judgement = {.state = {.known = true,
                                                 .rss_bytes = evidence->makeup.rss_bytes,
                                                 .limit_bytes = evidence->limit.limit_bytes,
                                                 .malloc_bytes = malloc_bytes(evidence)}};
    trim_heap_judge(&judgement);
    return judgement.verdict;
}

void ctl_diagnose(struct ctl_diagnosis *diagnosis, const struct ctl_evidence *evidence)
{
    const struct ctl_makeup *makeup = &evidence->makeup;
    *diagnosis = (struct ctl_diagnosis){.largest = largest_of(makeup)};
    if (evidence->figures != NULL) {
        diagnosis->verdict = told_verdict(evidence->figures);
    }
    uint64_t free_bytes = 0;
    uint64_t whole_bytes = 0;
    uint64_t at_most = 0;
    if (evidence->figures != NULL &&
        ctl_figures_number(evidence->figures, "expected_bytes", &diagnosis->back_bytes)) {
        (void)ctl_figures_number(evidence->figures, "free_bytes", &free_bytes);
        (void)ctl_figures_number(evidence->figures, "free_whole_pages_bytes", &whole_bytes);
        (void)ctl_figures_number(evidence->figures, "expected_at_most", &at_most);
        diagnosis->at_most = at_most != 0;
        diagnosis->pinned_bytes = trim_excess(free_bytes, whole_bytes);
        diagnosis->helps = is_much(diagnosis->back_bytes, makeup->rss_bytes);
        return;
    }
    const char *foreign = evidence->foreign_malloc;
    if (evidence->figures != NULL || (foreign != NULL && ctl_malloc_gives_back(foreign))) {
        return; /* Nothing that the agent could trim. */
    }
    diagnosis->at_most = true;
    diagnosis->back_bytes = malloc_bytes(evidence);
    diagnosis->open = is_much(diagnosis->back_bytes, makeup->rss_bytes);
    if (!diagnosis->open) {
        diagnosis->verdict = judge_from_outside(evidence);
    }
}

void ctl_diagnosis_print_json(FILE *out, const struct ctl_diagnosis *diagnosis,
                              const struct ctl_evidence *evidence)
{
    static const char *const parts[CTL_PARTS] = {"java_heap", "metaspace", "code", "stacks",
                                                 "arenas",    "files",     "other"};
    const struct ctl_makeup *makeup = &evidence->makeup;
    char buffer[1024];
    struct trim_text advice;
    trim_text_init(&advice, buffer, sizeof buffer);
    ctl_advice_add(&advice, diagnosis, evidence);
    (void)fprintf(out, "\"rss_bytes\": %" PRIu64 ", \"swap_bytes\": %" PRIu64, makeup->rss_bytes,
                  makeup->swap_bytes);
    for (int part = 0; part < CTL_PARTS; part++) {
        (void)fprintf(out, ", \"%s_bytes\": %" PRIu64, parts[part], makeup->parts[part]);
    }
    (void)fprintf(out,
                  ", \"limit_bytes\": %" PRIu64 ", \"verdict\": \"%s\", \"back_bytes\": %" PRIu64
                  ", \"at_most\": %s, \"pinned_bytes\": %" PRIu64 ", \"advice\": ",
                  evidence->limit.limit_bytes, trim_heap_verdict_name(diagnosis->verdict),
                  diagnosis->back_bytes, diagnosis->at_most ? "true" : "false",
                  diagnosis->pinned_bytes);
    ctl_json_lines(out, buffer);
    if (evidence->figures != NULL) {
        (void)fputs(", \"figures\": {", out);
        ctl_figures_print_json(out, evidence->figures);
        (void)fputs("}", out);
    }
}
