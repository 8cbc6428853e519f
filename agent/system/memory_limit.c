#include "memory_limit.h"

#include "flat_keyed.h"
#include "process_memory.h"
#include "quantity.h"

/* Room for memory.stat. It takes 2 KiB on Linux 6.18, and it grows. */
#define STAT_MAX 8192

/*
 * v1 has no word for "no limit": it is the largest number of pages, in bytes, and was 2^63 - 1 on
 * old kernels. No machine has a quarter of that.
 */
#define UNLIMITED_BYTES (UINT64_C(1) << 61)

/* What the two versions call the same. */
struct file_names {
    const char *limit;
    const char *high; /* NULL: the version has none; v1's soft limit throttles nobody. */
    const char *usage;
    const char *inactive_file; /* In memory.stat, descendants included. */
};

static const struct file_names *names_of(enum trim_cgroup_version version)
{
    static const struct file_names v1 = {"memory.limit_in_bytes", NULL, "memory.usage_in_bytes",
                                         "total_inactive_file"};
    static const struct file_names v2 = {"memory.max", "memory.high", "memory.current",
                                         "inactive_file"};
    return version == TRIM_CGROUP_V1 ? &v1 : &v2;
}

/* Reads a file of a single value; 0 where it cannot be read. */
static uint64_t read_value(const struct trim_cgroup *cgroup, size_t level, const char *name)
{
    char text[64];
    uint64_t value = 0;
    long length = trim_cgroup_read(cgroup, level, name, text, sizeof text);
    if (length < 0 || trim_parse_single_value(text, (size_t)length, &value) != 0) {
        return 0;
    }
    return value;
}

/* Reads a limit; UINT64_MAX where there is none. A limit of 0 is no limit to live by: it is written
 * to make the kernel reclaim, and is gone soon. */
static uint64_t read_limit(const struct trim_cgroup *cgroup, size_t level, const char *name)
{
    uint64_t bytes = name == NULL ? 0 : read_value(cgroup, level, name);
    return bytes == 0 || bytes >= UNLIMITED_BYTES ? UINT64_MAX : bytes;
}

/* part / whole in thousandths; whole is not 0. */
static uint32_t permille(uint64_t part, uint64_t whole)
{
    uint64_t share = part <= UINT64_MAX / 1000 ? part * 1000 / whole : part / (whole / 1000 + 1);
    return (uint32_t)trim_min(share, UINT32_MAX);
}

/* Takes a fill over where it is the fullest so far. */
static void take_fill(struct trim_memory_limit *limit, size_t level, uint64_t ceiling_bytes,
                      uint64_t usage_bytes, uint64_t working_set_bytes)
{
    uint32_t fill = permille(working_set_bytes, ceiling_bytes);
    if (limit->fill_known && fill <= limit->fill_permille) {
        return;
    }
    limit->fill_known = true;
    limit->fill_level = level;
    limit->ceiling_bytes = ceiling_bytes;
    limit->usage_bytes = usage_bytes;
    limit->working_set_bytes = working_set_bytes;
    limit->fill_permille = fill;
}

/* Reads the fill of a cgroup that has a ceiling. */
static void read_fill(struct trim_memory_limit *limit, size_t level, uint64_t ceiling_bytes)
{
    const struct file_names *names = names_of(limit->cgroup.version);
    uint64_t usage_bytes = read_value(&limit->cgroup, level, names->usage);
    if (usage_bytes == 0) {
        return; /* A cgroup with a living process uses something. */
    }
    char text[STAT_MAX];
    uint64_t inactive_bytes = 0;
    long length = trim_cgroup_read(&limit->cgroup, level, "memory.stat", text, sizeof text);
    if (length > 0) {
        (void)trim_flat_keyed_find(text, (size_t)length, names->inactive_file, &inactive_bytes);
    }
    take_fill(limit, level, ceiling_bytes, usage_bytes, trim_excess(usage_bytes, inactive_bytes));
}

/* v1's own word on the limit in force: UINT64_MAX where there is none, 0 where nothing is said. */
static uint64_t read_hierarchical(const struct trim_cgroup *cgroup)
{
    char text[STAT_MAX];
    uint64_t bytes = 0;
    if (cgroup->version != TRIM_CGROUP_V1) {
        return 0;
    }
    long length = trim_cgroup_read(cgroup, cgroup->length, "memory.stat", text, sizeof text);
    if (length > 0) {
        (void)trim_flat_keyed_find(text, (size_t)length, "hierarchical_memory_limit", &bytes);
    }
    return bytes >= UNLIMITED_BYTES ? UINT64_MAX : bytes;
}

