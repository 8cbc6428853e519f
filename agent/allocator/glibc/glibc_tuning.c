#include "glibc_tuning.h"

#include <inttypes.h>
#include <limits.h>
#include <malloc.h>
#include <stddef.h>

#include "glibc_environment.h"
#include "quantity.h"

/* glibc's headers hide it in strict modes of the language. */
#ifndef M_ARENA_MAX
#define M_ARENA_MAX (-8)
#endif

/*
 * The highest that the dynamic threshold reaches, so that no block which it would have had in an
 * arena is mapped one by one instead. On blocks of 2 KiB to 4 MiB with trim-threshold=8m throughput
 * by CPU was 1.02 to 1.04 of glibc's own with it, 0.90 to 0.93 with 1 MiB, and 0.92 to 0.94 with
 * glibc's static 128 KiB.
 */
#define MMAP_THRESHOLD_ALONG (32 * TRIM_MIB)

/* A parameter: its option, and where the environment may have set it. */
struct parameter {
    const char *option;
    int number;
    bool is_bytes;
    const char *variable;
    const char *tunable;
};

static const struct parameter trim_threshold = {"trim-threshold", M_TRIM_THRESHOLD, true,
                                                "MALLOC_TRIM_THRESHOLD_",
                                                "glibc.malloc.trim_threshold"};
static const struct parameter mmap_threshold = {"mmap-threshold", M_MMAP_THRESHOLD, true,
                                                "MALLOC_MMAP_THRESHOLD_",
                                                "glibc.malloc.mmap_threshold"};
static const struct parameter arena_max = {"arena-max", M_ARENA_MAX, false, "MALLOC_ARENA_MAX",
                                           "glibc.malloc.arena_max"};
static const struct parameter top_pad = {"trim-threshold", M_TOP_PAD, true, "MALLOC_TOP_PAD_",
                                         "glibc.malloc.top_pad"};

/* Where the environment has set the parameter, or NULL. */
static const char *set_by(const struct trim_glibc_world *world, const struct parameter *parameter)
{
    uint64_t value = 0;
    const char *source = trim_glibc_tunable(world, parameter->tunable, &value);
    if (source != NULL) {
        return source;
    }
    return world->variable(parameter->variable) != NULL ? parameter->variable : NULL;
}

static void begin_phrase(struct trim_text *text)
{
    trim_text_add(text, "%s", text->length == 0 ? "" : "; ");
}

static void add_value(struct trim_text *text, const struct parameter *parameter, uint64_t value)
{
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    begin_phrase(text);
    if (parameter->is_bytes) {
        trim_text_add(text, "%s=%s", parameter->option, trim_format_bytes_exact(bytes, value));
    } else {
        trim_text_add(text, "%s=%" PRIu64, parameter->option, value);
    }
}

/* Sets one parameter; where that fails *value becomes 0. */
static void set(const struct trim_glibc_world *world, const struct parameter *parameter,
                uint64_t *value, struct trim_tuning_notes *notes)
{
    if (*value > INT_MAX || world->mallopt == NULL ||
        world->mallopt(parameter->number, (int)*value) != 1) {
        add_value(notes->failures, parameter, *value);
        trim_text_add(notes->failures, " was refused by mallopt");
        *value = 0;
    }
}

static void note_override(const struct trim_glibc_world *world, const struct parameter *parameter,
                          uint64_t value, struct trim_tuning_notes *notes)
{
    const char *source = set_by(world, parameter);
    if (value != 0 && source != NULL) {
        add_value(notes->overrides, parameter, value);
        trim_text_add(notes->overrides, " takes the place of what %s says", source);
    }
}

/* What is only set along gives way to what the environment has set. */
static bool left_to_environment(const struct trim_glibc_world *world,
                                const struct parameter *parameter, const char *what,
                                struct trim_tuning_notes *notes)
{
    const char *source = set_by(world, parameter);
    if (source != NULL) {
        begin_phrase(notes->overrides);
        trim_text_add(notes->overrides, "%s stays as %s says", what, source);
    }
    return source != NULL;
}

static void set_given(const struct trim_glibc_world *world, const struct parameter *parameter,
                      uint64_t *value, struct trim_tuning_notes *notes)
{
    if (*value != 0) {
        set(world, parameter, value, notes);
        note_override(world, parameter, *value, notes);
    }
}

/* The top's padding and the mmap threshold, without which a trim threshold is of little use. */
static void set_along(const struct trim_glibc_world *world, struct trim_tuning *tuning,
                      struct trim_tuning_notes *notes)
{
    if (!left_to_environment(world, &top_pad, "the padding of tops", notes)) {
        uint64_t pad_bytes = tuning->trim_threshold_bytes;
        set(world, &top_pad, &pad_bytes, notes);
    }
    if (tuning->mmap_threshold_bytes == 0 &&
        !left_to_environment(world, &mmap_threshold, mmap_threshold.option, notes)) {
        tuning->mmap_threshold_bytes = MMAP_THRESHOLD_ALONG;
        set(world, &mmap_threshold, &tuning->mmap_threshold_bytes, notes);
    }
}

void trim_glibc_tune(const struct trim_glibc_world *world, bool running, struct trim_tuning *tuning,
                     struct trim_tuning_notes *notes)
{
    set_given(world, &trim_threshold, &tuning->trim_threshold_bytes, notes);
    set_given(world, &mmap_threshold, &tuning->mmap_threshold_bytes, notes);
    if (tuning->trim_threshold_bytes != 0) {
        set_along(world, tuning, notes);
    }
    if (tuning->arena_max_along != 0 &&
        !left_to_environment(world, &arena_max, arena_max.option, notes)) {
        tuning->arena_max = trim_min(tuning->arena_max_along, world->own_arenas);
    }
    if (running && tuning->arena_max != 0) {
        /* glibc settles the limit once it has more than eight arenas, and never gives one up. */
        add_value(notes->failures, &arena_max, tuning->arena_max);
        trim_text_add(notes->failures, " can only be set when a JVM starts");
        tuning->arena_max = 0;
    }
    set_given(world, &arena_max, &tuning->arena_max, notes);
}
