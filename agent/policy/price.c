#include "price.h"

#include <math.h>
#include <string.h>

#include "quantity.h"

/*
 * What things cost until they have been measured (AMD EPYC guest of 2 CPUs, glibc 2.36, 512 MiB of
 * blocks of 64 B to 64 KiB in four arenas): malloc_trim 74 ms of CPU for each GiB, its page faults
 * 150 to 316 ms, an estimate 1 to 4 ms.
 */
#define RELEASE_NS_PER_BYTE (80e6 / (double)TRIM_GIB)
#define FAULT_NS_PER_BYTE (200e6 / (double)TRIM_GIB)
#define FIXED_NS 4e6
#define LOOK_NS 1e6
/* Reading RSS, faults and CPU time with some ten threads; 0.3 ms with four thousand. */
#define POLL_NS 15e3

/* A wake-up costs so much beside, and a coarse clock of CPU time shows nothing at all. Looks that
 * cost nothing would follow one another without end. */
#define LOOK_LEAST_NS (20 * TRIM_NS_PER_US)

/* A new measurement counts this much; one alone may have met a busy moment. */
#define NEW_PART 0.3

/* Where less is released, its cost for each byte tells little. */
#define TELLING_BYTES (16 * TRIM_MIB)

/* From the urgent share on memory is so many times as dear, and twice that with each further
 * quarter of the rest that fills up: 64 times at the limit. */
#define URGENT_DEAR 4U
#define DOUBLINGS 4U
/* For so long after the kernel's word of pressure it is as dear as half way from there to the
 * limit. */
#define PRESSED_NS (10 * TRIM_NS_PER_S)
#define PRESSED_DEAR 16U

/* While the quota bites, CPU is so many times as dear. */
#define THROTTLED_DEAR 4.0

/* threshold=auto: less than this is not worth a line of the log. */
#define AUTO_BYTES (4 * TRIM_MIB)
/* What stands in for a share of a limit that is not known. */
#define UNKNOWN_SHARE_BYTES (64 * TRIM_MIB)

/* Reading the container's files costs 0.1 to 0.9 ms. Each second a Java heap that grows by 100 MB/s
 * is met in time; so far below the urgent share each five seconds are enough. */
#define URGENT_GAP_NS TRIM_NS_PER_S
#define NEAR_PERMILLE 100
#define NEAR_GAP_NS (5 * TRIM_NS_PER_S)

/* No gap is longer than 31 years. */
#define GAP_MOST_NS 1e18

void trim_price_init(struct trim_price *price, const struct trim_price_config *config)
{
    memset(price, 0, sizeof *price);
    price->config = *config;
    price->release_ns_per_byte = RELEASE_NS_PER_BYTE;
    price->fault_ns_per_byte = FAULT_NS_PER_BYTE;
    price->fixed_ns = FIXED_NS;
    price->look_ns = LOOK_NS;
    price->poll_ns = POLL_NS;
}

void trim_price_room(struct trim_price *price, uint64_t limit_bytes, bool fill_known,
                     uint32_t fill_permille)
{
    price->limit_bytes = limit_bytes;
    price->fill_known = fill_known;
    price->fill_permille = fill_permille;
}

void trim_price_pressed(struct trim_price *price, uint64_t now_ns)
{
    price->pressed_until_ns = now_ns + PRESSED_NS;
}

static void blend(double *known, double measured)
{
    *known += (measured - *known) * NEW_PART;
}

void trim_price_looked(struct trim_price *price, uint64_t cost_ns)
{
    blend(&price->look_ns, (double)trim_max(cost_ns, LOOK_LEAST_NS));
}

void trim_price_polled(struct trim_price *price, uint64_t cost_ns)
{
    blend(&price->poll_ns, fmax((double)cost_ns, POLL_NS));
}

void trim_price_released(struct trim_price *price, uint64_t bytes, uint64_t release_ns,
                         uint64_t looks_ns)
{
    blend(&price->fixed_ns, (double)looks_ns);
    if (bytes >= TELLING_BYTES) {
        blend(&price->release_ns_per_byte, (double)release_ns / (double)bytes);
    }
}

void trim_price_fault(struct trim_price *price, uint64_t ps_per_byte)
{
    if (ps_per_byte != 0) {
        blend(&price->fault_ns_per_byte, (double)ps_per_byte / 1e3);
    }
}

static uint64_t urgent_permille(const struct trim_price *price)
{
    return price->config.urgent_percent * 10;
}

static bool is_full(const struct trim_price *price)
{
    return price->config.urgent_percent != 0 && price->fill_known &&
           price->fill_permille >= urgent_permille(price);
}

bool trim_price_urgent(const struct trim_price *price, uint64_t now_ns)
{
    return is_full(price) || now_ns < price->pressed_until_ns;
}

/* How many times as dear memory is as in quiet times. */
static uint64_t dearness(const struct trim_price *price, uint64_t now_ns)
{
    uint64_t pressed = now_ns < price->pressed_until_ns ? PRESSED_DEAR : 1;
    if (!is_full(price)) {
        return pressed;
    }
    uint64_t from = urgent_permille(price);
    uint64_t left = trim_max(trim_excess(1000, from), 1);
    uint64_t doublings = trim_min((price->fill_permille - from) * DOUBLINGS / left, DOUBLINGS);
    return trim_max((uint64_t)URGENT_DEAR << doublings, pressed);
}

double trim_price_rent_ns(const struct trim_price *price, uint64_t now_ns, double bytes, double ns)
{
    double rent_ns = bytes / (double)price->config.worth_bytes * ns;
    return rent_ns * (double)dearness(price, now_ns);
}

static double cpu_dearness(const struct trim_price *price)
{
    return price->throttled ? THROTTLED_DEAR : 1.0;
}

static double per_byte_ns(const struct trim_price *price)
{
    return (price->release_ns_per_byte + price->fault_ns_per_byte) * cpu_dearness(price);
}

double trim_price_round_trip_ns(const struct trim_price *price, double bytes)
{
    return per_byte_ns(price) * bytes + price->fixed_ns * cpu_dearness(price);
}

double trim_price_break_even_ns(const struct trim_price *price, uint64_t now_ns)
{
    return per_byte_ns(price) / trim_price_rent_ns(price, now_ns, 1.0, 1.0);
}

double trim_price_gap_ns(const struct trim_price *price, uint64_t now_ns, double rate,
                         double cost_ns)
{
    double per_ns = rate / (double)TRIM_NS_PER_S;
    double gap_ns = sqrt(2 * cost_ns / trim_price_rent_ns(price, now_ns, per_ns, 1.0));
    return fmin(gap_ns, GAP_MOST_NS);
}

uint64_t trim_price_least_bytes(const struct trim_price *price, uint64_t now_ns)
{
    uint64_t bytes =
        price->config.threshold_bytes != 0 ? price->config.threshold_bytes : AUTO_BYTES;
    if (price->config.threshold_percent != 0) {
        /* Divided first, so that no limit makes the product overflow. */
        bytes = price->limit_bytes == 0
                    ? UNKNOWN_SHARE_BYTES
                    : price->limit_bytes / 100 * price->config.threshold_percent;
    }
    return trim_max(bytes / dearness(price, now_ns), TRIM_LEAST_BYTES);
}

uint64_t trim_price_room_gap_ns(const struct trim_price *price)
{
    if (is_full(price)) {
        return URGENT_GAP_NS;
    }
    bool near = price->config.urgent_percent != 0 && price->fill_known &&
                price->fill_permille + NEAR_PERMILLE >= urgent_permille(price);
    return near ? NEAR_GAP_NS : TRIM_NEVER;
}
