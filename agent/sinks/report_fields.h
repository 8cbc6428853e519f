/*
 * What events have to say to programs: the fields of docs/log.schema.json. What is not known is
 * missing. Pure, any thread: every event has a golden test.
 */
#ifndef TRIMAGENT_REPORT_FIELDS_H
#define TRIMAGENT_REPORT_FIELDS_H

#include "fields.h"
#include "report.h"
#include "report_text.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A look without a trim. */
void trim_skip_add_fields(struct trim_fields *fields, const struct trim_skip_report *report);

/* A trim: all of trim_report_add, trim_report_add_figures and trim_report_add_details. */
void trim_report_add_fields(struct trim_fields *fields, const struct trim_report *report);

/* What a trim has turned out to be. worth_bytes is what the option says. */
void trim_lot_add_fields(struct trim_fields *fields, const struct trim_lot *lot,
                         uint64_t worth_bytes);

/* What trims have come to, for the summary and for status. */
void trim_totals_add_fields(struct trim_fields *fields, const struct trim_totals *totals);

/* Status: what it has beside the totals and their figures. */
void trim_status_add_fields(struct trim_fields *fields, const struct trim_totals *totals,
                            const struct trim_status *status);

#ifdef __cplusplus
}
#endif

#endif
