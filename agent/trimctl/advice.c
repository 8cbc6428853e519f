/* What to do. */
#include <string.h>

#include "diagnosis.h"
#include "figures.h"
#include "mapped_file.h"
#include "quantity.h"

/* Free memory between blocks in use is worth a word from so much on, and from this part of RSS. */
#define PINNED_LEAST_BYTES (64 * TRIM_MIB)
#define PINNED_PART 10

static const char *instead_of_trimming(enum ctl_part largest)
{
    switch (largest) {
    case CTL_JAVA_HEAP:
        return "The Java heap is the largest part: -Xmx bounds it; G1, ZGC and Shenandoah give "
               "back what they do not need.";
    case CTL_METASPACE:
        return "The metaspace is the largest part: look for class loaders that are kept "
               "(jcmd VM.classloaders).";
    case CTL_CODE:
        return "Compiled code is the largest part: -XX:ReservedCodeCacheSize bounds it.";
    case CTL_STACKS:
        return "Stacks are the largest part: fewer threads, or a smaller -Xss.";
    case CTL_ARENAS:
        return "The C heap is in use: look for what takes it, by -XX:NativeMemoryTracking or a "
               "profiler of malloc.";
    case CTL_FILES:
        return "Mapped files are the largest part: the kernel drops them by itself when memory is "
               "short.";
    case CTL_OTHER:
    case CTL_PARTS:
        break;
    }
    return "Memory that is mapped, not taken from malloc, is the largest part: direct buffers "
           "(-XX:MaxDirectMemorySize), the collector's tables, large blocks.";
}

/* The agent is there and would trim. */
static void add_for_agent(struct trim_text *text, const struct ctl_evidence *evidence)
{
    uint64_t dry = 0;
    (void)ctl_figures_number(evidence->figures, "dry_run", &dry);
    if (dry != 0) {
        trim_text_add(text,
                      "The agent gives nothing back (dry-run). To change that: trimctl %d set "
                      "dry-run=false\n",
                      (int)evidence->pid);
        return;
    }
    trim_text_add(text,
                  "The agent gives it back when that pays (worth, threshold). To do it now: "
                  "trimctl %d trim\n",
                  (int)evidence->pid);
}

static void add_flag(struct trim_text *text, const struct ctl_evidence *evidence)
{
    if (evidence->library != NULL) {
        trim_text_add(text, "The flag for its next start: -agentpath:%s\n",
                      evidence->library[0] != '\0' ? evidence->library : "/path/libtrimagent.so");
    }
}

static uint64_t figure(const struct ctl_evidence *evidence, const char *name)
{
    uint64_t value = 0;
    (void)ctl_figures_number(evidence->figures, name, &value);
    return value;
}

/* What the agent has seen of a leak. */
static void add_growth(struct trim_text *text, const struct ctl_evidence *evidence)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    uint64_t reload_bytes = figure(evidence, "in_use_reload_bytes");
    trim_text_add(text, "Memory in use grows by %s an hour",
                  trim_format_bytes(bytes, figure(evidence, "in_use_hourly_bytes")));
    if (reload_bytes != 0) {
        trim_text_add(text, ", %s a reload", trim_format_bytes(bytes, reload_bytes));
    }
    trim_text_add(text, ", %s", trim_format_bytes(bytes, figure(evidence, "in_use_from_bytes")));
    trim_text_add(text,
                  " to %s so far: a native leak. async-profiler's nativemem or jcmd %d "
                  "VM.native_memory shows who allocates it.\n",
                  trim_format_bytes(bytes, figure(evidence, "in_use_to_bytes")),
                  (int)evidence->pid);
}

static void add_kept(struct trim_text *text, const struct ctl_evidence *evidence)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "The agent keeps %s given back, which would be resident without it.\n",
                  trim_format_bytes(bytes, figure(evidence, "kept_free_bytes")));
}

void ctl_advice_add(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                    const struct ctl_evidence *evidence)
{
    const char *foreign = evidence->foreign_malloc;
    if (foreign != NULL && ctl_malloc_gives_back(foreign)) {
        trim_text_add(text,
                      "No case for trimagent: malloc is %s's, which gives memory back by itself.\n",
                      foreign);
        return;
    }
    bool pinned = diagnosis->pinned_bytes >= PINNED_LEAST_BYTES &&
                  diagnosis->pinned_bytes >= evidence->makeup.rss_bytes / PINNED_PART;
    if (diagnosis->verdict == TRIM_HEAP_GROWING) {
        add_growth(text, evidence);
    }
    if (diagnosis->helps) {
        add_for_agent(text, evidence);
        add_flag(text, evidence);
    } else if (diagnosis->open) {
        trim_text_add(text, "To find out, load the agent: trimctl %d diagnose --load\n",
                      (int)evidence->pid);
    } else if (diagnosis->verdict == TRIM_HEAP_RETAINED) {
        add_kept(text, evidence);
    } else if (!pinned && diagnosis->verdict != TRIM_HEAP_GROWING) {
        trim_text_add(text, "No case for trimagent now. %s\n",
                      instead_of_trimming(diagnosis->largest));
    }
    if (foreign == NULL && pinned) {
        trim_text_add(text, "Blocks in use hold much free memory in place: try arena-max=auto at "
                            "the next start, or another malloc.\n");
    }
}
