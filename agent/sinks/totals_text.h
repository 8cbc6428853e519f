/*
 * Parts of lines that the summary and the status block share. Pure.
 */
#ifndef TRIMAGENT_TOTALS_TEXT_H
#define TRIMAGENT_TOTALS_TEXT_H

#include "trimagent/report.h"

/* Appends "N trims (full-gc 2, reload 1)". */
void trim_add_trims(struct trim_text *text, const struct trim_totals *totals);

/* Appends "skipped N (below-threshold 3, reused 1), put off M (cooldown 2)". */
void trim_add_skips(struct trim_text *text, const struct trim_totals *totals);

/* Appends "released 2.1G in 312ms of trims, longest 120ms". */
void trim_add_released(struct trim_text *text, const struct trim_totals *totals);

#endif
