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
 * The way of one consideration:
 *
 *   old pause --settle--+
 *   burst ended --------+--> cooldown over? --> process --> first estimate --confirm--> further
 *   check interval -----+                       (cheap)     (rationed)                  one(s) -->
 * trim
 */
#ifndef TRIMAGENT_POLICY_H
#define TRIMAGENT_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#include "trimagent/confirm.h"
#include "trimagent/cooldown.h"
#include "trimagent/movement.h"
#include "trimagent/options.h"
#include "trimagent/ration.h"
#include "trimagent/reason.h"
#include "trimagent/room.h"
#include "trimagent/triggers.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What the worker has measured, from cheap to dear. */
enum trim_look {
    TRIM_LOOK_NONE = 0, /* Only the signals, which are always there. */
    TRIM_LOOK_PROCESS,  /* RSS and faults of the process, and its memory limit: tens of
                           microseconds. */
    TRIM_LOOK_MOVEMENT, /* Of these, RSS alone: ten microseconds. */
    TRIM_LOOK_ROOM,     /* Of these, the memory limit alone. */
    TRIM_LOOK_THROTTLE, /* Whether the CPU quota holds the process back: microseconds. */
    TRIM_LOOK_REFAULT, /* What of the last release is resident again: about 1 ms per GiB, no lock of
                          malloc's. */
    TRIM_LOOK_ESTIMATE /* What a trim would release: walks the free chunks under the arenas' locks.
                        */
};

struct trim_observation {
    uint64_t now_ns; /* Monotonic. */

    /* Signals, counted since the start. */
    uint64_t old_pauses;
    uint64_t last_old_ns;   /* End of the latest old pause. */
    uint64_t class_changes; /* Loads and unloads. */
    uint64_t demands;       /* Trims asked for by an operator. */
    uint64_t pressures;     /* Times that the kernel told of memory pressure. */
    uint64_t usage_bytes;   /* Of the memory limit, when that was last read; 0: unknown. */

    enum trim_look look; /* Which of the following was measured for this step. */
    bool failed;         /* The measurement asked for could not be taken. */

    /* With TRIM_LOOK_PROCESS and, but for the faults, TRIM_LOOK_MOVEMENT. */
    uint64_t rss_bytes;
    uint64_t minor_faults;

    /* With TRIM_LOOK_PROCESS, though that failed, and TRIM_LOOK_ROOM. */
    uint64_t limit_bytes; /* Of memory; 0: unknown. */
    bool fill_known;
    uint32_t fill_permille; /* Of the limit. */

    /* With TRIM_LOOK_THROTTLE and TRIM_LOOK_ESTIMATE. */
    bool throttled;

    /* With TRIM_LOOK_REFAULT. */
    uint64_t refaulted_bytes;

    /* With TRIM_LOOK_ESTIMATE. */
    uint64_t expected_bytes;
    bool bound_only;  /* It is an upper bound. */
    uint64_t cost_ns; /* CPU time the estimate took. */
};

enum trim_action {
    TRIM_WAIT = 0, /* Sleep until wake_ns or until woken. */
    TRIM_LOOK,     /* Measure decision.look and call trim_policy_step again. */
    TRIM_TRIM      /* Trim, then call trim_policy_trimmed. */
};

struct trim_decision {
    enum trim_action action;
    enum trim_look look;
    enum trim_reason reason; /* Of the consideration that this decision belongs to. */
    enum trim_skip skip;  /* With TRIM_WAIT: why a consideration has ended or must wait; NONE: there
                             was none. */
    uint64_t wake_ns;     /* With TRIM_WAIT; TRIM_NEVER: only when woken. */
    uint64_t arm_classes; /* With TRIM_WAIT: further class loads that are worth a wake-up;
                             UINT64_MAX: none. */
    uint64_t expected_bytes; /* With TRIM_TRIM and the skips below-threshold and reused: what was
                                expected. */
    bool bound_only;         /* expected_bytes is an upper bound. */
};

/* How a trim went. */
struct trim_outcome {
    uint64_t end_ns;         /* When it ended. */
    uint64_t took_ns;        /* How long the trim alone took, without pauses. */
    uint64_t released_bytes; /* Measured. */
    uint64_t cost_ns;        /* CPU time of the measurements around it. */
    bool dry;                /* It was not carried out (dry-run). */
    bool measured;           /* released_bytes is known. */

    /* What was seen right after it. */
    bool seen_after; /* The following are known. */
    uint64_t rss_bytes;
    uint64_t minor_faults;
    uint64_t left_bytes; /* What another trim would release: by borrowing's own count, since that is
                            what the estimate has just learned from. */
};

enum trim_stage {
    TRIM_STAGE_IDLE = 0,
    TRIM_STAGE_PROCESS,
    TRIM_STAGE_FIRST,
    TRIM_STAGE_CONFIRM,
    TRIM_STAGE_SECOND,
    TRIM_STAGE_THROTTLED,
    TRIM_STAGE_RECHECK
};

/* The whole state. To be read freely; to be changed only by the functions below. */
struct trim_policy {
    struct trim_options options;
    struct trim_triggers triggers;
    struct trim_ration ration;
    struct trim_cooldown cooldown;
    uint64_t seen_demands;

    /* The consideration under way. */
    enum trim_stage stage;
    enum trim_reason reason;
    bool event; /* It is the first for its pause, burst or pressure, not a follow-up or a check. */
    uint64_t expected_bytes;
    struct trim_confirm confirm;
    uint64_t reused_ns; /* When memory that had seemed free was last seen in use; 0: never. */
    uint64_t throttled_since_ns;
    uint64_t throttle_due_ns; /* When to look at it again. */
    uint64_t looks_cost_ns;
    bool next_look_paid; /* By the last trim: the next estimate is not rationed out of the rest. */
    bool deferred;       /* The deferral of what waits now was counted already. */

    struct trim_movement movement;
    struct trim_room room;
    uint64_t room_due_ns; /* When the room is to be looked at; TRIM_NEVER: only with the process. */
    uint64_t started_ns;  /* When the start is over: until then no class load is worth a wake-up.
                           */
    uint64_t first_since_ns; /* Since when the first estimate is wanted, */
    bool waits;              /* and whether the ration makes it wait. */
    uint64_t last_estimate_cost_ns;

    /* For the summary. */
    uint64_t considered;
    uint64_t skips[TRIM_SKIP_COUNT];
};

/* Starts at now_ns, with class_changes loads and unloads before it. The options are copied. */
void trim_policy_init(struct trim_policy *policy, const struct trim_options *options,
                      uint64_t now_ns, uint64_t class_changes);

/* Takes in an observation and decides. */
void trim_policy_step(struct trim_policy *policy, const struct trim_observation *observation,
                      struct trim_decision *decision);

/* Takes in how the trim went that the last decision asked for. Call trim_policy_step next. */
void trim_policy_trimmed(struct trim_policy *policy, const struct trim_outcome *outcome);

#ifdef __cplusplus
}
#endif

#endif
