/*
 * Values of options: from text to field and back, by the option's type. Used by options.c alone.
 * Pure; any thread.
 */
#ifndef TRIMAGENT_OPTION_VALUE_H
#define TRIMAGENT_OPTION_VALUE_H

#include "trimagent/options.h"

/* Reads text into the option's field. Returns 0, or -1 where the option does not allow it, with
 * *options untouched. */
int trim_option_set(struct trim_options *options, const struct trim_option *option,
                    const char *text, size_t length);

/* The option's number; only for types that hold one. */
uint64_t trim_option_number(const struct trim_options *options, const struct trim_option *option);

/* Gives the option another one's number. Returns 0. Only for types that hold one. */
int trim_option_copy_number(struct trim_options *options, const struct trim_option *option,
                            const struct trim_option *from);

#endif
