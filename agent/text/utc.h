/*
 * A date and a time of day, as RFC 3339 writes them. The C library's own functions look up time
 * zones, for which they allocate. Pure; any thread.
 */
#ifndef TRIMAGENT_UTC_H
#define TRIMAGENT_UTC_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Room for such a time with its NUL. */
#define TRIM_UTC_TEXT_MAX 32

/* Writes a time, in nanoseconds since 1970 without leap seconds, such as
 * 2026-11-30T01:44:03.123456Z. Returns text, so that it can stand in an argument list. */
const char *trim_format_utc(char text[TRIM_UTC_TEXT_MAX], uint64_t ns);

#ifdef __cplusplus
}
#endif

#endif
