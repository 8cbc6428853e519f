/*
 * A text of bounded length that is built up piece by piece in the caller's memory.
 *
 * Every line that the agent writes is made here, without malloc. A text that is too long is cut and
 * stays terminated. All functions may be called on any thread; a text belongs to one thread at a
 * time.
 */
#ifndef TRIMAGENT_TEXT_H
#define TRIMAGENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How much of a foreign text is shown: enough to recognise it, short enough for one line of a
 * terminal. */
#define TRIM_TEXT_QUOTED_MAX 120

struct trim_text {
    char *data;      /* Not owned. Always terminated by NUL once initialised. */
    size_t capacity; /* In bytes, the NUL included; at least 1. */
    size_t length;   /* In bytes, the NUL excluded. */
    bool cut;        /* Whether something did not fit. */
};

/* Makes an empty text in data, which has room for capacity bytes and must outlive the text. */
void trim_text_init(struct trim_text *text, char *data, size_t capacity);

/* Appends what printf would write. Only integer and string conversions may be used; floating point
 * and %m may allocate. */
void trim_text_add(struct trim_text *text, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Appends length bytes of foreign text, with everything but printable ASCII replaced by '?', so
 * that what a user or a file gave can neither break a log line nor drive a terminal. At most
 * TRIM_TEXT_QUOTED_MAX bytes are shown.
 */
void trim_text_add_quoted(struct trim_text *text, const char *foreign, size_t length);

/* Makes "?" of control characters, newlines among them, in place. */
void trim_text_clean(char *text, size_t length);

#ifdef __cplusplus
}
#endif

#endif
