/*
 * What an application may ask of trimagent, the agent that gives a JVM's freed native memory back.
 *
 * The agent is loaded by the JVM (-agentpath). Nothing needs to be linked: a library that the
 * application loads, or JNA, or java.lang.foreign, finds it by its name, "libtrimagent.so":
 *
 *     void *agent = dlopen("libtrimagent.so", RTLD_LAZY | RTLD_NOLOAD);
 *     trimagent_request_fn *request =
 *         agent == NULL ? NULL : (trimagent_request_fn *)dlsym(agent, "trimagent_request");
 *
 * Where the agent is not loaded dlopen returns NULL, and the application goes on without it.
 *
 * All functions may be called on any thread of the process that loaded the agent, but in signal
 * handlers. None calls into the JVM, allocates, or waits for a release. Nobody holds the locks that
 * they take for longer than a few microseconds.
 */
#ifndef TRIMAGENT_H
#define TRIMAGENT_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The longest reason, in bytes, without the NUL. */
#define TRIMAGENT_REASON_MAX 31

/*
 * Asks for a release now, such as right after old models have been closed. The agent's own thread
 * carries it out, and this function does not wait for it; its line in the log names the reason:
 * "trim #3 demand (models swapped): ...". Costs about two microseconds, most of which wake that
 * thread. Requests that come while a release runs are served together by one more.
 *
 * reason: up to TRIMAGENT_REASON_MAX bytes of printable ASCII. It is copied.
 *
 * Returns 0; EINVAL where the reason is none; ESRCH where the agent is inert, or the JVM is ending;
 * ENOTSUP where malloc is not one whose memory the agent can give back.
 */
int trimagent_request(const char *reason);

/* What the agent knows. Times are in nanoseconds, sizes in bytes. Later versions add fields at the
 * end only. */
struct trimagent_snapshot {
    size_t size;                /* Set by the caller: sizeof(struct trimagent_snapshot). */
    uint64_t releases;          /* So far. */
    uint64_t released_bytes;    /* By all of them. */
    uint64_t release_ns;        /* That they took, by the wall clock, */
    uint64_t longest_ns;        /* and the longest one. */
    uint64_t cpu_ns;            /* CPU time of releases and estimates. */
    uint64_t last_bytes;        /* What the last release has given back, */
    uint64_t last_age_ns;       /* and how long ago it ended; UINT64_MAX: there was none. */
    uint64_t estimate_age_ns;   /* How old the following is; UINT64_MAX: there is no estimate. */
    uint64_t expected_bytes;    /* What a release was expected to give back. */
    uint64_t resident_bytes;    /* Of malloc's arenas. */
    uint64_t free_bytes;        /* In the arenas, resident or not. */
    uint64_t whole_pages_bytes; /* Of the free bytes those in whole pages; blocks in use hold the
                                   rest in place. */
};

/*
 * Fills in as much of the snapshot as its size says; fields that this agent does not know are 0.
 * Nothing is measured: the figures are those of the last estimate and release. Costs less than a
 * microsecond.
 *
 * Returns 0; EINVAL where the size is too small for any figure; ESRCH where the agent is inert.
 */
int trimagent_read(struct trimagent_snapshot *snapshot);

/* The agent's version, such as "0.1.0". Never NULL. */
const char *trimagent_version(void);

/* For dlsym. */
typedef int trimagent_request_fn(const char *reason);
typedef int trimagent_read_fn(struct trimagent_snapshot *snapshot);
typedef const char *trimagent_version_fn(void);

#ifdef __cplusplus
}
#endif

#endif
