/*
 * Stands in for agent/jvm/libraries.c.
 */
#ifndef TRIMAGENT_TEST_FAKE_LIBRARIES_H
#define TRIMAGENT_TEST_FAKE_LIBRARIES_H

/* What trim_libraries_refusal returns; NULL at first. */
extern const char *libraries_refusal;

#endif
