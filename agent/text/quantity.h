/*
 * Sizes and times as people write and read them.
 *
 * Parsing is strict: the whole text must be one quantity. Formatting uses integers only, because
 * the C library's floating-point conversions may allocate, which the worker must not do. All
 * functions are pure and may be called on any thread.
 */
#ifndef TRIMAGENT_QUANTITY_H
#define TRIMAGENT_QUANTITY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define TRIM_NS_PER_US UINT64_C(1000)
#define TRIM_NS_PER_MS UINT64_C(1000000)
#define TRIM_NS_PER_S UINT64_C(1000000000)
#define TRIM_KIB UINT64_C(1024)
#define TRIM_MIB (TRIM_KIB * TRIM_KIB)
#define TRIM_GIB (TRIM_MIB * TRIM_KIB)

/* A point in time that never comes. */
#define TRIM_NEVER UINT64_MAX

/* Plain arithmetic on two quantities of one kind. trim_excess is what a is more than b: 0 where it
 * is not. */
static inline uint64_t trim_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t trim_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

static inline uint64_t trim_excess(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

static inline uint64_t trim_distance(uint64_t a, uint64_t b)
{
    return a > b ? a - b : b - a;
}

/* The longest text that the formatting functions write, with its terminating NUL. */
#define TRIM_QUANTITY_TEXT_MAX 24

/* Why a text is not a quantity. */
enum trim_parse_result { TRIM_PARSE_OK = 0, TRIM_PARSE_MALFORMED, TRIM_PARSE_OVERFLOW };

/*
 * Reads a whole decimal number without sign, such as 200.
 * On failure *value is untouched.
 */
enum trim_parse_result trim_parse_count(const char *text, size_t length, uint64_t *value);

/*
 * Reads a size in bytes: digits and an optional k, m, g or t in either case (powers of 1024), such
 * as 512m. On failure *bytes is untouched.
 */
enum trim_parse_result trim_parse_bytes(const char *text, size_t length, uint64_t *bytes);

/*
 * Reads a duration in nanoseconds: digits and one of ms, s, m, h, such as 500ms. The unit may be
 * missing only for 0, because a bare number would be read as seconds by some and as milliseconds by
 * others. On failure *ns is untouched.
 */
enum trim_parse_result trim_parse_duration(const char *text, size_t length, uint64_t *ns);

/*
 * Writes bytes with a unit and three digits, whole units without a fraction, such as 812K, 1.20G,
 * 64M or 0. Returns text, so that it can stand in an argument list.
 */
const char *trim_format_bytes(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t bytes);

/*
 * Writes the difference after - before with its sign, such as -931M, +12K or +0. Both are unsigned
 * 64-bit figures, so that no difference of theirs can overflow on the way.
 */
const char *trim_format_bytes_change(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t before,
                                     uint64_t after);

/* Writes a time in milliseconds with one decimal below 100 ms, such as 0.2ms, 84.1ms or 1496ms. */
const char *trim_format_ms(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t ns);

/* Writes a duration exactly, with the largest unit that leaves no rest, such as 500ms, 30s, 10m or
 * 1h. */
const char *trim_format_duration(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t ns);

/* Writes a size exactly, with the largest unit that leaves no rest, such as 64m or 1048577. */
const char *trim_format_bytes_exact(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t bytes);

#ifdef __cplusplus
}
#endif

#endif
