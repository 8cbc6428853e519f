#include "optimum.h"

#include <stdlib.h>
#include <string.h>

#include "layers.h"

/* Foresight releases where the level has stopped falling for this long. */
#define CALM_NS UINT64_C(1000000000)

static double keep_ns(const struct lab_prices *prices, double bytes, uint64_t from_ns,
                      uint64_t to_ns)
{
    return lab_memory_ns(prices, bytes * (double)(to_ns - from_ns));
}

static double refault_ns(const struct lab_prices *prices, const struct lab_layer *layer)
{
    return layer->reused ? layer->bytes * prices->refault_ns_per_byte : 0;
}

/* What releasing the layer now is worth, beside what a release costs anyway. */
static double gain_ns(const struct lab_prices *prices, const struct lab_layer *layer,
                      uint64_t now_ns)
{
    return keep_ns(prices, layer->bytes, now_ns, layer->to_ns) -
           layer->bytes * prices->release_ns_per_byte - refault_ns(prices, layer);
}

/* The layer is kept until then, and counted. */
static void keep(struct lab_tally *tally, const struct lab_layer *layer, uint64_t until_ns)
{
    tally->held_byte_ns += layer->bytes * (double)(until_ns - layer->from_ns);
}

/* The layer is released, and taken back where it is used again. */
static void release(struct lab_tally *tally, const struct lab_prices *prices,
                    const struct lab_layer *layer)
{
    tally->released_bytes += layer->bytes;
    tally->release_ns += layer->bytes * prices->release_ns_per_byte;
    tally->refault_ns += refault_ns(prices, layer);
}

void lab_optimum(const struct lab_run *run, const struct lab_prices *prices,
                 struct lab_tally *tally)
{
    struct lab_layers layers;
    memset(tally, 0, sizeof *tally);
    lab_layers_find(run, &layers);
    for (size_t i = 0; i < layers.count; i++) {
        const struct lab_layer *layer = &layers.items[i];
        if (gain_ns(prices, layer, layer->from_ns) > 0) {
            release(tally, prices, layer);
        } else {
            keep(tally, layer, layer->to_ns);
        }
    }
    lab_layers_free(&layers);
}

static int by_from(const void *a, const void *b)
{
    const struct lab_layer *first = a;
    const struct lab_layer *second = b;
    return (first->from_ns > second->from_ns) - (first->from_ns < second->from_ns);
}

/* The layers that are free and resident, those used again by now_ns taken off. */
static void settle_until(struct lab_layers *held, uint64_t now_ns, struct lab_tally *tally)
{
    size_t left = 0;
    for (size_t i = 0; i < held->count; i++) {
        if (held->items[i].to_ns <= now_ns) {
            keep(tally, &held->items[i], held->items[i].to_ns);
        } else {
            held->items[left++] = held->items[i];
        }
    }
    held->count = left;
}

/* Releases all that is held, if that is worth it. */
static void release_all(struct lab_layers *held, uint64_t now_ns, uint64_t fixed_ns,
                        uint64_t look_ns, const struct lab_prices *prices, struct lab_tally *tally)
{
    double sum_ns = 0;
    for (size_t i = 0; i < held->count; i++) {
        sum_ns += gain_ns(prices, &held->items[i], now_ns);
    }
    if (sum_ns <= (double)(fixed_ns + 2 * look_ns)) {
        return;
    }
    for (size_t i = 0; i < held->count; i++) {
        keep(tally, &held->items[i], now_ns);
        release(tally, prices, &held->items[i]);
    }
    held->count = 0;
    tally->trims++;
    tally->release_ns += (double)fixed_ns;
    tally->look_ns += 2 * (double)look_ns;
}

void lab_foresight(const struct lab_run *run, const struct lab_prices *prices,
                   struct lab_tally *tally)
{
    struct lab_layers layers;
    struct lab_layers held = {0};
    uint64_t look_ns = run->trace->look_ns != 0 ? run->trace->look_ns : prices->look_ns;
    memset(tally, 0, sizeof *tally);
    lab_layers_find(run, &layers);
    held.items = calloc(layers.count + 1, sizeof *held.items);
    if (held.items == NULL) {
        abort();
    }
    if (layers.count > 0) {
        qsort(layers.items, layers.count, sizeof *layers.items, by_from);
    }
    for (size_t i = 0; i < layers.count; i++) {
        uint64_t now_ns = layers.items[i].from_ns;
        held.items[held.count++] = layers.items[i];
        bool more = i + 1 < layers.count && layers.items[i + 1].from_ns - now_ns < CALM_NS;
        if (!more) {
            settle_until(&held, now_ns, tally);
            release_all(&held, now_ns, prices->release_fixed_ns, look_ns, prices, tally);
        }
    }
    settle_until(&held, UINT64_MAX, tally);
    free(held.items);
    lab_layers_free(&layers);
}
