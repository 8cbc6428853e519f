#include "glibc_environment.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* The number in text; 0 where there is none. */
static uint64_t number_in(const char *text)
{
    char *end = NULL;
    return text != NULL ? strtoul(text, &end, 0) : 0;
}

/* The text behind the tunable's name and equals sign, or NULL. */
static const char *tunable(const char *(*variable)(const char *name), const char *name_and_equals)
{
    const char *tunables = variable("GLIBC_TUNABLES");
    const char *found = tunables != NULL ? strstr(tunables, name_and_equals) : NULL;
    return found != NULL ? found + strlen(name_and_equals) : NULL;
}

const char *trim_glibc_refusal(const char *(*variable)(const char *name))
{
    if (number_in(variable("MALLOC_PERTURB_")) != 0 ||
        number_in(tunable(variable, "glibc.malloc.perturb=")) != 0) {
        return "MALLOC_PERTURB_ makes malloc write to all that is borrowed";
    }
    /* Linux 5.18 to 6.0 round what is dropped up to a whole huge page, which is not all free. */
    if (number_in(tunable(variable, "glibc.malloc.hugetlb=")) >= 2) {
        return "glibc.malloc.hugetlb puts arenas on huge pages, of which no part can be dropped";
    }
    if (number_in(tunable(variable, "glibc.mem.tagging=")) != 0) {
        return "glibc.mem.tagging puts tags on addresses";
    }
    return NULL;
}
