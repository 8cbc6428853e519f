/*
 * Another copy of the agent in this process: the same library, loaded from another path, has
 * variables of its own and knows nothing of this one. Two would trim the same arenas.
 */
#ifndef TRIMAGENT_TWIN_H
#define TRIMAGENT_TWIN_H

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The path that another copy was loaded from; NULL: there is none. With at_work only one that runs,
 * which no copy does before VMInit. Found by its soname, so that its file may have any name, and
 * may be gone. Control characters in it are shown as
 * "?". The text is overwritten by the next call; one thread at a time.
 */
const char *trim_twin_path(bool at_work);

#ifdef __cplusplus
}
#endif

#endif
