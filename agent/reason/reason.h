/*
 * Why a trim is considered, and why it is not made. Shared by options, policy and sinks, which do
 * not include one another.
 */
#ifndef TRIMAGENT_REASON_H
#define TRIMAGENT_REASON_H

#ifdef __cplusplus
extern "C" {
#endif

/* What made the agent consider a trim. The order is the order of precedence where several apply:
 * the last wins. */
enum trim_reason {
    TRIM_REASON_WATERMARK = 0, /* Nothing has told of it: a look found enough to release. */
    TRIM_REASON_GROWTH,   /* A burst of page faults has ended: something was loaded, and what it
                             replaces is freed after it. */
    TRIM_REASON_PRESSURE, /* The kernel told of memory pressure. */
    TRIM_REASON_RELOAD,   /* A burst of class loads and unloads has calmed down. */
    TRIM_REASON_FULL_GC,  /* An old collection has ended and its Cleaners had time to run. */
    TRIM_REASON_DEMAND,   /* An operator asked for it. */
    TRIM_REASON_COUNT
};

/* Why a look led to no trim, or was not taken. */
enum trim_skip {
    TRIM_SKIP_NONE = 0,
    TRIM_SKIP_BELOW_THRESHOLD, /* Less than the threshold could be released. */
    TRIM_SKIP_WAITING,         /* Enough, but it has not lain free for long enough to pay. */
    TRIM_SKIP_REUSED,          /* It comes and goes, or was in use at a further look. */
    TRIM_SKIP_UNCHANGED,       /* The process has hardly moved since the last estimate. */
    TRIM_SKIP_GROWING,         /* The process is growing: what it loads is not there yet. */
    TRIM_SKIP_COOLDOWN,        /* Put off: the last trim is too recent. */
    TRIM_SKIP_NO_ESTIMATE,     /* The system or the allocator refused the figures that an estimate
                                  needs. */
    TRIM_SKIP_COUNT
};

/* The names used in options and log lines: watermark, growth, pressure, reload, full-gc, demand.
 * Any thread. */
const char *trim_reason_name(enum trim_reason reason);

/* The names used in log lines: below-threshold, waiting, reused, unchanged, growing, cooldown,
 * no-estimate. Any thread. */
const char *trim_skip_name(enum trim_skip skip);

#ifdef __cplusplus
}
#endif

#endif
