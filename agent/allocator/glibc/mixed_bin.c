#include "mixed_bin.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>

#include "quantity.h"

/* Sorted chunks are like those of the bin where their mean differs by no more than this part, and
 * where they are this part of its bytes at least. */
#define ALIKE_PART 8
#define ENOUGH_PART 8

/*
 * The largest of n values that are exponentially distributed is ln n times their mean or so, and
 * with a probability of 99 % no less than this many means below that.
 */
#define LARGEST_MARGIN 1.5

/* A part of bytes, within what the integer holds: of figures that cannot be the part may be more
 * than all, or no number. */
static uint64_t part_of(uint64_t bytes, double part)
{
    if (!(part > 0)) {
        return 0;
    }
    return part < 1 ? (uint64_t)(part * (double)bytes) : bytes;
}

/*
 * The mean of what chunks have beyond keeps, in parts of mean. Both sizes are counted from the
 * smallest chunk's on.
 *
 * Where blocks survive at random what is free between them is exponentially distributed, and the
 * largest chunk shows it. One that is too small for that bounds the sizes: they are then taken for
 * spread as widely as the mean and this bound allow, which for a bound at the mean is not at all.
 */
static double beyond(double keeps, double mean, double largest, double count)
{
    double need = keeps / mean;
    double bound = largest / mean;
    if (bound >= log(count) - LARGEST_MARGIN) {
        return exp(-need);
    }
    return pow(1 - need / bound, bound);
}

/* Guesses by the four figures alone. The smallest chunk and the largest are known. */
static uint64_t guess(const struct trim_mixed_bin *bin, uint64_t keeps)
{
    uint64_t largest_inner = bin->count > 1 ? trim_excess(bin->to, keeps) : 0;
    uint64_t ends = bin->count > 1 ? bin->from + bin->to : 0;
    if (bin->count <= 2 || ends > bin->bytes) {
        return largest_inner;
    }
    double count = (double)(bin->count - 2);
    double mean = (double)(bin->bytes - ends) / count - (double)bin->from;
    if (mean < 1) {
        return largest_inner;
    }
    double part = beyond((double)(keeps - bin->from), mean, (double)(bin->to - bin->from), count);
    uint64_t between = bin->bytes - ends;
    return largest_inner + part_of(between, count * mean * part / (double)between);
}

static unsigned class_of(uint64_t bytes)
{
    unsigned octave = 63U - (unsigned)__builtin_clzll(bytes | 2);
    return octave * 2 + (unsigned)(bytes >> (octave - 1) & 1U);
}

void trim_sorted_add(struct trim_sorted_sizes *sorted, const struct trim_mixed_bin *bin,
                     uint64_t inner)
{
    unsigned class = class_of(bin->to);
    sorted->bytes[class] += (double)bin->bytes;
    sorted->count[class] += (double)bin->count;
    sorted->inner[class] += (double)inner;
}

/* What the sorted chunks between the same bounds say; false where there are not enough of them, or
 * where they are others. */
static bool by_sorted(const struct trim_mixed_bin *bin, const struct trim_sorted_sizes *sorted,
                      uint64_t *inner)
{
    double bytes = 0;
    double count = 0;
    double whole = 0;
    for (unsigned i = class_of(bin->from); i <= class_of(bin->to); i++) {
        bytes += sorted->bytes[i];
        count += sorted->count[i];
        whole += sorted->inner[i];
    }
    double mean = (double)bin->bytes / (double)bin->count;
    if (bytes * ENOUGH_PART < (double)bin->bytes ||
        fabs(bytes / count - mean) > mean / ALIKE_PART) {
        return false;
    }
    *inner = part_of(bin->bytes, whole / bytes);
    return true;
}

struct trim_inner trim_mixed_inner(const struct trim_mixed_bin *bin, uint64_t keeps,
                                   const struct trim_sorted_sizes *sorted)
{
    uint64_t kept = 0;
    if (bin->count == 0 || __builtin_mul_overflow(bin->count, keeps, &kept)) {
        return (struct trim_inner){0};
    }
    struct trim_inner inner = {.bytes = trim_excess(bin->bytes, kept)};
    /* Bins in which all chunks are alike need no guess, nor do figures that cannot be. */
    if (bin->from >= bin->to || bin->from > keeps || bin->to <= keeps) {
        return inner;
    }
    uint64_t told = 0;
    if (sorted != NULL && by_sorted(bin, sorted, &told)) {
        inner.bytes = trim_max(inner.bytes, trim_min(told, bin->bytes));
        return inner;
    }
    uint64_t guessed = trim_min(guess(bin, keeps), bin->bytes);
    inner.guess = trim_excess(guessed, inner.bytes);
    inner.bytes += inner.guess;
    return inner;
}
