#include "optimum.h"

#include <stdlib.h>
#include <string.h>

/* Bytes that became free at the same time. The free layers are a stack: the lowest is its top, as
 * it was freed last and will be taken first. */
struct layer {
    double bytes;
    uint64_t since_ns;
};

struct free_layers {
    struct layer *layers;
    size_t count;
    size_t room;
};

static void push(struct free_layers *free_layers, double bytes, uint64_t now_ns)
{
    if (free_layers->count == free_layers->room) {
        free_layers->room = free_layers->room == 0 ? 64 : free_layers->room * 2;
        free_layers->layers =
            realloc(free_layers->layers, free_layers->room * sizeof *free_layers->layers);
        if (free_layers->layers == NULL) {
            abort();
        }
    }
    free_layers->layers[free_layers->count++] = (struct layer){bytes, now_ns};
}

/* Settles for bytes that were free until now_ns. */
static void settle(struct lab_tally *tally, const struct lab_prices *prices, double bytes,
                   double length_ns, bool reused)
{
    double keep_ns = lab_memory_ns(prices, bytes * length_ns);
    double release_ns = bytes * prices->release_ns_per_byte;
    double refault_ns = reused ? bytes * prices->refault_ns_per_byte : 0;
    if (keep_ns <= release_ns + refault_ns) {
        tally->held_byte_ns += bytes * length_ns;
    } else {
        tally->released_bytes += bytes;
        tally->release_ns += release_ns;
        tally->refault_ns += refault_ns;
    }
}

static void take(struct free_layers *free_layers, double bytes, uint64_t now_ns,
                 struct lab_tally *tally, const struct lab_prices *prices)
{
    while (bytes > 0 && free_layers->count > 0) {
        struct layer *lowest = &free_layers->layers[free_layers->count - 1];
        double part = lowest->bytes < bytes ? lowest->bytes : bytes;
        settle(tally, prices, part, (double)(now_ns - lowest->since_ns), true);
        bytes -= part;
        lowest->bytes -= part;
        if (lowest->bytes <= 0) {
            free_layers->count--;
        }
    }
}

void lab_optimum(const struct lab_run *run, const struct lab_prices *prices,
                 struct lab_tally *tally)
{
    struct free_layers free_layers = {0};
    struct lab_cursor cursor;
    struct lab_row row;
    uint64_t end_ns = lab_run_length(run);
    memset(tally, 0, sizeof *tally);
    lab_cursor_begin(&cursor, run, &row);
    uint64_t level = row.in_use_bytes;
    while (lab_cursor_next(&cursor, &row) && row.at_ns < end_ns) {
        if (row.in_use_bytes < level) {
            push(&free_layers, (double)(level - row.in_use_bytes), row.at_ns);
        } else {
            take(&free_layers, (double)(row.in_use_bytes - level), row.at_ns, tally, prices);
        }
        level = row.in_use_bytes;
    }
    for (size_t i = 0; i < free_layers.count; i++) {
        settle(tally, prices, free_layers.layers[i].bytes,
               (double)(end_ns - free_layers.layers[i].since_ns), false);
    }
    free(free_layers.layers);
}
