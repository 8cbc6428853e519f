/* trimctl's command line. Pure. */
#ifndef TRIMCTL_ARGUMENTS_H
#define TRIMCTL_ARGUMENTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "attach_frame.h"
#include "text.h"

#ifdef __cplusplus
extern "C" {
#endif

enum ctl_command {
    CTL_LIST = 0,
    CTL_STATUS,
    CTL_TRIM,
    CTL_SET,
    CTL_START,
    CTL_DIAGNOSE,
    CTL_HELP,
    CTL_VERSION
};

struct ctl_arguments {
    enum ctl_command command;
    pid_t pid;
    bool json;
    bool load;           /* diagnose may load the agent. */
    const char *library; /* NULL: to be found. */
    uint64_t timeout_ns;
    char options[CTL_ARGUMENT_MAX + 1]; /* Of set and start, joined by commas. */
};

/* Reads the command line. Returns 0, or -1 with what is wrong appended to message. */
int ctl_arguments_parse(struct ctl_arguments *arguments, int count, char *const *words,
                        struct trim_text *message);

/* The command as it is written. */
const char *ctl_command_name(enum ctl_command command);

#ifdef __cplusplus
}
#endif

#endif
