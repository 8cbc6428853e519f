/*
 * The agent's options: one table that drives the parser, the help text, the start-up echo and the
 * tables in docs/OPTIONS.md and README.md (a test holds those to it).
 *
 * An option string is a comma-separated list of name=value. A colon serves as well as the equals
 * sign, because jcmd JVMTI.agent_load cuts its argument at '='. Everything unknown, repeated, out
 * of range or followed by garbage is an error; nothing is ignored but with strict=false.
 *
 * All functions may be called on any thread; none of them allocates.
 */
#ifndef TRIMAGENT_OPTIONS_H
#define TRIMAGENT_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Room for a log path with its NUL; longer ones are refused. */
#define TRIM_LOG_TARGET_MAX 1024

/* Room for all options in force, with two such paths, and a NUL. */
#define TRIM_OPTIONS_ECHO_MAX 3072

/* The agent finds the number itself. */
#define TRIM_COUNT_AUTO UINT64_MAX

enum trim_log_format { TRIM_LOG_PLAIN = 0, TRIM_LOG_JSON };

enum trim_log_level { TRIM_LOG_ERROR = 0, TRIM_LOG_WARNING, TRIM_LOG_INFO, TRIM_LOG_DEBUG };

struct trim_options {
    uint64_t worth_bytes;       /* Free for a second, they are worth one second of CPU. */
    uint64_t threshold_bytes;   /* Least expected release that is worth a trim; 0: auto, or a share.
                                 */
    uint64_t threshold_percent; /* The same as a share of the memory limit; 0: a size. */
    uint64_t urgent_percent; /* Share of the memory limit from which memory is short; 0 is off. */
    uint64_t on;             /* Set of 1 << enum trim_reason. */
    uint64_t settle_ns;      /* Time after an old pause, and calm after a burst of class loading. */
    uint64_t max_wait_ns;    /* Longest that a burst of classes or page faults puts a look off. */
    uint64_t burst_classes;  /* Class loads and unloads within burst_window_ns that make a burst. */
    uint64_t burst_window_ns;
    uint64_t check_ns;             /* Longest time between looks at a busy process; 0 is off. */
    uint64_t cooldown_ns;          /* Least time between two trims. */
    uint64_t growing_after_ns;     /* So long memory in use must have grown; 0 is off. */
    uint64_t trim_threshold_bytes; /* The allocator's parameters; 0 leaves it alone. */
    uint64_t mmap_threshold_bytes;
    uint64_t arena_max;                       /* TRIM_COUNT_AUTO until it is known. */
    uint64_t mode;                            /* enum trim_mode. */
    char log_target[TRIM_LOG_TARGET_MAX];     /* "off", "stderr", "stdout" or a path. */
    uint64_t log_level;                       /* enum trim_log_level. */
    uint64_t format;                          /* enum trim_log_format. */
    char metrics_target[TRIM_LOG_TARGET_MAX]; /* A path that ends in ".prom"; empty is off. */
    uint64_t jfr;                             /* 1: events for JDK Flight Recorder. */
    uint64_t jmx;                             /* 1: an MBean. */
    uint64_t strict;                          /* 0: bad options are ignored, with a warning. */
    uint64_t dry_run;                         /* 1: decide and log, but do not trim. */
    uint64_t help;                            /* 1: print the options instead of starting. */
};

enum trim_option_type {
    TRIM_OPTION_BYTES,
    TRIM_OPTION_THRESHOLD, /* Two neighbouring uint64_t, bytes and percent: one or both are 0; both:
                              "auto". */
    TRIM_OPTION_PERCENT_OR_OFF,    /* "off" is 0. */
    TRIM_OPTION_BYTES_OR_OFF,      /* "off" is 0. */
    TRIM_OPTION_COUNT_AUTO_OR_OFF, /* "off" is 0, "auto" TRIM_COUNT_AUTO. */
    TRIM_OPTION_DURATION,          /* Nanoseconds. */
    TRIM_OPTION_DURATION_OR_OFF,   /* Nanoseconds; "off" is 0. */
    TRIM_OPTION_BURST,             /* COUNT/DURATION: two neighbouring uint64_t, count first. */
    TRIM_OPTION_REASONS,           /* Names joined by '+'. */
    TRIM_OPTION_LEVEL,             /* One of the log levels' names. */
    TRIM_OPTION_FORMAT,            /* One of the formats' names: text, json. */
    TRIM_OPTION_MODE,              /* One of the modes' names: auto, borrow, trim. */
    TRIM_OPTION_TARGET,            /* off, stderr, stdout or a path. */
    TRIM_OPTION_METRICS,           /* A path that ends in ".prom"; "off" is empty. */
    TRIM_OPTION_FLAG               /* true or false; the bare name means true. */
};

struct trim_option {
    const char *name;
    enum trim_option_type type;
    size_t offset;            /* Of the field in struct trim_options. */
    const char *default_text; /* Parsed like a user's text. */
    uint64_t min;       /* Inclusive; for BURST the count's. Unused by types without a number. */
    uint64_t max;       /* Inclusive. */
    const char *effect; /* For help and docs/OPTIONS.md, word for word. */
};

/* The table, and the number of its rows. */
extern const struct trim_option trim_option_table[];
extern const size_t trim_option_count;

/* Sets every option to its default. */
void trim_options_default(struct trim_options *options);

/*
 * Reads text (NULL or empty: all defaults) into *options, starting from the defaults.
 * Returns 0. On an error it returns -1, leaves *options untouched but for the format where text
 * asks for JSON, in which the error is to be told, and appends to message one sentence that names
 * the option, what was found and what is allowed. With strict=false in text it returns 0 whatever
 * is wrong: that is ignored, and message has a line about each, joined by newlines.
 */
int trim_options_parse(struct trim_options *options, const char *text, struct trim_text *message);

/*
 * Like trim_options_parse, but changes those options of *options that text names, and leaves the
 * others as they are. An option that is applied only at the start is an error.
 */
int trim_options_change(struct trim_options *options, const char *text, struct trim_text *message);

/* Whether the option is read all the time, so that it may change while the agent runs. */
bool trim_option_may_change(const struct trim_option *option);

/* Appends a line for each option in which the two differ, such as "set threshold: 512m -> 1g",
 * joined by newlines, without a last newline; and to fields an array of them. */
void trim_options_add_changes(struct trim_text *text, struct trim_fields *fields,
                              const struct trim_options *before, const struct trim_options *after);

/* Appends what the option's value may be, such as "a size from 1m to 16t". */
void trim_option_add_allowed(struct trim_text *text, const struct trim_option *option);

/* Appends the option's current value as it would be written in an option string. */
void trim_option_add_value(struct trim_text *text, const struct trim_option *option,
                           const struct trim_options *options);

/* Appends all options in force, name=value separated by commas, as they could be given again. */
void trim_options_add_echo(struct trim_text *text, const struct trim_options *options);

/* Appends them as a field of the name "options". */
void trim_options_add_fields(struct trim_fields *fields, const struct trim_options *options);

/* Appends those that differ from the defaults, in the same form, or "default options". */
void trim_options_add_changed(struct trim_text *text, const struct trim_options *options);

/* Appends the help text: usage, then every option with default, allowed values and effect. */
void trim_options_add_help(struct trim_text *text);

#ifdef __cplusplus
}
#endif

#endif
