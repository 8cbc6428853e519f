/* Sets malloc's parameters as the options want them. */
#ifndef TRIMAGENT_TUNE_H
#define TRIMAGENT_TUNE_H

#include <stdbool.h>

#include "worker.h"

/*
 * What is not in force afterwards is off in config's options, so that the start line and status
 * tell what is; why is logged. Before the worker starts, on the thread that loads the agent; live:
 * the JVM has run for a while.
 */
void trim_tune(struct trim_worker_config *config, bool live);

#endif
