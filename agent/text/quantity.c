#include "quantity.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

enum trim_parse_result trim_parse_count(const char *text, size_t length, uint64_t *value)
{
    if (length == 0) {
        return TRIM_PARSE_MALFORMED;
    }
    uint64_t sum = 0;
    bool overflow = false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9') {
            return TRIM_PARSE_MALFORMED;
        }
        overflow |= __builtin_mul_overflow(sum, 10, &sum);
        overflow |= __builtin_add_overflow(sum, (uint64_t)(text[i] - '0'), &sum);
    }
    if (overflow) {
        return TRIM_PARSE_OVERFLOW;
    }
    *value = sum;
    return TRIM_PARSE_OK;
}

/* Reads digits followed by a unit of unit_length bytes that is worth scale. */
static enum trim_parse_result parse_scaled(const char *text, size_t length, size_t unit_length,
                                           uint64_t scale, uint64_t *value)
{
    uint64_t count = 0;
    enum trim_parse_result result = trim_parse_count(text, length - unit_length, &count);
    if (result != TRIM_PARSE_OK) {
        return result;
    }
    uint64_t product = 0;
    if (__builtin_mul_overflow(count, scale, &product)) {
        return TRIM_PARSE_OVERFLOW;
    }
    *value = product;
    return TRIM_PARSE_OK;
}

enum trim_parse_result trim_parse_bytes(const char *text, size_t length, uint64_t *bytes)
{
    if (length == 0) {
        return TRIM_PARSE_MALFORMED;
    }
    switch (text[length - 1]) {
    case 'k':
    case 'K':
        return parse_scaled(text, length, 1, TRIM_KIB, bytes);
    case 'm':
    case 'M':
        return parse_scaled(text, length, 1, TRIM_MIB, bytes);
    case 'g':
    case 'G':
        return parse_scaled(text, length, 1, TRIM_GIB, bytes);
    case 't':
    case 'T':
        return parse_scaled(text, length, 1, TRIM_GIB * TRIM_KIB, bytes);
    default:
        return trim_parse_count(text, length, bytes);
    }
}

enum trim_parse_result trim_parse_duration(const char *text, size_t length, uint64_t *ns)
{
    if (length >= 2 && text[length - 2] == 'm' && text[length - 1] == 's') {
        return parse_scaled(text, length, 2, TRIM_NS_PER_MS, ns);
    }
    if (length == 0) {
        return TRIM_PARSE_MALFORMED;
    }
    switch (text[length - 1]) {
    case 's':
        return parse_scaled(text, length, 1, TRIM_NS_PER_S, ns);
    case 'm':
        return parse_scaled(text, length, 1, 60 * TRIM_NS_PER_S, ns);
    case 'h':
        return parse_scaled(text, length, 1, 3600 * TRIM_NS_PER_S, ns);
    case '0':
        if (length == 1) {
            *ns = 0;
            return TRIM_PARSE_OK;
        }
        return TRIM_PARSE_MALFORMED;
    default:
        return TRIM_PARSE_MALFORMED;
    }
}

/* Writes sign and bytes: whole units as they are, everything else with three digits. */
static void format_bytes(char text[TRIM_QUANTITY_TEXT_MAX], const char *sign, uint64_t bytes)
{
    static const char units[] = {0, 'K', 'M', 'G', 'T', 'P', 'E'};
    size_t unit = 0;
    uint64_t scale = 1;
    while (unit + 1 < sizeof units && bytes / scale >= TRIM_KIB) {
        scale *= TRIM_KIB;
        unit++;
    }
    if (unit == 0) {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%s%" PRIu64, sign, bytes);
        return;
    }
    if (bytes % scale == 0) {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%s%" PRIu64 "%c", sign, bytes / scale,
                       units[unit]);
        return;
    }
    /* Three digits. The rest is below scale, so it is scaled down first where it could overflow. */
    uint64_t whole = bytes / scale;
    uint64_t rest = (bytes % scale) / (scale / TRIM_KIB);
    uint64_t part = whole < 10 ? 100 : whole < 100 ? 10 : 1;
    uint64_t digits = whole * part + (rest * part + TRIM_KIB / 2) / TRIM_KIB;
    whole = digits / part;
    uint64_t decimals = digits % part;
    if (part == 100 && digits < 1000) {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%s%" PRIu64 ".%02" PRIu64 "%c", sign, whole,
                       decimals, units[unit]);
    } else if (part >= 10 && whole < 100) {
        decimals = part == 100 ? decimals / 10 : decimals;
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%s%" PRIu64 ".%" PRIu64 "%c", sign, whole,
                       decimals, units[unit]);
    } else {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%s%" PRIu64 "%c", sign, whole, units[unit]);
    }
}

const char *trim_format_bytes(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t bytes)
{
    format_bytes(text, "", bytes);
    return text;
}

const char *trim_format_bytes_change(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t before,
                                     uint64_t after)
{
    if (after >= before) {
        format_bytes(text, "+", after - before);
    } else {
        format_bytes(text, "-", before - after);
    }
    return text;
}

const char *trim_format_ms(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t ns)
{
    uint64_t tenths =
        ns / (TRIM_NS_PER_MS / 10) + (ns % (TRIM_NS_PER_MS / 10) >= TRIM_NS_PER_MS / 20);
    if (tenths < 1000) {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%" PRIu64 ".%" PRIu64 "ms", tenths / 10,
                       tenths % 10);
    } else {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%" PRIu64 "ms", tenths / 10);
    }
    return text;
}

struct unit {
    uint64_t scale;
    const char *name;
};

/* Writes value exactly, in the first (largest) unit that leaves no rest; the last unit's scale must
 * be 1. */
static void format_exact(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t value,
                         const struct unit *units)
{
    while (units->scale > 1 && (value < units->scale || value % units->scale != 0)) {
        units++;
    }
    (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "%" PRIu64 "%s", value / units->scale,
                   units->name);
}

const char *trim_format_duration(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t ns)
{
    static const struct unit units[] = {{3600 * TRIM_NS_PER_S, "h"}, {60 * TRIM_NS_PER_S, "m"},
                                        {TRIM_NS_PER_S, "s"},        {TRIM_NS_PER_MS, "ms"},
                                        {TRIM_NS_PER_US, "us"},      {1, "ns"}};
    if (ns == 0) {
        (void)snprintf(text, TRIM_QUANTITY_TEXT_MAX, "0");
    } else {
        format_exact(text, ns, units);
    }
    return text;
}

const char *trim_format_bytes_exact(char text[TRIM_QUANTITY_TEXT_MAX], uint64_t bytes)
{
    static const struct unit units[] = {
        {TRIM_GIB * TRIM_KIB, "t"}, {TRIM_GIB, "g"}, {TRIM_MIB, "m"}, {TRIM_KIB, "k"}, {1, ""}};
    format_exact(text, bytes, units);
    return text;
}
