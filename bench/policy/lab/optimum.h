/*
 * The least that a run can cost, with the future known. What is in use is cut into layers; each
 * time that a layer lies free costs the lesser of keeping it and of releasing it at once and taking
 * it back. Looks, wake-ups and what a release costs however little it finds are left out, so that
 * no strategy can be better.
 */
#ifndef LAB_OPTIMUM_H
#define LAB_OPTIMUM_H

#include "engine.h"

void lab_optimum(const struct lab_run *run, const struct lab_prices *prices,
                 struct lab_tally *tally);

#endif
