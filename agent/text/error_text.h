/*
 * What an error number means, in words.
 *
 * strerror and %m look for a translation, for which they may open files and allocate; the worker
 * must do neither.
 */
#ifndef TRIMAGENT_ERROR_TEXT_H
#define TRIMAGENT_ERROR_TEXT_H

#ifdef __cplusplus
extern "C" {
#endif

/* Room for any text that is made up. */
#define TRIM_ERROR_TEXT_MAX 24

/*
 * The C library's English words for errno, for those numbers that the agent's calls may meet, or
 * "error 123". buffer serves for the latter. Any thread.
 */
const char *trim_error_text(char buffer[TRIM_ERROR_TEXT_MAX], int error);

#ifdef __cplusplus
}
#endif

#endif
