/*
 * What the environment makes of glibc's malloc. Pure: variable() reads the environment, NULL where
 * a name is not set. GLIBC_TUNABLES and the older variables of the same meaning.
 */
#ifndef TRIMAGENT_GLIBC_ENVIRONMENT_H
#define TRIMAGENT_GLIBC_ENVIRONMENT_H

/* Why not to borrow, as a phrase that follows "because", or NULL. */
const char *trim_glibc_refusal(const char *(*variable)(const char *name));

#endif
