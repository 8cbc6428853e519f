/*
 * When to trim. Pure: the state and an observation (numbers and the time) go in; a decision, its
 * reason and the next wake-up come out. The policy reads no clock, calls nothing and sleeps
 * nowhere; its tests are timelines.
 *
 * The worker calls trim_policy_step with what the JVM has signalled. The policy may answer with
 * TRIM_LOOK: the worker then takes the measurement that is asked for and calls again with it. So
 * dear measurements are taken only when a cheap one could not decide. After TRIM_TRIM the worker
 * trims and tells the outcome.
 *
 * One sum decides, in CPU time (price.h): memory that lies free costs rent, and looking, releasing
 * and taking it again cost CPU.
 *
 *   events (triggers.h) --+
 *   signs (signs.h) ------+--> when is a look worth it? (looks.h) --> estimate
 *
 *   estimate --> has it lain long enough, or will it? (patience.h, watch.h) --> trim
 *
 *   trim --> what has it earned? (earnings.h) --> patience, and how much events free
 */
#ifndef TRIMAGENT_POLICY_H
#define TRIMAGENT_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "earnings.h"
#include "looks.h"
#include "patience.h"
#include "price.h"
#include "reason.h"
#include "signs.h"
#include "triggers.h"
#include "watch.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_policy_config {
    struct trim_price_config price;
    struct trim_triggers_config triggers;
    uint64_t settle_ns;   /* What Cleaners need after an old pause. */
    uint64_t max_wait_ns; /* The longest that a burst of page faults puts a look off. */
    uint64_t check_ns;    /* The longest time between looks at a process that moves; 0: off. */
    uint64_t cooldown_ns; /* The least time between two trims. */
    bool dry_run;         /* Trims are only decided on. */
};

/* What the worker has measured, from cheap to dear. */
enum trim_look {
    TRIM_LOOK_NONE = 0, /* Only the signals, which are always there. */
    TRIM_LOOK_PROCESS,  /* RSS and faults of the process: ten microseconds. */
    TRIM_LOOK_SAMPLE,   /* What of the sample has come back: 25 microseconds. */
    TRIM_LOOK_LAY,     /* None, but a sample of what is free is laid: 0.2 ms, 0.7 after a release; 2
                          where malloc has 12,000 chunks to sort. */
    TRIM_LOOK_ROOM,    /* The memory limit and its fill: 0.1 to 0.9 ms. */
    TRIM_LOOK_REFAULT, /* What of the last release is resident again: about 1 ms per GiB, no lock of
                          malloc's. */
    TRIM_LOOK_ESTIMATE /* What a trim would release: walks the free chunks under the arenas' locks.
                        */
};

struct trim_observation {
    uint64_t now_ns; /* Monotonic. */
    uint64_t cpu_ns; /* CPU time of the process's threads but the agent's own, since the start. */

    /* Signals. */
    struct trim_signal_counts signals;
    uint64_t last_old_ns; /* End of the latest old pause. */
    uint64_t demands;     /* Trims asked for by an operator, since the start. */

    enum trim_look look; /* Which of the following was measured for this step. */
    bool failed;         /* The measurement asked for could not be taken. */

    /* With TRIM_LOOK_PROCESS. */
    uint64_t rss_bytes;
    uint64_t minor_faults;

    /* With TRIM_LOOK_ROOM. */
    uint64_t limit_bytes; /* Of memory; 0: unknown. */
    bool fill_known;
    uint32_t fill_permille; /* Of the limit. */

    /* With TRIM_LOOK_REFAULT. */
    uint64_t refaulted_bytes;
    uint64_t refilled_bytes; /* Of these, or more, the kernel itself may have brought back. */

    /* With TRIM_LOOK_SAMPLE. */
    uint32_t back_permille; /* Of its pages. */

    /* With TRIM_LOOK_ESTIMATE. */
    uint64_t expected_bytes;
    bool bound_only;            /* It is an upper bound. */
    uint64_t cost_ns;           /* CPU time the estimate took; with the others but
                                   TRIM_LOOK_ROOM and TRIM_LOOK_REFAULT that of these. */
    bool throttled;             /* The CPU quota holds the process back. */
    uint64_t fault_ps_per_byte; /* What taking memory anew costs; 0: not measured this time. */
};

