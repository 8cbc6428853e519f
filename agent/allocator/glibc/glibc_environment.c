#include "glibc_environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "arena_map.h"
#include "line_reader.h"
#include "quantity.h"

#define FILE_NAME "/etc/tunables.conf"

/* The release from which on arenas are one for each CPU, and the file is read. */
#define NEW_MINOR 44
#define LEAST_ARENAS 8

/* A tunable as one place sets it. */
struct setting {
    bool is_set;
    bool prevails; /* The file forbids the environment to override it. */
    uint64_t value;
};

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

/* The text behind the name and an equals sign, or NULL where the text does not begin so. */
static const char *value_behind(const char *text, const char *name)
{
    size_t length = strlen(name);
    if (strncmp(text, name, length) != 0) {
        return NULL;
    }
    text += length;
    text += strspn(text, " \t");
    return *text == '=' ? text + 1 : NULL;
}

static void look_in_variable(const struct trim_glibc_world *world, const char *name,
                             struct setting *found)
{
    const char *text = world->variable("GLIBC_TUNABLES");
    while (text != NULL) {
        const char *value = value_behind(text, name);
        if (value != NULL) {
            *found = (struct setting){.is_set = true, .value = number_in(value)};
        }
        text = strchr(text, ':');
        text = text != NULL ? text + 1 : NULL;
    }
}

/*
 * Reads a line, which it changes: modifiers, as characters or as words, the name, and its value.
 * One for privileged programs alone is none for us.
 */
static void read_line(char *line, const char *name, struct setting *found)
{
    char *at = strstr(line, name);
    const char *value = at != NULL ? value_behind(at, name) : NULL;
    if (value == NULL || *line == '#' || (at != line && strchr(" \t+-@$*", at[-1]) == NULL)) {
        return;
    }
    *at = '\0';
    if (strchr(line, '@') == NULL && strstr(line, "onlysecure") == NULL) {
        *found = (struct setting){
            .is_set = true,
            .prevails = strchr(line, '-') != NULL || strstr(line, "nonoverridable") != NULL,
            .value = number_in(value),
        };
    }
}

/* Whether a line "[proc:NAME]" names this program. */
static bool is_ours(const char *filter)
{
    static const char begin[] = "[proc:";
    const char *own = program_invocation_short_name;
    size_t length = strlen(own);
    if (strncmp(filter, begin, sizeof begin - 1) != 0) {
        return false;
    }
    filter += sizeof begin - 1;
    return strncmp(filter, own, length) == 0 && filter[length] == ']';
}

static void look_in_file(const struct trim_glibc_world *world, const char *name,
                         struct setting *found)
{
    struct trim_line_reader reader;
    if (world->files == NULL || trim_lines_open(&reader, world->files, FILE_NAME) != 0) {
        return;
    }
    bool ours = true;
    size_t length = 0;
    const char *line = NULL;
    while ((line = trim_lines_next(&reader, &length)) != NULL) {
        char text[TRIM_LINE_MAX];
        memcpy(text, line, length);
        text[length] = '\0';
        const char *at = text + strspn(text, " \t");
        if (*at == '[') {
            ours = is_ours(at);
        } else if (ours) {
            read_line(text, name, found);
        }
    }
    trim_lines_close(&reader);
}

const char *trim_glibc_tunable(const struct trim_glibc_world *world, const char *name,
                               uint64_t *value)
{
    struct setting in_variable = {0};
    struct setting in_file = {0};
    look_in_variable(world, name, &in_variable);
    look_in_file(world, name, &in_file);
    bool file = in_file.is_set && (in_file.prevails || !in_variable.is_set);
    *value = file ? in_file.value : in_variable.value;
    if (file) {
        return FILE_NAME;
    }
    return in_variable.is_set ? "GLIBC_TUNABLES" : NULL;
}

static bool is_new(const char *version)
{
    const char *minor = strchr(version, '.');
    uint64_t major = number_in(version);
    return major > 2 || (major == 2 && minor != NULL && number_in(minor + 1) >= NEW_MINOR);
}

bool trim_glibc_has_tunables_file(const char *version)
{
    return is_new(version);
}

uint64_t trim_glibc_own_arenas(const char *version, uint64_t cpus_online)
{
    return is_new(version) ? trim_max(cpus_online, LEAST_ARENAS)
                           : cpus_online * TRIM_ARENAS_FOR_CPU;
}

static uint64_t tunable(const struct trim_glibc_world *world, const char *name)
{
    uint64_t value = 0;
    (void)trim_glibc_tunable(world, name, &value);
    return value;
}

uint64_t trim_glibc_heap_bytes(const struct trim_glibc_world *world,
                               uint64_t (*huge_page_bytes)(void))
{
    uint64_t wanted = tunable(world, "glibc.malloc.hugetlb");
    uint64_t page = wanted == 2 ? huge_page_bytes() : wanted;
    bool huge =
        wanted >= 2 && page >= TRIM_MIB && page <= HUGE_PAGE_MAX_BYTES && (page & (page - 1)) == 0;
    return huge ? page * HEAP_HUGE_PAGES : TRIM_ARENA_HEAP_BYTES;
}

bool trim_glibc_asks_for_huge_pages(const struct trim_glibc_world *world)
{
#ifdef __aarch64__
    const bool by_default = true;
#else
    const bool by_default = false;
#endif
    uint64_t value = 0;
    bool set = trim_glibc_tunable(world, "glibc.malloc.hugetlb", &value) != NULL;
    return set ? value == 1 : by_default;
}

const char *trim_glibc_refusal(const struct trim_glibc_world *world)
{
    if (number_in(world->variable("MALLOC_PERTURB_")) != 0 ||
        tunable(world, "glibc.malloc.perturb") != 0) {
        return "MALLOC_PERTURB_ makes malloc write to all that is borrowed";
    }
    /* Linux 5.18 to 6.0 round what is dropped up to a whole huge page, which is not all free. */
    if (tunable(world, "glibc.malloc.hugetlb") >= 2) {
        return "glibc.malloc.hugetlb puts arenas on huge pages, of which no part can be dropped";
    }
    if (tunable(world, "glibc.mem.tagging") != 0) {
        return "glibc.mem.tagging puts tags on addresses";
    }
    return NULL;
}
