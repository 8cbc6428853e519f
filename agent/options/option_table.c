/* The table of options: the one place to add, change or document one. */
#include "option_value.h"
#include "quantity.h"

#define MS TRIM_NS_PER_MS
#define S TRIM_NS_PER_S
#define HOUR (3600 * S)
#define DAY (24 * HOUR)

#define FIELD(name) offsetof(struct trim_options, name)

const struct trim_option trim_option_table[] = {
    {"worth", TRIM_OPTION_BYTES, FIELD(worth_bytes), "8g", TRIM_MIB, 16 * TRIM_GIB *TRIM_KIB,
     "What memory is worth: keeping this much free for one second is worth one second of "
     "CPU. A smaller size makes the agent give back sooner and more often."},
    {"threshold", TRIM_OPTION_THRESHOLD, FIELD(threshold_bytes), "auto", TRIM_MIB,
     16 * TRIM_GIB *TRIM_KIB,
     "The least that a trim must be expected to give back. auto: as much as pays, and at "
     "least 4 MiB. A share is of the memory limit."},
    {"mode", TRIM_OPTION_MODE, FIELD(mode), "auto", 0, 0,
     "How memory is given back. trim: by malloc_trim, which stops the threads of an arena "
     "for 50 to 330 ms per GiB in it. borrow: by taking free chunks and dropping their "
     "pages; threads wait no longer than for a call of malloc, tops are reached too, and "
     "it takes more CPU. auto: borrow where malloc_trim would stop a thread for more than "
     "10 ms, or where tops hold much."},
    {"urgent", TRIM_OPTION_PERCENT_OR_OFF, FIELD(urgent_percent), "85%", 1, 100,
     "How full the memory limit must be for memory to count four times as much. At the "
     "limit it counts 64 times as much, and threshold falls in step. Without watermark in "
     "on, or with check=off, that is seen only once something else makes the agent look."},
    {"on", TRIM_OPTION_REASONS, FIELD(on), "full-gc+reload+growth+watermark", 0, 0,
     "What makes the agent look for free memory."},
    {"settle", TRIM_OPTION_DURATION, FIELD(settle_ns), "100ms", 10 * MS, 60 * S,
     "How long to wait after an old GC pause, so that Cleaners can free memory; also how "
     "long class loading must be calm for its burst to be over."},
    {"max-wait", TRIM_OPTION_DURATION, FIELD(max_wait_ns), "10s", 10 * MS, HOUR,
     "The longest that a burst of class loading or of page faults may put off a look; at "
     "least settle."},
    {"burst", TRIM_OPTION_BURST, FIELD(burst_classes), "200/10s", 1, 10000000,
     "How many class loads and unloads, within what time, count as a reload."},
    {"check", TRIM_OPTION_DURATION_OR_OFF, FIELD(check_ns), "30s", 100 * MS, DAY,
     "The longest time between looks at a process at work, as long as looks are cheap. "
     "off: look after events only."},
    {"cooldown", TRIM_OPTION_DURATION, FIELD(cooldown_ns), "500ms", 100 * MS, DAY,
     "The least time between two trims; where memory is short, at most 1s. A trim on demand does "
     "not wait."},
    {"growing-after", TRIM_OPTION_DURATION_OR_OFF, FIELD(growing_after_ns), "24h", S, 30 * DAY,
     "How long native memory in use must have grown evenly for the verdict growing, a leak. off: "
     "it is never said."},
    {"trim-threshold", TRIM_OPTION_BYTES_OR_OFF, FIELD(trim_threshold_bytes), "off", 64 * TRIM_KIB,
     64 * TRIM_MIB,
     "Set in glibc at the start: the most that the free end of an arena keeps, at the "
     "price of page faults. off leaves glibc's own dynamic thresholds on."},
    {"mmap-threshold", TRIM_OPTION_BYTES_OR_OFF, FIELD(mmap_threshold_bytes), "off", 64 * TRIM_KIB,
     32 * TRIM_MIB,
     "Set in glibc at the start: blocks of this size and larger are mapped one by one; 32m "
     "if only trim-threshold is given."},
    {"arena-max", TRIM_OPTION_COUNT_AUTO_OR_OFF, FIELD(arena_max), "off", 1, 1024,
     "Set in glibc at the start: the most arenas for threads. Fewer keep less, but threads "
     "wait for one another. auto: eight for each CPU that the process may use, by affinity "
     "and quota, and no more than glibc's own limit."},
    {"log", TRIM_OPTION_TARGET, FIELD(log_target), "stderr", 0, 0,
     "Where to log; off: nowhere. In a path %p is the process id. A file is appended to."},
    {"log-level", TRIM_OPTION_LEVEL, FIELD(log_level), "info", 0, 0,
     "The level down to which lines are logged. debug also says why each look led to no trim, "
     "and how each trim was done."},
    {"format", TRIM_OPTION_FORMAT, FIELD(format), "text", 0, 0,
     "How lines of the log are written: as the JVM writes its own, or as one JSON object each."},
    {"strict", TRIM_OPTION_FLAG, FIELD(strict), "true", 0, 1,
     "Whether a bad option stops the JVM's start. false: it is ignored with a warning."},
    {"metrics", TRIM_OPTION_METRICS, FIELD(metrics_target), "off", 0, 0,
     "Where to write metrics for Prometheus (node_exporter's textfile collector reads them): a "
     "file that is replaced each time and removed at the end. %p is the process id."},
    {"jfr", TRIM_OPTION_FLAG, FIELD(jfr), "false", 0, 1,
     "Whether recordings of JDK Flight Recorder get an event for each trim, and now and then one "
     "of "
     "what the C heap is made of."},
    {"jmx", TRIM_OPTION_FLAG, FIELD(jmx), "false", 0, 1,
     "Whether there is an MBean, trimagent:type=NativeHeap, with figures, notifications and "
     "operations."},
    {"dry-run", TRIM_OPTION_FLAG, FIELD(dry_run), "false", 0, 1,
     "Decide and log, but do not trim."},
    {"help", TRIM_OPTION_FLAG, FIELD(help), "false", 0, 1,
     "Print the options and end the JVM with exit code 0."},
};

