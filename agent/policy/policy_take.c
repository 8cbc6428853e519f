#include "policy_take.h"

#include "quantity.h"

/* While something is being loaded, its end is looked for so often. */
#define LOADING_GAP_NS (50 * TRIM_NS_PER_MS)

/* What an event is taken to free where none like it is known: this part of RSS, or of what was
 * loaded before it; or so much where RSS is not known. */
#define EVENT_PART 4
#define LOADED_PART 2
#define EVENT_BYTES (64.0 * (double)TRIM_MIB)

/* Memory that is taken again within this part of the time for which it was watched. */
#define DECEIVED_PART 2

/* Coming to rest, or a moment of work, says less. */
#define REST_BYTES (16.0 * (double)TRIM_MIB)

bool trim_take_is_room_wanted(const struct trim_policy *policy)
{
    bool checked = policy->config.price.urgent_percent != 0 && policy->looks.unannounced;
    return checked || trim_triggers_on(&policy->triggers, TRIM_REASON_PRESSURE) ||
           policy->config.price.threshold_percent != 0;
}

static double guess_bytes(const struct trim_policy *policy)
{
    uint64_t rss_bytes = policy->signs.last.rss_bytes;
    return rss_bytes == 0 ? EVENT_BYTES : (double)rss_bytes / EVENT_PART;
}

void trim_take_signals(struct trim_policy *policy, const struct trim_observation *now)
{
    uint64_t now_ns = now->now_ns;
    uint64_t least_bytes = trim_price_least_bytes(&policy->price, now_ns);
    uint64_t events = trim_triggers_take(&policy->triggers, now_ns, &now->signals, least_bytes);
    for (int reason = 0; reason < TRIM_REASON_COUNT; reason++) {
        if ((events & (UINT64_C(1) << reason)) == 0) {
            continue;
        }
        bool collected = reason == TRIM_REASON_FULL_GC;
        uint64_t since_ns = collected ? trim_min(now->last_old_ns, now_ns) : now_ns;
        uint64_t ready_ns = since_ns + (collected ? policy->config.settle_ns : 0);
        trim_looks_expect(&policy->looks, (enum trim_reason)reason, since_ns, ready_ns,
                          guess_bytes(policy));
        /* The look that follows can then tell whether the process still grows. */
        policy->poll_due_ns = now_ns;
    }
    if ((events & (UINT64_C(1) << TRIM_REASON_PRESSURE)) != 0) {
        trim_price_pressed(&policy->price, now_ns);
    }
}

/* Learns from the releases of which it has become known how long their memory lies. */
static void take_earnings(struct trim_policy *policy)
{
    /* One a step, so that each is told. */
    const struct trim_lot *lot = NULL;
    if ((lot = trim_earnings_next(&policy->earnings, &policy->price)) != NULL) {
        policy->known = *lot;
        if (lot->verdict == TRIM_VERDICT_REFILLED) {
            return;
        }
        bool regretted = lot->verdict == TRIM_VERDICT_REGRETTED;
        double held_ns = trim_lot_held_ns(lot);
        /* What comes back at once was in use before as well, though no look has met that. */
        bool deceived = regretted && held_ns < lot->waited_ns / DECEIVED_PART;
        trim_patience_correct(&policy->patience, lot->reason, lot->time,
                              deceived ? held_ns : held_ns + lot->waited_ns);
        trim_patience_judge(&policy->patience, lot->reason, deceived);
        if (regretted) {
            trim_looks_regret(&policy->looks, lot->reason, (double)lot->bytes);
        }
    }
}

static void take_sign(struct trim_policy *policy, enum trim_sign sign, uint64_t now_ns)
{
    /* Blips that follow one another are one event, as requests of a server at low load may be. */
    bool pending = policy->looks.events[TRIM_REASON_WATERMARK].pending_bytes > 0;
    bool is_weak = sign == TRIM_SIGN_RESTED || (sign == TRIM_SIGN_BLIP && !pending);
    if (sign == TRIM_SIGN_LOADED && trim_triggers_on(&policy->triggers, TRIM_REASON_GROWTH)) {
        trim_looks_expect(&policy->looks, TRIM_REASON_GROWTH, now_ns, now_ns,
                          (double)policy->signs.loaded_bytes / LOADED_PART);
    } else if (is_weak && policy->looks.unannounced) {
        trim_looks_expect(&policy->looks, TRIM_REASON_WATERMARK, now_ns, now_ns, REST_BYTES);
    }
}

void trim_take_process(struct trim_policy *policy, const struct trim_observation *now)
{
    policy->blind = now->failed;
    trim_price_polled(&policy->price, now->cost_ns);
    uint64_t gap_ns = trim_looks_poll_gap_ns(&policy->looks, &policy->price, now->now_ns);
    if (now->failed) {
        /* It may be forbidden for good, or have failed once. */
        policy->signs.loading = false;
        policy->poll_due_ns = now->now_ns + trim_max(gap_ns, policy->config.check_ns);
        return;
    }
    const struct trim_vitals vitals = {now->now_ns, now->rss_bytes, now->minor_faults, now->cpu_ns};
    if (!policy->signs.seen && policy->looks.unannounced) {
        /* No sign has told of what came free before. */
        trim_looks_expect(&policy->looks, TRIM_REASON_WATERMARK, now->now_ns, now->now_ns,
                          REST_BYTES);
    }
    take_sign(policy, trim_signs_take(&policy->signs, &vitals), now->now_ns);
    trim_earnings_take(&policy->earnings, &policy->price, &vitals);
    take_earnings(policy);
    bool loading = trim_signs_loading(&policy->signs, now->now_ns, policy->config.max_wait_ns);
    policy->poll_due_ns = now->now_ns + (loading ? LOADING_GAP_NS : gap_ns);
}

/* Takes in how full the memory is, and plans when that is looked at again. */
void trim_take_room(struct trim_policy *policy, const struct trim_observation *now)
{
    policy->room_at_ns = now->now_ns;
    bool was_urgent = trim_price_urgent(&policy->price, now->now_ns);
    trim_price_room(&policy->price, now->limit_bytes, now->fill_known, now->fill_permille);
    if (trim_price_urgent(&policy->price, now->now_ns) && !was_urgent &&
        policy->looks.unannounced) {
        trim_looks_expect(&policy->looks, TRIM_REASON_WATERMARK, now->now_ns, now->now_ns,
                          guess_bytes(policy));
    }
    uint64_t gap_ns = trim_price_room_gap_ns(&policy->price);
    uint64_t check_ns = policy->config.check_ns;
    bool again = check_ns != 0 && trim_take_is_room_wanted(policy);
    policy->room_due_ns = again ? now->now_ns + trim_min(gap_ns, check_ns) : TRIM_NEVER;
}

void trim_take_sample(struct trim_policy *policy, const struct trim_observation *now)
{
    policy->looks_cost_ns += (double)now->cost_ns;
    if (now->look == TRIM_LOOK_LAY) {
        trim_watch_laid(&policy->watch, !now->failed);
    } else {
        trim_watch_sampled(&policy->watch, &policy->price, now->now_ns, now->back_permille);
    }
}

void trim_take_refault(struct trim_policy *policy, const struct trim_observation *now)
{
    struct trim_vitals vitals = policy->signs.last;
    vitals.at_ns = now->now_ns;
    const struct trim_back back = {!now->failed, now->refaulted_bytes, now->refilled_bytes};
    trim_earnings_exact(&policy->earnings, &policy->price, &vitals, &back);
    take_earnings(policy);
}
