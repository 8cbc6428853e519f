#include "layers.h"

#include <stdlib.h>
#include <string.h>

static void push(struct lab_layers *layers, const struct lab_layer *layer)
{
    if (layers->count == layers->room) {
        layers->room = layers->room == 0 ? 64 : layers->room * 2;
        layers->items = realloc(layers->items, layers->room * sizeof *layers->items);
        if (layers->items == NULL) {
            abort();
        }
    }
    layers->items[layers->count++] = *layer;
}

/* Takes bytes from the open layers, a stack: what was freed last lies lowest, and is used first. */
static void take(struct lab_layers *open, double bytes, uint64_t now_ns, struct lab_layers *layers)
{
    while (bytes > 0 && open->count > 0) {
        struct lab_layer *lowest = &open->items[open->count - 1];
        double part = lowest->bytes < bytes ? lowest->bytes : bytes;
        push(layers, &(struct lab_layer){part, lowest->from_ns, now_ns, true});
        bytes -= part;
        lowest->bytes -= part;
        if (lowest->bytes <= 0) {
            open->count--;
        }
    }
}

void lab_layers_find(const struct lab_run *run, struct lab_layers *layers)
{
    struct lab_layers open = {0};
    struct lab_cursor cursor;
    struct lab_row row;
    uint64_t end_ns = lab_run_length(run);
    memset(layers, 0, sizeof *layers);
    lab_cursor_begin(&cursor, run, &row);
    uint64_t level = row.in_use_bytes;
    while (lab_cursor_next(&cursor, &row) && row.at_ns < end_ns) {
        if (row.in_use_bytes < level) {
            push(&open,
                 &(struct lab_layer){(double)(level - row.in_use_bytes), row.at_ns, end_ns, false});
        } else {
            take(&open, (double)(row.in_use_bytes - level), row.at_ns, layers);
        }
        level = row.in_use_bytes;
    }
    for (size_t i = 0; i < open.count; i++) {
        push(layers, &open.items[i]);
    }
    lab_layers_free(&open);
}

void lab_layers_free(struct lab_layers *layers)
{
    free(layers->items);
}
