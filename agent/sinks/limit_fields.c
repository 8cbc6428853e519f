#include "limit_fields.h"

#include <inttypes.h>

void trim_memory_limit_add_fields(struct trim_fields *fields, const struct trim_memory_limit *limit)
{
    static const char sources[][16] = {"unknown", "host", "cgroup", "hidden_ancestor"};
    trim_fields_add(fields, "memory_limit_source %s", sources[limit->source]);
    if (limit->source != TRIM_LIMIT_UNKNOWN) {
        trim_fields_add(fields, "memory_limit_bytes %" PRIu64, limit->limit_bytes);
    }
    if (limit->high_bytes != 0) {
        trim_fields_add(fields, "memory_high_bytes %" PRIu64, limit->high_bytes);
    }
}

void trim_memory_fill_add_fields(struct trim_fields *fields, const struct trim_memory_limit *limit)
{
    if (limit->fill_known) {
        trim_fields_add(fields,
                        "memory_fill_permille %" PRIu64 " memory_working_set_bytes %" PRIu64
                        " memory_ceiling_bytes %" PRIu64 " memory_usage_bytes %" PRIu64,
                        (uint64_t)limit->fill_permille, limit->working_set_bytes,
                        limit->ceiling_bytes, limit->usage_bytes);
    }
}

void trim_cpu_throttle_add_fields(struct trim_fields *fields,
                                  const struct trim_cpu_throttle *throttle)
{
    if (throttle->cgroup.version != TRIM_CGROUP_NONE && throttle->known) {
        trim_fields_add(fields, "cpu_throttled_periods %" PRIu64 " cpu_throttled_ns %" PRIu64,
                        throttle->stat.throttled_periods, throttle->stat.throttled_ns);
    }
}

void trim_pressure_add_fields(struct trim_fields *fields, const struct trim_pressure *pressure)
{
    static const char sources[][8] = {"none", "cgroup", "system"};
    trim_fields_add(fields, "pressure_trigger %s pressure_averages %s", sources[pressure->trigger],
                    sources[pressure->averages]);
}
