#include "glibc_environment.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trimagent/arena_map.h"
#include "trimagent/quantity.h"
#include "trimagent/tuning.h"

/* glibc's M_TOP_PAD by default, and what an arena's own state and the rounding add to it. */
#define TOP_PAD_BYTES (128 * TRIM_KIB)
#define ARENA_STATE_BYTES (4 * TRIM_KIB)

/* What glibc 2.35 to 2.41 makes a heap of where arenas are on huge pages, and the largest of these
 * that any system has. */
#define HEAP_HUGE_PAGES 4
#define HUGE_PAGE_MAX_BYTES (16 * TRIM_GIB)

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

uint64_t trim_glibc_arena_limit(uint64_t set_by_agent, const char *(*variable)(const char *name))
{
    uint64_t limit = set_by_agent;
    if (limit == 0) {
        limit = number_in(variable("MALLOC_ARENA_MAX"));
    }
    if (limit == 0) {
        limit = number_in(tunable(variable, "glibc.malloc.arena_max="));
    }
    if (limit == 0) {
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        limit = TRIM_ARENAS_FOR_CPU * (uint64_t)(cpus > 0 ? cpus : 1);
    }
    return limit;
}

uint64_t trim_glibc_new_arena_bytes(uint64_t pad_set_by_agent,
                                    const char *(*variable)(const char *name))
{
    const char *text = variable("MALLOC_TOP_PAD_");
    text = text != NULL ? text : tunable(variable, "glibc.malloc.top_pad=");
    uint64_t pad = pad_set_by_agent != 0 ? pad_set_by_agent : TOP_PAD_BYTES;
    pad = trim_max(text != NULL ? number_in(text) : pad, TOP_PAD_BYTES);
    return trim_min(pad + ARENA_STATE_BYTES, TRIM_ARENA_HEAP_BYTES);
}

uint64_t trim_glibc_heap_bytes(uint64_t huge_page_bytes, const char *(*variable)(const char *name))
{
    uint64_t wanted = number_in(tunable(variable, "glibc.malloc.hugetlb="));
    uint64_t page = wanted == 2 ? huge_page_bytes : wanted;
    bool huge =
        wanted >= 2 && page >= TRIM_MIB && page <= HUGE_PAGE_MAX_BYTES && (page & (page - 1)) == 0;
    return huge ? page * HEAP_HUGE_PAGES : TRIM_ARENA_HEAP_BYTES;
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
