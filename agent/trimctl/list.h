/* The list of the JVMs that can be seen. */
#ifndef TRIMCTL_LIST_H
#define TRIMCTL_LIST_H

#include <stdbool.h>

#include "exit_code.h"

/* Prints it, as a table or as a JSON array. */
enum ctl_exit ctl_list(bool json);

#endif
