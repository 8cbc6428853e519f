/*
 * What the options say to the policy, which knows numbers only. Pure; any thread.
 */
#ifndef TRIMAGENT_POLICY_CONFIG_H
#define TRIMAGENT_POLICY_CONFIG_H

#include "options.h"
#include "policy.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The policy's configuration by these options. */
struct trim_policy_config trim_policy_config_of(const struct trim_options *options);

#ifdef __cplusplus
}
#endif

#endif
