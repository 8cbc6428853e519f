/* What is to be said of a JVM's memory: whether trimming would help, how much, and what to do.
 * Pure.
 */
#ifndef TRIMCTL_DIAGNOSIS_H
#define TRIMCTL_DIAGNOSIS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#include "heap_verdict.h"
#include "limit.h"
#include "makeup.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Everything that is known. */
struct ctl_evidence {
    pid_t pid;
    const char *command;
    const char *foreign_malloc; /* NULL: malloc is glibc's as far as one sees. */
    const char *figures;        /* The agent's; NULL: it is not there. */
    const char *vm_unknown;     /* Why the VM was not asked; NULL: it was. */
    const char *library; /* That -agentpath would take; "": not known; NULL: it has the flag. */
    uint64_t threads;
    struct ctl_makeup makeup;
    struct ctl_limit limit;
};

struct ctl_diagnosis {
    enum trim_heap_verdict verdict; /* The agent's where it is there: it alone sees growth. */
    bool helps;                     /* Trimming gives much back. */
    bool open;                      /* Whether it would cannot be told from outside. */
    uint64_t back_bytes;   /* What a trim would give back now, at most where at_most is set. */
    bool at_most;          /* More is not known. */
    uint64_t pinned_bytes; /* Free, in no whole page: blocks in use hold it in place. */
    enum ctl_part largest; /* The largest part of RSS. */
};

/* Judges. */
void ctl_diagnose(struct ctl_diagnosis *diagnosis, const struct ctl_evidence *evidence);

/* Appends about ten lines, each with a newline. */
void ctl_diagnosis_add(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                       const struct ctl_evidence *evidence);

/* Appends the advice alone: one or two lines. */
void ctl_advice_add(struct trim_text *text, const struct ctl_diagnosis *diagnosis,
                    const struct ctl_evidence *evidence);

/* Prints the same as members of a JSON object. */
void ctl_diagnosis_print_json(FILE *out, const struct ctl_diagnosis *diagnosis,
                              const struct ctl_evidence *evidence);

#ifdef __cplusplus
}
#endif

#endif
