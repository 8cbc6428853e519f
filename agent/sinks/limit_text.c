#include "limit_text.h"

#include <inttypes.h>

#include "quantity.h"

/* Where it was looked for in vain. */
static void add_searched(struct trim_text *text, const struct trim_cgroup *cgroup)
{
    if (cgroup->version == TRIM_CGROUP_NONE) {
        trim_text_add(text, "no cgroup visible");
        return;
    }
    trim_text_add(text, "none lower in ");
    trim_cgroup_add_version(text, cgroup->version);
    trim_text_add(text, ", ");
    trim_cgroup_add_path(text, cgroup, cgroup->length, NULL);
}

void trim_memory_limit_add(struct trim_text *text, const struct trim_memory_limit *limit)
{
    const struct trim_cgroup *cgroup = &limit->cgroup;
    char bytes[TRIM_QUANTITY_TEXT_MAX];
    if (limit->source == TRIM_LIMIT_UNKNOWN) {
        trim_text_add(text, "memory limit unknown (");
        add_searched(text, cgroup);
        trim_text_add(text, "; /proc/meminfo unreadable)");
        return;
    }
    trim_text_add(text, "memory limit %s (", trim_format_bytes(bytes, limit->limit_bytes));
    if (limit->source == TRIM_LIMIT_HOST) {
        trim_text_add(text, "the host's, ");
        add_searched(text, cgroup);
    } else {
        bool hidden = limit->source == TRIM_LIMIT_HIDDEN;
        const char *name = cgroup->version == TRIM_CGROUP_V2 ? "memory.max"
                           : hidden                          ? "memory.stat"
                                                             : "memory.limit_in_bytes";
        trim_cgroup_add_version(text, cgroup->version);
        trim_text_add(text, hidden ? ", of an ancestor out of sight, " : ", ");
        trim_cgroup_add_path(text, cgroup, limit->level, name);
    }
    if (cgroup->version != TRIM_CGROUP_NONE && !cgroup->own) {
        trim_text_add(text, "; its own cgroup is not visible");
    }
    if (limit->high_bytes != 0) {
        trim_text_add(text, "; memory.high %s", trim_format_bytes(bytes, limit->high_bytes));
    }
    trim_text_add(text, ")");
}

void trim_memory_limit_add_fill(struct trim_text *text, const struct trim_memory_limit *limit)
{
    if (!limit->fill_known) {
        trim_text_add(text, "fill unknown");
        return;
    }
    char working_set[TRIM_QUANTITY_TEXT_MAX];
    char ceiling[TRIM_QUANTITY_TEXT_MAX];
    char usage[TRIM_QUANTITY_TEXT_MAX];
    trim_text_add(text, "%u%% full: working set %s of %s, usage %s (",
                  (unsigned)(limit->fill_permille / 10),
                  trim_format_bytes(working_set, limit->working_set_bytes),
                  trim_format_bytes(ceiling, limit->ceiling_bytes),
                  trim_format_bytes(usage, limit->usage_bytes));
    if (limit->fill_level == 0) {
        trim_text_add(text, "the host)");
    } else {
        trim_cgroup_add_path(text, &limit->cgroup, limit->fill_level, NULL);
        trim_text_add(text, ")");
    }
}

void trim_cpu_throttle_add(struct trim_text *text, const struct trim_cpu_throttle *throttle)
{
    const struct trim_cgroup *cgroup = &throttle->cgroup;
    if (cgroup->version == TRIM_CGROUP_NONE) {
        trim_text_add(text, "cpu throttling unknown (no cgroup visible)");
        return;
    }
    char time[TRIM_QUANTITY_TEXT_MAX];
    if (!throttle->known) {
        trim_text_add(text, "cpu throttling unknown (no figures in ");
    } else if (throttle->stat.throttled_periods == 0) {
        trim_text_add(text, "cpu never throttled (");
    } else {
        trim_text_add(text, "cpu throttled in %" PRIu64 " periods, %s (",
                      throttle->stat.throttled_periods,
                      trim_format_ms(time, throttle->stat.throttled_ns));
    }
    trim_cgroup_add_version(text, cgroup->version);
    trim_text_add(text, ", ");
    trim_cgroup_add_path(text, cgroup, cgroup->length, "cpu.stat");
    trim_text_add(text, ")");
}
