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
    TRIM_REASON_WATERMARK = 0, /* The periodic check found enough to release. */
    TRIM_REASON_PRESSURE,      /* The kernel told of memory pressure. */
    TRIM_REASON_RELOAD,        /* A burst of class loads and unloads has calmed down. */
    TRIM_REASON_FULL_GC,       /* An old collection has ended and its Cleaners had time to run. */
    TRIM_REASON_DEMAND,        /* An operator asked for it. */
    TRIM_REASON_COUNT
};

/* Why a consideration ended without a trim, or had to wait. */
enum trim_skip {
    TRIM_SKIP_NONE = 0,
    TRIM_SKIP_BELOW_THRESHOLD, /* Less than the threshold could be released. */
    TRIM_SKIP_REUSED,    /* Enough at the first look, but not at a further one, or never the same:
                            the memory is in use. */
    TRIM_SKIP_UNCHANGED, /* The process has hardly moved since the last estimate, or is as the last
                            trim has left it. */
    TRIM_SKIP_GROWING,  /* The process is growing, or may be: what follows an event is not over yet.
                         */
    TRIM_SKIP_COOLDOWN, /* Put off: the last trim is too recent. */
    TRIM_SKIP_THROTTLED,   /* Put off: the CPU quota holds the process back. */
    TRIM_SKIP_RATION,      /* Put off: estimating would cost more than its ration. */
    TRIM_SKIP_NO_ESTIMATE, /* The system or the allocator refused the figures that an estimate
                              needs. */
    TRIM_SKIP_COUNT
};

/* The names used in options and log lines: watermark, pressure, reload, full-gc, demand. Any
 * thread. */
const char *trim_reason_name(enum trim_reason reason);

/* The names used in log lines: below-threshold, reused, unchanged, growing, cooldown,
 * throttled, ration, no-estimate. Any thread. */
const char *trim_skip_name(enum trim_skip skip);

#ifdef __cplusplus
}
#endif

#endif
