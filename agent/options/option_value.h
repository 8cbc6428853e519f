/*
 * Values of options: from text to field and back, by the option's type. Used by options.c alone.
 * Pure; any thread.
 */
#ifndef TRIMAGENT_OPTION_VALUE_H
#define TRIMAGENT_OPTION_VALUE_H

#include "options.h"

/* Reads text into the option's field. Returns 0, or -1 where the option does not allow it, with
 * *options untouched. */
int trim_option_set(struct trim_options *options, const struct trim_option *option,
                    const char *text, size_t length);

/* The option's number, or its two; only for types that hold such. */
const uint64_t *trim_option_numbers(const struct trim_options *options,
                                    const struct trim_option *option);

/* The times that a burst may be counted in. */
#define TRIM_BURST_WINDOW_MIN_NS (100 * TRIM_NS_PER_MS)
#define TRIM_BURST_WINDOW_MAX_NS (3600 * TRIM_NS_PER_S)

/* The words that the option's number counts, up to a NULL; only for types that have words. */
const char *const *trim_option_words(const struct trim_option *option);

/* Whether "off" is allowed, which is 0. */
bool trim_option_may_be_off(const struct trim_option *option);

/* Gives the option another one's number. Returns 0. Only for types that hold one. */
int trim_option_copy_number(struct trim_options *options, const struct trim_option *option,
                            const struct trim_option *from);

#endif
