/*
 * Stands in for agent/jvm/libraries.c.
 */
#ifndef TRIMAGENT_TEST_FAKE_LIBRARIES_H
#define TRIMAGENT_TEST_FAKE_LIBRARIES_H

/* What trim_libraries_loaded returns; true at first. */
extern bool libraries_loaded;

#endif
