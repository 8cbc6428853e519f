/*
 * The layers of what is in use, and the times that each of them lies free: from when the level
 * falls below it until it rises above it again. They are the same whatever a strategy does.
 */
#ifndef LAB_LAYERS_H
#define LAB_LAYERS_H

#include "trace.h"

struct lab_layer {
    double bytes;
    uint64_t from_ns;
    uint64_t to_ns; /* When it is used again, or the end of the run. */
    bool reused;
};

struct lab_layers {
    struct lab_layer *items; /* In no order. */
    size_t count;
    size_t room;
};

/* All times that layers lie free in a run. To be freed with lab_layers_free. */
void lab_layers_find(const struct lab_run *run, struct lab_layers *layers);
void lab_layers_free(struct lab_layers *layers);

#endif
