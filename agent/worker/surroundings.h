/*
 * What the worker sees of the container around it: the memory limit, the CPU quota and the kernel's
 * memory pressure, and what it says of them. Belongs to the worker.
 */
#ifndef TRIMAGENT_SURROUNDINGS_H
#define TRIMAGENT_SURROUNDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "cpu_throttle.h"
#include "memory_limit.h"
#include "options.h"
#include "policy.h"
#include "pressure.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

struct trim_surroundings {
    const char *root;
    bool can_trim;
    bool checked; /* There are checks. */
    bool found;   /* The first look was taken. */
    struct trim_memory_limit limit;
    struct trim_cpu_throttle throttle;
    bool pressure_on; /* The option asks for it; otherwise nothing of pressure is in use. */
    struct trim_pressure pressure;
    uint64_t pressures;  /* Told of so far. */
    uint64_t stalled_us; /* The own cgroup's total at the last look. */
    bool told_urgent;    /* The line of this urgency was written, */
    bool told_futile;    /* and the one that a trim would not help. */
    uint64_t urgent_ended_ns;
};

/*
 * Starts without having looked: a JVM that ends at once need not pay for that. The first look, the
 * first question and status find everything and log what was found; pressure only where trims are
 * possible. root is "" but in tests, and must outlive them.
 */
void trim_surroundings_init(struct trim_surroundings *surroundings, const char *root,
                            const struct trim_options *options, bool can_trim);

/* Takes options that have changed. Pressure that was listened to is listened to further: what it
 * tells is not in use then. */
void trim_surroundings_configure(struct trim_surroundings *surroundings,
                                 const struct trim_options *options);

/* Takes in what the watch of memory pressure has heard. */
void trim_surroundings_listen(struct trim_surroundings *surroundings);

/* Reads limit, fill and, without a trigger, pressure anew into the observation. */
void trim_surroundings_look(struct trim_surroundings *surroundings,
                            struct trim_observation *observation);

/* The memory limit, read anew; 0: unknown. */
uint64_t trim_surroundings_limit_bytes(struct trim_surroundings *surroundings);

/* Whether the CPU quota is holding the process back now. */
bool trim_surroundings_throttled(struct trim_surroundings *surroundings);

/* Says, once for each time that memory is short, that it is, and that a trim would not help. */
void trim_surroundings_tell(struct trim_surroundings *surroundings, const struct trim_price *price,
                            const struct trim_decision *decision, uint64_t now_ns);

/* Reads limit and throttling anew, and appends their lines of status, each after a newline, and
 * their fields. */
void trim_surroundings_add_status(struct trim_text *text, struct trim_fields *fields,
                                  struct trim_surroundings *surroundings);

#ifdef __cplusplus
}
#endif

#endif