bool trim_option_may_change(const struct trim_option *option)
{
    /* What is done once, when the agent starts. */
    static const size_t at_start[] = {FIELD(trim_threshold_bytes),
                                      FIELD(mmap_threshold_bytes),
                                      FIELD(arena_max),
                                      FIELD(log_target),
                                      FIELD(format),
                                      FIELD(metrics_target),
                                      FIELD(jfr),
                                      FIELD(jmx),
                                      FIELD(strict),
                                      FIELD(help)};
    for (size_t i = 0; i < sizeof at_start / sizeof at_start[0]; i++) {
        if (option->offset == at_start[i]) {
            return false;
        }
    }
    return true;
}

const size_t trim_option_count = sizeof trim_option_table / sizeof trim_option_table[0];

static const char *const level_names[] = {"error", "warn", "info", "debug", NULL};
static const char *const format_names[] = {"text", "json", NULL};
static const char *const mode_names[] = {"auto", "borrow", "trim", NULL};

const char *const *trim_option_words(const struct trim_option *option)
{
    return option->type == TRIM_OPTION_MODE     ? mode_names
           : option->type == TRIM_OPTION_FORMAT ? format_names
                                                : level_names;
}

bool trim_option_may_be_off(const struct trim_option *option)
{
    return option->type == TRIM_OPTION_BYTES_OR_OFF || option->type == TRIM_OPTION_PERCENT_OR_OFF ||
           option->type == TRIM_OPTION_COUNT_AUTO_OR_OFF ||
           option->type == TRIM_OPTION_DURATION_OR_OFF;
}

const uint64_t *trim_option_numbers(const struct trim_options *options,
                                    const struct trim_option *option)
{
    return (const uint64_t *)(const void *)((const char *)options + option->offset);
}
