/*
 * What the engine drives: anything that sees, chooses and learns how a trim went. The agent's
 * policies of all versions are driven through an adapter each, which is all that knows their API.
 */
#ifndef LAB_STRATEGY_H
#define LAB_STRATEGY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "prices.h"

enum lab_look {
    LAB_LOOK_NONE = 0,
    LAB_LOOK_POLL,    /* What the kernel knows of the process: RSS, faults, CPU time. */
    LAB_LOOK_ROOM,    /* The memory limit and its fill; there is none here, but asking costs. */
    LAB_LOOK_SAMPLE,  /* What of the sample has come back. */
    LAB_LOOK_LAY,     /* A few pages of what is free are given back, to see whether they stay so. */
    LAB_LOOK_RECOUNT, /* What of the last release has come back. */
    LAB_LOOK_ESTIMATE /* What a release would find. */
};

/* What is seen. The engine fills in everything; an adapter passes on what the look gives. */
struct lab_sight {
    uint64_t now_ns;
    uint64_t old_pauses;
    uint64_t last_old_ns;
    uint64_t class_changes;
    enum lab_look look;
    bool failed; /* It told nothing. */
    uint64_t rss_bytes;
    uint64_t minor_faults;
    uint64_t process_cpu_ns;  /* Of all threads, the agent's own included. */
    uint64_t agent_cpu_ns;    /* The agent's own. */
    uint64_t refaulted_bytes; /* With LAB_LOOK_RECOUNT. */
    uint32_t back_permille;   /* With LAB_LOOK_SAMPLE. */
    uint64_t expected_bytes;  /* With LAB_LOOK_ESTIMATE, */
    uint64_t in_use_bytes;    /* the same. */
    uint64_t cost_ns;         /* CPU time of this look. */
};

enum lab_action {
    LAB_WAIT = 0,
    LAB_LOOK,
    LAB_TRIM,      /* With an estimate before and one after it, as the agent does. */
    LAB_TRIM_BLIND /* As a timer does. */
};

struct lab_choice {
    enum lab_action action;
    enum lab_look look;
    uint64_t wake_ns;     /* LAB_NEVER: only when woken. */
    uint64_t arm_classes; /* So many further class changes are worth a wake-up; UINT64_MAX: none. */
    uint64_t arm_cpu_ns;  /* CPU time of the process that is; UINT64_MAX: none. */
    const char *why;      /* For the log; may be NULL. */
};

struct lab_outcome {
    uint64_t end_ns;
    uint64_t took_ns;
    uint64_t released_bytes;
    uint64_t release_cpu_ns;
    uint64_t looks_cpu_ns;
    uint64_t rss_bytes;
    uint64_t minor_faults;
    uint64_t process_cpu_ns;
    uint64_t agent_cpu_ns;
    uint64_t left_bytes;
    uint64_t in_use_bytes;
};

struct lab_strategy {
    const char *name;
    size_t state_size;
    uint64_t number; /* What the strategy makes of it. */
    /* options is a text for the strategy, empty by default. Returns false where it is wrong. */
    bool (*init)(void *state, const struct lab_strategy *strategy, const struct lab_prices *prices,
                 const char *options);
    void (*step)(void *state, const struct lab_sight *sight, struct lab_choice *choice);
    void (*trimmed)(void *state, const struct lab_outcome *outcome);
    /* When it first took what is in use for a leak; 0: never. NULL: it has no such notion. */
    uint64_t (*growing_ns)(const void *state);
};

/* The strategies of this program: the blind ones, or one version of the policy. */
extern const struct lab_strategy lab_strategies[];
extern const size_t lab_strategy_count;

#endif
