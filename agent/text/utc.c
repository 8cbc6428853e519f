#include "utc.h"

#include <stdbool.h>
#include <stdio.h>

#include "quantity.h"

#define S_PER_DAY 86400

static bool is_leap(uint64_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static unsigned days_of(uint64_t year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return days[month - 1] + (month == 2 && is_leap(year) ? 1U : 0U);
}

const char *trim_format_utc(char text[TRIM_UTC_TEXT_MAX], uint64_t ns)
{
    uint64_t s = ns / TRIM_NS_PER_S;
    uint64_t days = s / S_PER_DAY;
    unsigned of_day = (unsigned)(s % S_PER_DAY);
    uint64_t year = 1970;
    while (days >= (is_leap(year) ? 366 : 365)) {
        days -= is_leap(year) ? 366 : 365;
        year++;
    }
    unsigned month = 1;
    while (days >= days_of(year, month)) {
        days -= days_of(year, month);
        month++;
    }
    (void)snprintf(text, TRIM_UTC_TEXT_MAX, "%04u-%02u-%02uT%02u:%02u:%02u.%06uZ", (unsigned)year,
                   month, (unsigned)days + 1, of_day / 3600, of_day / 60 % 60, of_day % 60,
                   (unsigned)(ns % TRIM_NS_PER_S / TRIM_NS_PER_US));
    return text;
}
