/*
 * The one sum that everything is decided by, in nanoseconds of CPU time.
 *
 * Memory that lies free costs rent: `worth` bytes for one second are worth one second of CPU.
 * Giving it back costs CPU too: the release itself, the measurements around it, and the page faults
 * of taking it again. Each of these is measured in this process; until then it is taken for what it
 * was on the machine of docs/DESIGN.md.
 *
 * Near the memory limit, and for a while after the kernel has told of pressure, memory is dearer.
 * While the CPU quota holds the process back, CPU is.
 *
 * Pure. Money is a double: the sums need no last digit, and cannot overflow.
 */
#ifndef TRIMAGENT_PRICE_H
#define TRIMAGENT_PRICE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The least that a release is made for, however dear memory is, and however small the option. */
#define TRIM_LEAST_BYTES UINT64_C(1048576)

struct trim_price_config {
    uint64_t worth_bytes;       /* Free for one second, they are worth one second of CPU. */
    uint64_t threshold_bytes;   /* The least that is released; 0: auto, or a share. */
    uint64_t threshold_percent; /* The same as a share of the memory limit; 0: no share. */
    uint64_t urgent_percent;    /* Fill of the limit from which memory is dearer; 0: never. */
};

struct trim_price {
    struct trim_price_config config;

    /* Measured. */
    double release_ns_per_byte;
    double fault_ns_per_byte; /* Of taking memory again. */
    double fixed_ns;          /* Of a release, whatever it releases: the looks around it. */
    double look_ns;           /* Of an estimate. */
    double poll_ns;           /* Of reading RSS, faults and CPU time. */

    /* As last observed. */
    uint64_t limit_bytes; /* 0: unknown. */
    bool fill_known;
    uint32_t fill_permille;
    uint64_t pressed_until_ns;
    bool throttled;
};

/* Starts with the figures of another machine and an unknown limit. */
void trim_price_init(struct trim_price *price, const struct trim_price_config *config);

/* Takes in the limit and how full it is. */
void trim_price_room(struct trim_price *price, uint64_t limit_bytes, bool fill_known,
                     uint32_t fill_permille);

/* The kernel has told of memory pressure. */
void trim_price_pressed(struct trim_price *price, uint64_t now_ns);

/* Takes in what an estimate has cost. */
void trim_price_looked(struct trim_price *price, uint64_t cost_ns);

/* Takes in what reading the process's figures has cost, which grows with its threads. */
void trim_price_polled(struct trim_price *price, uint64_t cost_ns);

/* Takes in a release of bytes: what it cost by itself, and what the looks around it did. */
void trim_price_released(struct trim_price *price, uint64_t bytes, uint64_t release_ns,
                         uint64_t looks_ns);

/* Takes in what a page fault costs for each byte that it brings, in picoseconds; 0: not measured.
 */
void trim_price_fault(struct trim_price *price, uint64_t ps_per_byte);

/* Whether the fill has reached the urgent share, or the kernel has told of pressure lately. */
bool trim_price_urgent(const struct trim_price *price, uint64_t now_ns);

/* What it costs to let bytes lie free for that long. */
double trim_price_rent_ns(const struct trim_price *price, uint64_t now_ns, double bytes, double ns);

/* What it costs to release bytes, and to take them again. */
double trim_price_round_trip_ns(const struct trim_price *price, double bytes);

/* How long memory must lie free until its rent is what releasing it and taking it again costs for
 * each byte; fixed costs are left out. */
double trim_price_break_even_ns(const struct trim_price *price, uint64_t now_ns);

/* The gap after which bytes that come free at a rate, in bytes a second, have cost cost_ns of rent:
 * 1e18 ns at most. */
double trim_price_gap_ns(const struct trim_price *price, uint64_t now_ns, double rate,
                         double cost_ns);

/* The least that is released now, in bytes. */
uint64_t trim_price_least_bytes(const struct trim_price *price, uint64_t now_ns);

/* The longest time until the limit and the fill are to be read again; TRIM_NEVER where there is no
 * hurry. */
uint64_t trim_price_room_gap_ns(const struct trim_price *price);

#ifdef __cplusplus
}
#endif

#endif
