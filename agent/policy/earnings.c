#include "earnings.h"

#include <math.h>
#include <stddef.h>
#include <string.h>

#include "quantity.h"

/* A release is useless where it released less than this part of what was expected. */
#define USELESS_PART 4

/* So much of what is free still may have come back before an exact look is worth its millisecond.
 */
#define EXACT_PART 4

/* A release has come back when no more than this part of it is free still. */
#define BACK_PART 4

/* Memory that has paid so many times its costs lies long, however long. */
#define LONG_TIMES 4

/* The smallest page. */
#define FAULT_BYTES 4096

struct trim_lot *trim_earnings_release(struct trim_earnings *earnings, enum trim_reason reason,
                                       double waited_ns, uint64_t expected_bytes, uint64_t bytes,
                                       double cost_ns, const struct trim_vitals *vitals)
{
    struct trim_lot *lot = &earnings->lots[earnings->released++ % TRIM_LOTS];
    *lot = (struct trim_lot){
        .number = earnings->released,
        .reason = reason,
        .waited_ns = waited_ns,
        .bytes = bytes,
        .left_bytes = (double)bytes,
        .began_ns = vitals->at_ns,
        .cost_ns = cost_ns,
        .verdict = TRIM_VERDICT_OPEN,
    };
    if (bytes < expected_bytes / USELESS_PART) {
        lot->verdict = TRIM_VERDICT_USELESS;
        earnings->useless++;
    }
    earnings->cost_ns += cost_ns;
    earnings->base = *vitals;
    earnings->as_of_ns = vitals->at_ns;
    earnings->back_bytes = 0;
    earnings->refilled_bytes = 0;
    earnings->wants_exact = false;
    return lot;
}

/* The lots from the newest on; NULL: there is none so far back. */
static struct trim_lot *lot_back(struct trim_earnings *earnings, uint64_t back)
{
    bool there = back < earnings->released && back < TRIM_LOTS;
    return there ? &earnings->lots[(earnings->released - 1 - back) % TRIM_LOTS] : NULL;
}

/* What is left of the lot that is taken back next. */
static double left_of_newest(struct trim_earnings *earnings)
{
    struct trim_lot *lot = NULL;
    for (uint64_t back = 0; (lot = lot_back(earnings, back)) != NULL; back++) {
        if (lot->left_bytes >= (double)TRIM_LEAST_BYTES) {
            return lot->left_bytes;
        }
    }
    return 0;
}

/* What the process has taken since what had come back was last known. */
static uint64_t taken_again(const struct trim_earnings *earnings, const struct trim_vitals *vitals)
{
    const struct trim_vitals *base = &earnings->base;
    uint64_t grown = trim_excess(vitals->rss_bytes, base->rss_bytes);
    if (earnings->huge_pages) {
        return grown;
    }
    uint64_t faulted = trim_excess(vitals->minor_faults, base->minor_faults) * FAULT_BYTES;
    return trim_min(faulted, grown);
}

static double rent_ns(const struct trim_lot *lot, const struct trim_price *price)
{
    return lot->held_byte_ns / (double)price->config.worth_bytes;
}

/* What a release costs in all: the faults of what is free still are to come. */
static double costs_ns(const struct trim_lot *lot, const struct trim_price *price)
{
    return lot->cost_ns + lot->left_bytes * price->fault_ns_per_byte;
}

void trim_earnings_take(struct trim_earnings *earnings, const struct trim_price *price,
                        const struct trim_vitals *vitals)
{
    double passed_ns = (double)trim_excess(vitals->at_ns, earnings->as_of_ns);
    struct trim_lot *lot = NULL;
    for (uint64_t back = 0; (lot = lot_back(earnings, back)) != NULL; back++) {
        lot->held_byte_ns += lot->left_bytes * passed_ns;
        earnings->held_byte_ns += lot->left_bytes * passed_ns;
        if (lot->verdict == TRIM_VERDICT_OPEN && rent_ns(lot, price) >= costs_ns(lot, price)) {
            lot->verdict = TRIM_VERDICT_GOOD;
        }
    }
    earnings->as_of_ns = vitals->at_ns;
    /* What goes elsewhere must not hide what comes back here. */
    earnings->base.rss_bytes = trim_min(earnings->base.rss_bytes, vitals->rss_bytes);
    double left = left_of_newest(earnings);
    if (left > 0 && (double)taken_again(earnings, vitals) >= left / EXACT_PART) {
        earnings->wants_exact = true;
    }
}

/* Takes bytes back, refilled_bytes of them as the kernel's doing. */
static void take_back(struct trim_earnings *earnings, const struct trim_price *price, double bytes,
                      double refilled_bytes)
{
    double refilled_share = refilled_bytes / bytes;
    struct trim_lot *lot = NULL;
    for (uint64_t back = 0; (lot = lot_back(earnings, back)) != NULL; back++) {
        double taken = fmin(bytes, lot->left_bytes);
        double refilled = taken * refilled_share;
        double cost_ns = (taken - refilled) * price->fault_ns_per_byte;
        lot->left_bytes -= taken;
        lot->refilled_bytes += refilled;
        earnings->all_refaulted_bytes += taken - refilled;
        earnings->all_refilled_bytes += refilled;
        lot->cost_ns += cost_ns;
        earnings->cost_ns += cost_ns;
        bytes -= taken;
    }
}

void trim_earnings_exact(struct trim_earnings *earnings, const struct trim_price *price,
                         const struct trim_vitals *vitals, const struct trim_back *back)
{
    earnings->wants_exact = false;
    double bytes = back->known ? (double)back->bytes
                               : earnings->back_bytes + (double)taken_again(earnings, vitals);
    earnings->base = *vitals;
    double more = bytes - earnings->back_bytes;
    if (more > 0) {
        double refilled = fmax((double)back->refilled_bytes - earnings->refilled_bytes, 0);
        refilled = back->known ? fmin(refilled, more) : 0;
        take_back(earnings, price, more, refilled);
        earnings->back_bytes = bytes;
        earnings->refilled_bytes += refilled;
    }
}

static bool is_known(const struct trim_lot *lot, const struct trim_price *price)
{
    /* Its faults may cost more than all the rest. */
    double long_ns = fmax(lot->cost_ns * LONG_TIMES, costs_ns(lot, price));
    return lot->left_bytes <= (double)lot->bytes / BACK_PART || rent_ns(lot, price) >= long_ns;
}

/* Whether most of what is back is the kernel's doing. */
static bool is_refilled(const struct trim_lot *lot)
{
    return lot->refilled_bytes > ((double)lot->bytes - lot->left_bytes) / 2;
}

struct trim_lot *trim_earnings_next(struct trim_earnings *earnings, const struct trim_price *price)
{
    struct trim_lot *lot = NULL;
    for (uint64_t back = 0; (lot = lot_back(earnings, back)) != NULL; back++) {
        if (lot->learned || lot->bytes == 0 || !is_known(lot, price)) {
            continue;
        }
        lot->learned = true;
        if (lot->verdict == TRIM_VERDICT_OPEN && is_refilled(lot)) {
            lot->verdict = TRIM_VERDICT_REFILLED;
        } else if (lot->verdict == TRIM_VERDICT_OPEN) {
            lot->verdict = TRIM_VERDICT_REGRETTED;
            earnings->regretted++;
        }
        return lot;
    }
    return NULL;
}

bool trim_earnings_followed(const struct trim_earnings *earnings)
{
    for (int at = 0; at < TRIM_LOTS; at++) {
        const struct trim_lot *lot = &earnings->lots[at];
        if (!lot->learned && lot->bytes != 0) {
            return true;
        }
    }
    return false;
}
