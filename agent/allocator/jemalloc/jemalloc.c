/*
 * jemalloc: pages that it keeps for reuse are dirty or muzzy, and purging gives them back.
 *
 * By its own rules it purges what has decayed, some 10 s after it was freed, but only while threads
 * call it (opt.background_thread is off by default): in an idle process nothing decays.
 *
 * Facts are of jemalloc(3) of 5.3, and of its ChangeLog: muzzy pages came with 5.0, stats.retained
 * with 4.2, arena.<i>.purge with 3.1. stats.arenas.<i>.pdirty is there even in builds without
 * statistics (config.stats).
 */
#include <stddef.h>
#include <string.h>

#include "allocator.h"
#include "counted.h"

/* A name by which an arena is asked for, and where its number stands in that. */
#define MIB_MAX 4
struct arena_name {
    size_t mib[MIB_MAX];
    size_t length; /* 0: this version does not know that name. */
    size_t place;
};

static struct {
    int (*mallctl)(const char *name, void *old, size_t *old_length, void *new, size_t new_length);
    int (*to_mib)(const char *name, size_t *mib, size_t *length);
    int (*by_mib)(const size_t *mib, size_t length, void *old, size_t *old_length, void *new,
                  size_t new_length);
    size_t page_bytes;
    bool statistics;
    struct arena_name active;
    struct arena_name dirty;
    struct arena_name muzzy;
    struct arena_name purge;
} own;

static int get(const char *name, void *value, size_t length)
{
    return own.mallctl(name, value, &length, NULL, 0);
}

/* A figure in bytes; 0 where this version or build does not have it. */
static uint64_t bytes_of(const char *name)
{
    size_t value = 0;
    return get(name, &value, sizeof value) == 0 ? value : 0;
}

static void find_name(struct arena_name *found, const char *name, size_t place)
{
    found->place = place;
    found->length = MIB_MAX;
    if (own.to_mib(name, found->mib, &found->length) != 0) {
        found->length = 0;
    }
}

/* The pages that an arena has of one kind; 0 where it is not in use yet. */
static uint64_t pages_of(struct arena_name *name, size_t arena)
{
    size_t pages = 0;
    size_t length = sizeof pages;
    if (name->length == 0) {
        return 0;
    }
    name->mib[name->place] = arena;
    return own.by_mib(name->mib, name->length, &pages, &length, NULL, 0) == 0 ? pages : 0;
}

/* All arenas, those that were made later and the one for oversized blocks included. */
static size_t arena_count(void)
{
    unsigned count = 0;
    return get("arenas.narenas", &count, sizeof count) == 0 ? count : 0;
}

/* Has the figures brought up to date, under each arena's locks in turn: 70 us for 9 arenas. */
static int refresh(void)
{
    uint64_t epoch = 1;
    return own.mallctl("epoch", NULL, NULL, &epoch, sizeof epoch);
}

static int jemalloc_read(struct trim_count *count)
{
    size_t arenas = arena_count();
    if (refresh() != 0 || arenas == 0) {
        return -1;
    }
    uint64_t active = 0;
    uint64_t dirty = 0;
    uint64_t muzzy = 0;
    for (size_t arena = 0; arena < arenas; arena++) {
        active += pages_of(&own.active, arena) * own.page_bytes;
        dirty += pages_of(&own.dirty, arena) * own.page_bytes;
        muzzy += pages_of(&own.muzzy, arena) * own.page_bytes;
    }
    uint64_t retained = bytes_of("stats.retained");
    uint64_t allocated = own.statistics ? bytes_of("stats.allocated") : active;
    *count = (struct trim_count){
        .source = TRIM_FIGURES_JEMALLOC,
        .in_use_bytes = allocated,
        .held_bytes = active > allocated ? active - allocated : 0,
        .free_bytes = dirty + muzzy,
        .given_bytes = retained,
        .arenas = arenas,
        .named = {{"dirty", dirty}, {"muzzy", muzzy}, {"retained", retained}, {"active", active}},
    };
    if (own.statistics) {
        count->named[4] = (struct trim_named_bytes){"allocated", allocated};
        count->named[5] = (struct trim_named_bytes){"resident", bytes_of("stats.resident")};
    }
    return 0;
}

/* One arena after the other. While jemalloc drops pages it holds no lock that malloc waits for, but
 * for the shortest of times. */
static bool jemalloc_release_part(uint64_t part)
{
    own.purge.mib[own.purge.place] = (size_t)part;
    if (pages_of(&own.dirty, part) + pages_of(&own.muzzy, part) > 0) {
        (void)own.by_mib(own.purge.mib, own.purge.length, NULL, NULL, NULL, 0);
    }
    return part + 1 < arena_count();
}

/* Such as "5.3.0-0-g54eaed1d8b56b1aa528be3bdd1877e59c56fa90c". */
static void add_version(struct trim_text *description)
{
    const char *version = NULL;
    if (get("version", (void *)&version, sizeof version) == 0 && version != NULL) {
        trim_text_add(description, " ");
        trim_text_add_quoted(description, version, strcspn(version, "-"));
    }
}

static bool find_functions(trim_find_function find)
{
    *(void **)&own.mallctl = find("mallctl");
    *(void **)&own.to_mib = find("mallctlnametomib");
    *(void **)&own.by_mib = find("mallctlbymib");
    if (own.mallctl == NULL) {
        *(void **)&own.mallctl = find("je_mallctl");
        *(void **)&own.to_mib = find("je_mallctlnametomib");
        *(void **)&own.by_mib = find("je_mallctlbymib");
    }
    return own.mallctl != NULL && own.to_mib != NULL && own.by_mib != NULL;
}

const struct trim_allocator *trim_allocator_jemalloc(trim_find_function find,
                                                     struct trim_text *description)
{
    static const struct trim_counted counted = {
        .read = jemalloc_read,
        .release_part = jemalloc_release_part,
        .call = "arena.<i>.purge",
    };
    if (!find_functions(find)) {
        return NULL;
    }
    find_name(&own.active, "stats.arenas.0.pactive", 2);
    find_name(&own.dirty, "stats.arenas.0.pdirty", 2);
    find_name(&own.muzzy, "stats.arenas.0.pmuzzy", 2);
    find_name(&own.purge, "arena.0.purge", 1);
    own.page_bytes = (size_t)bytes_of("arenas.page");
    own.statistics = false;
    (void)get("config.stats", &own.statistics, sizeof own.statistics);
    trim_text_add(description, "jemalloc");
    add_version(description);
    if (own.dirty.length == 0 || own.purge.length == 0 || own.page_bytes == 0) {
        trim_text_add(description, " (not supported)");
        return &trim_allocator_unsupported;
    }
    trim_text_add(description, "%s", own.statistics ? "" : " (without statistics)");
    return trim_counted_allocator(&counted);
}
