/* The text of a pressure file. */
#include <string.h>

#include "pressure.h"
#include "quantity.h"

#define PERCENT_MAX 10000

/* Moves behind "NAME=" and the digits after it, and gives back the number. */
static bool take_number(const char **at, const char *end, const char *name, uint64_t *value)
{
    size_t name_length = strlen(name);
    if ((size_t)(end - *at) < name_length || memcmp(*at, name, name_length) != 0) {
        return false;
    }
    const char *digits = *at + name_length;
    const char *after = digits;
    while (after < end && *after >= '0' && *after <= '9') {
        after++;
    }
    *at = after;
    return trim_parse_count(digits, (size_t)(after - digits), value) == TRIM_PARSE_OK;
}

/* Moves behind "NAME=12.34". The kernel always prints two digits behind the point. */
static bool take_percent(const char **at, const char *end, const char *name, uint32_t *hundredths)
{
    uint64_t whole = 0;
    uint64_t fraction = 0;
    if (!take_number(at, end, name, &whole) || whole > PERCENT_MAX / 100) {
        return false;
    }
    const char *point = *at;
    if (!take_number(at, end, ".", &fraction) || *at - point != 3 ||
        whole * 100 + fraction > PERCENT_MAX) {
        return false;
    }
    *hundredths = (uint32_t)(whole * 100 + fraction);
    return true;
}

int trim_parse_pressure(const char *text, size_t length, struct trim_pressure_averages *averages)
{
    struct trim_pressure_averages parsed = {0};
    const char *at = text;
    const char *end = length == 0 ? NULL : memchr(text, '\n', length);
    /* "some" is the first line; without its end it may have been cut. */
    if (end == NULL || !take_percent(&at, end, "some avg10=", &parsed.avg10) ||
        !take_percent(&at, end, " avg60=", &parsed.avg60) ||
        !take_percent(&at, end, " avg300=", &parsed.avg300) ||
        !take_number(&at, end, " total=", &parsed.total_us) || at != end) {
        return -1;
    }
    *averages = parsed;
    return 0;
}

bool trim_pressure_is_high(const struct trim_pressure_averages *averages)
{
    return averages->avg10 >= TRIM_PRESSURE_AVG10_HIGH;
}