enum trim_action {
    TRIM_WAIT = 0, /* Sleep until wake_ns or until woken. */
    TRIM_LOOK,     /* Measure decision.look and call trim_policy_step again. */
    TRIM_TRIM      /* Trim, then call trim_policy_trimmed. */
};

struct trim_decision {
    enum trim_action action;
    enum trim_look look;
    enum trim_reason reason; /* Of the look or trim that this decision belongs to. */
    enum trim_skip skip;  /* Why a look led to no trim, or was not taken; NONE: there was none. */
    uint64_t wake_ns;     /* With TRIM_WAIT; TRIM_NEVER: only when woken. */
    uint64_t wake_cpu_ns; /* With TRIM_WAIT: the process's CPU time, as observed, at which to wake
                             as well; UINT64_MAX: never. */
    uint64_t arm_classes; /* With TRIM_WAIT: further class loads that are worth a wake-up;
                             UINT64_MAX: none. */
    uint64_t expected_bytes; /* With TRIM_TRIM and the skips of an estimate: what was expected. */
    bool bound_only;         /* expected_bytes is an upper bound. */
};

/* How a trim went. */
struct trim_outcome {
    uint64_t end_ns;         /* When it ended. */
    uint64_t released_bytes; /* Measured. */
    uint64_t cpu_ns;         /* CPU time of the release alone. */
    uint64_t cost_ns;        /* CPU time of the measurements around it. */
    bool dry;                /* It was not carried out (dry-run). */
    bool measured;           /* released_bytes is known. */
    bool gave_way;           /* It ended early, for the application's sake. */
    bool huge_pages;         /* The kernel uses huge pages unasked. */
    uint64_t number;         /* Of the trim in the log, from 1. */

    /* What was seen right after it. */
    bool seen_after; /* The following are known. */
    uint64_t rss_bytes;
    uint64_t minor_faults;
};

/* The whole state. To be read freely; to be changed only by the functions below. */
struct trim_policy {
    struct trim_policy_config config;
    struct trim_price price;
    struct trim_triggers triggers;
    struct trim_signs signs;
    struct trim_looks looks;
    struct trim_patience patience;
    struct trim_watch watch;
    struct trim_earnings earnings;

    uint64_t seen_demands;
    uint64_t cpu_ns;      /* As last observed. */
    bool blind;           /* The process's figures cannot be read. */
    uint64_t poll_due_ns; /* When they are to be read again; TRIM_NEVER: only with a look. */
    uint64_t room_due_ns; /* The same for the limit. */
    uint64_t started_ns;  /* When the start is over: until then no class load is worth a wake-up. */
    uint64_t last_trim_ns; /* When the last trim ended; 0: there was none. */
    uint64_t cooldown_ends_ns;
    uint32_t rest_halvings;  /* A process at rest is read after so much less of its work, */
    uint32_t rest_vain;      /* and so often that has led to nothing. */
    uint64_t room_at_ns;     /* When the limit was last read; 0: never. */
    enum trim_skip deferred; /* What waits now for this reason was counted already. */

    /* The trim under way. */
    enum trim_reason reason;
    double waited_ns; /* The memory was watched for so long before. */
    uint64_t expected_bytes;
    double looks_cost_ns; /* Of the looks since the last trim. */
    uint64_t dry_bytes;   /* What dry runs have decided on counts as given back while they last. */
    enum trim_reason dry_reason; /* Of the last such decision. */

    /* The last release of which it has become known what it earned; its number is 0 before that. */
    struct trim_lot known;

    /* For the summary. */
    uint64_t considered;
    uint64_t skips[TRIM_SKIP_COUNT];
};

/* Starts at now_ns, with class_changes loads and unloads before it. The configuration is copied. */
void trim_policy_init(struct trim_policy *policy, const struct trim_policy_config *config,
                      uint64_t now_ns, uint64_t class_changes);

/* Goes by another configuration from now_ns on. What was learned and is under way stays, but for
 * events of reasons that are off now. The configuration is copied. */
void trim_policy_configure(struct trim_policy *policy, const struct trim_policy_config *config,
                           uint64_t now_ns);

/* Takes in an observation and decides. */
void trim_policy_step(struct trim_policy *policy, const struct trim_observation *observation,
                      struct trim_decision *decision);

/* Takes in how the trim went that the last decision asked for. Call trim_policy_step next. */
void trim_policy_trimmed(struct trim_policy *policy, const struct trim_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
