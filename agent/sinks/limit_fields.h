/* What is said to programs of the memory limit, of the CPU quota and of memory pressure. Pure, any
 * thread. */
#ifndef TRIMAGENT_LIMIT_FIELDS_H
#define TRIMAGENT_LIMIT_FIELDS_H

#include "cpu_throttle.h"
#include "fields.h"
#include "memory_limit.h"
#include "pressure.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The limit and where it was found; how full it is; how often the quota has held the process back;
 * where pressure is told. */
void trim_memory_limit_add_fields(struct trim_fields *fields,
                                  const struct trim_memory_limit *limit);
void trim_memory_fill_add_fields(struct trim_fields *fields, const struct trim_memory_limit *limit);
void trim_cpu_throttle_add_fields(struct trim_fields *fields,
                                  const struct trim_cpu_throttle *throttle);
void trim_pressure_add_fields(struct trim_fields *fields, const struct trim_pressure *pressure);

#ifdef __cplusplus
}
#endif

#endif
