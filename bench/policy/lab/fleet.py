"""Draws a fleet: processes that play all traces, each at a size and from a moment of its own."""

from __future__ import annotations

import math
import random
from collections import defaultdict

from .runs import BACKGROUNDS_PERCENT, HOUR_S, Run, Trace

# What a process has in use at most is between these, log-uniform. What comes and goes within a second is no model:
# without a bound of their own a few bursts of gigabytes would be most of the fleet's cost.
_SMALLEST_MIB = 32
_LARGEST_MIB = 4096
_LARGEST_FLICKER_MIB = 512
_FLICKER = ("bursts", "noise")


def draw_fleet(traces: list[Trace], processes: int) -> list[Run]:
    """First a family, then a trace of it, so that the many reloads do not crowd out the rest. A program that was
    recorded is a family of its own."""
    rng = random.Random("fleet")
    families: dict[str, list[Trace]] = defaultdict(list)
    for trace in traces:
        families[trace.name if trace.family == "recorded" else trace.family].append(trace)
    names = sorted(families)
    fleet = []
    for number in range(processes):
        trace = rng.choice(families[rng.choice(names)])
        largest_mib = _LARGEST_FLICKER_MIB if trace.family in _FLICKER else _LARGEST_MIB
        peak_mib = math.exp(rng.uniform(math.log(_SMALLEST_MIB), math.log(largest_mib)))
        fleet.append(
            Run(
                f"process-{number}",
                trace,
                HOUR_S,
                scale=peak_mib / trace.peak_mib,
                phase_s=rng.uniform(0, trace.length_s),
                background_percent=0 if trace.family == "recorded" else rng.choice(BACKGROUNDS_PERCENT),
            )
        )
    return fleet
