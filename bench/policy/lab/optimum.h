/*
 * What a run costs at least with the future known.
 *
 * The optimum: each time that a layer lies free costs the lesser of keeping it, and of releasing it
 * at once and taking it back. Looks, wake-ups and what a release costs however little it finds are
 * left out, so that no strategy can be better.
 *
 * Foresight: a strategy that pays for each release what the agent pays, with its looks before and
 * after, but knows how long each layer will lie, and releases whenever that is worth it. It needs
 * neither luck nor looks to find out; so what it costs more than the optimum is the price of
 * releases, not of ignorance. It is not the best of this kind, as it never waits for more.
 */
#ifndef LAB_OPTIMUM_H
#define LAB_OPTIMUM_H

#include "engine.h"

void lab_optimum(const struct lab_run *run, const struct lab_prices *prices,
                 struct lab_tally *tally);
void lab_foresight(const struct lab_run *run, const struct lab_prices *prices,
                   struct lab_tally *tally);

#endif