static void read_level(struct trim_memory_limit *limit, size_t level, uint64_t hierarchical_bytes)
{
    const struct file_names *names = names_of(limit->cgroup.version);
    uint64_t bytes = read_limit(&limit->cgroup, level, names->limit);
    uint64_t high_bytes = read_limit(&limit->cgroup, level, names->high);
    if (bytes < hierarchical_bytes) {
        return; /* An ancestor with use_hierarchy 0, before Linux 5.11: it does not bind us. */
    }
    if (bytes < limit->limit_bytes) {
        limit->limit_bytes = bytes;
        limit->source = TRIM_LIMIT_CGROUP;
        limit->level = level;
    }
    limit->high_bytes = trim_min(limit->high_bytes, high_bytes);
    if (trim_min(bytes, high_bytes) != UINT64_MAX) {
        read_fill(limit, level, trim_min(bytes, high_bytes));
    }
}

static void read_levels(struct trim_memory_limit *limit)
{
    const struct trim_cgroup *cgroup = &limit->cgroup;
    uint64_t hierarchical_bytes = read_hierarchical(cgroup);
    size_t level = cgroup->length;
    do {
        read_level(limit, level, hierarchical_bytes);
    } while (trim_cgroup_parent(cgroup, &level));
    if (hierarchical_bytes != 0 && hierarchical_bytes < limit->limit_bytes) {
        limit->limit_bytes = hierarchical_bytes;
        limit->source = TRIM_LIMIT_HIDDEN;
        limit->level = cgroup->length;
        /* What the ancestor's other descendants use is unknown; this is the least. */
        read_fill(limit, cgroup->length, hierarchical_bytes);
    }
}

static void read_host(struct trim_memory_limit *limit)
{
    char text[4096];
    char path[TRIM_CGROUP_PATH_MAX];
    struct trim_text proc;
    trim_text_init(&proc, path, sizeof path);
    trim_text_add(&proc, "%s/proc", limit->cgroup.root);
    long length = trim_read_small_file(path, "meminfo", text, sizeof text);
    uint64_t total_bytes = 0;
    if (length < 0 || proc.cut ||
        trim_find_kib_line(text, (size_t)length, "MemTotal:", &total_bytes) != 0 ||
        total_bytes == 0 || total_bytes > limit->limit_bytes) {
        return;
    }
    limit->limit_bytes = total_bytes;
    limit->source = TRIM_LIMIT_HOST;
    limit->level = 0;
    uint64_t free_bytes = 0;
    uint64_t available_bytes = 0;
    if (trim_find_kib_line(text, (size_t)length, "MemFree:", &free_bytes) == 0 &&
        trim_find_kib_line(text, (size_t)length, "MemAvailable:", &available_bytes) == 0) {
        take_fill(limit, 0, total_bytes, trim_excess(total_bytes, free_bytes),
                  trim_excess(total_bytes, available_bytes));
    }
}

static void read_all(struct trim_memory_limit *limit)
{
    limit->source = TRIM_LIMIT_UNKNOWN;
    limit->limit_bytes = UINT64_MAX;
    limit->high_bytes = UINT64_MAX;
    limit->level = 0;
    limit->fill_known = false;
    limit->fill_level = 0;
    limit->ceiling_bytes = 0;
    limit->usage_bytes = 0;
    limit->working_set_bytes = 0;
    limit->fill_permille = 0;
    if (limit->cgroup.version != TRIM_CGROUP_NONE) {
        read_levels(limit);
    }
    read_host(limit);
    limit->limit_bytes = limit->source == TRIM_LIMIT_UNKNOWN ? 0 : limit->limit_bytes;
    limit->high_bytes = limit->high_bytes == UINT64_MAX ? 0 : limit->high_bytes;
}

void trim_memory_limit_open(struct trim_memory_limit *limit, const char *root)
{
    (void)trim_cgroup_open(&limit->cgroup, root, "memory");
    read_all(limit);
}

bool trim_memory_limit_refresh(struct trim_memory_limit *limit)
{
    enum trim_limit_source source = limit->source;
    uint64_t limit_bytes = limit->limit_bytes;
    uint64_t high_bytes = limit->high_bytes;
    size_t level = limit->level;
    bool moved = trim_cgroup_refresh(&limit->cgroup);
    read_all(limit);
    return moved || source != limit->source || limit_bytes != limit->limit_bytes ||
           high_bytes != limit->high_bytes || level != limit->level;
}
