/*
 * Parts of lines that the summary and the status block share. Pure.
 */
#ifndef TRIMAGENT_TOTALS_TEXT_H
#define TRIMAGENT_TOTALS_TEXT_H

#include "report_text.h"

/* Whether the trim only has to wait; whether there is an expectation, and a threshold for it. */
bool trim_skip_is_deferral(enum trim_skip skip);
bool trim_skip_has_sizes(enum trim_skip skip);

/* Appends "N trims (full-gc 2, reload 1)", and how many of them a dry run only decided. */
void trim_add_trims(struct trim_text *text, const struct trim_totals *totals);

/* Appends "kept free 3.37G*s for 210ms of CPU, useless 0, regretted 1". */
void trim_add_held(struct trim_text *text, const struct trim_totals *totals);

/* Appends "480M stayed free for 7.2s on average, 3.37G*s for 210ms of CPU". */
void trim_lot_add(struct trim_text *text, const struct trim_lot *lot);

/* Appends "N (below-threshold 3, reused 1), put off: M (cooldown 2)". */
void trim_add_skips(struct trim_text *text, const struct trim_totals *totals);

/* Appends "released 2.1G in 312ms, longest trim 120ms". */
void trim_add_released(struct trim_text *text, const struct trim_totals *totals);

#endif
