/* The table of options: the one place to add, change or document one. */
#include "trimagent/options.h"
#include "trimagent/quantity.h"

#define MS TRIM_NS_PER_MS
#define S TRIM_NS_PER_S
#define HOUR (3600 * S)
#define DAY (24 * HOUR)

#define FIELD(name) offsetof(struct trim_options, name)

const struct trim_option trim_option_table[] = {
    {"threshold", TRIM_OPTION_BYTES_OR_SHARE, FIELD(threshold_bytes), "64m", TRIM_MIB,
     16 * TRIM_GIB *TRIM_KIB,
     "Trim only when at least this much is expected to be released; a share is one of the memory "
     "limit."},
    {"mode", TRIM_OPTION_MODE, FIELD(mode), "auto", 0, 0,
     "How memory is released: trim by malloc_trim, which stops the threads of an arena for about "
     "100 ms per GiB in it; borrow by taking free chunks and dropping their pages, for which "
     "others "
     "wait no longer than for a call of malloc, and which reaches tops too, at more CPU; auto "
     "borrows where malloc_trim would stop a thread for more than 5 ms or tops hold much."},
    {"urgent", TRIM_OPTION_PERCENT_OR_OFF, FIELD(urgent_percent), "85%", 1, 100,
     "Fill of the memory limit from which the threshold is halved step by step, the cooldown is an "
     "eighth, and checks come each second."},
    {"on", TRIM_OPTION_REASONS, FIELD(on), "full-gc+reload+watermark", 0, 0,
     "What makes the agent consider a trim."},
    {"settle", TRIM_OPTION_DURATION, FIELD(settle_ns), "500ms", 10 * MS, 60 * S,
     "Calm to wait for after an old GC pause and after a burst of class loading, so that Cleaners "
     "can free memory."},
    {"max-wait", TRIM_OPTION_DURATION, FIELD(max_wait_ns), "10s", 10 * MS, HOUR,
     "Longest that further pauses or a lasting burst put a trim off, and how long a watermark "
     "check "
     "watches memory that seems free; at least settle."},
    {"confirm", TRIM_OPTION_DURATION, FIELD(confirm_ns), "100ms", 0, 60 * S,
     "Time from the first look to the next, then up to twice as long each; memory that is in use "
     "again by then is left alone. 0: one look is enough."},
    {"burst", TRIM_OPTION_BURST, FIELD(burst_classes), "200/10s", 1, 10000000,
     "Class loads and unloads within a time that count as a reload."},
    {"check", TRIM_OPTION_DURATION_OR_OFF, FIELD(check_ns), "30s", 100 * MS, DAY,
     "Interval of the watermark check, for services without old GCs and class reloads; off also "
     "ends follow-ups."},
    {"cooldown", TRIM_OPTION_DURATION, FIELD(cooldown_ns), "10s", 100 * MS, DAY,
     "Least time between two trims, where memory is not short."},
    {"max-cooldown", TRIM_OPTION_DURATION, FIELD(max_cooldown_ns), "10m", 100 * MS, DAY,
     "What useless and regretted trims, which double the cooldown, can raise it to; at least "
     "cooldown."},
    {"trim-threshold", TRIM_OPTION_BYTES_OR_OFF, FIELD(trim_threshold_bytes), "off", 64 * TRIM_KIB,
     64 * TRIM_MIB,
     "At the start, for glibc: the most that the free end of an arena keeps, at the price of page "
     "faults; off leaves glibc's dynamic thresholds on."},
    {"mmap-threshold", TRIM_OPTION_BYTES_OR_OFF, FIELD(mmap_threshold_bytes), "off", 64 * TRIM_KIB,
     32 * TRIM_MIB,
     "At the start, for glibc: blocks from this size on are mapped one by one; 32m where only "
     "trim-threshold is given."},
    {"arena-max", TRIM_OPTION_COUNT_AUTO_OR_OFF, FIELD(arena_max), "off", 1, 1024,
     "At the start, for glibc: most arenas that it makes for threads; fewer keep less, but threads "
     "wait for one another. auto: eight for each CPU that the process may use, by its affinity and "
     "its quota."},
    {"log", TRIM_OPTION_TARGET, FIELD(log_target), "stderr", 0, 0,
     "Where to log; in a path %p is the process id. A file is appended to."},
    {"log-level", TRIM_OPTION_LEVEL, FIELD(log_level), "info", 0, 0, "Least weighty lines to log."},
    {"dry-run", TRIM_OPTION_FLAG, FIELD(dry_run), "false", 0, 1,
     "Decide and log, but do not trim."},
    {"help", TRIM_OPTION_FLAG, FIELD(help), "false", 0, 1,
     "Print the options and end the JVM with exit code 0."},
};

const size_t trim_option_count = sizeof trim_option_table / sizeof trim_option_table[0];
