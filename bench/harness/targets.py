"""The targets of trimagent, checked against the rows of one benchmark."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from .figures import Row
from .sets import BLOCKS, PYTORCH, SETS, SMALL

AGENT = "trimagent"
RIVAL = "jdk-1s"
RELOADS = ("reload-synthetic", "reload-xgboost")
CALM = ("steady", "gc-heavy", "idle")
TRIM = "trimagent-trim"  # What malloc_trim does, decided by the same agent.
# The longest stall that a trim may add, in ms, whatever others add.
STALL_LIMITS = {"large-1": 15.0, "large-4": 5.0, "large-default": 5.0, "large-8": 5.0}
IN_FEW_ARENAS = ("reload-synthetic-1", "reload-synthetic-4")
BUSY = ("busy-1", "busy-4", "busy-default")
NO_STALL_MS = 0.5  # What an idle system adds now and then.
SELDOM = ("reload-pytorch-30", "reload-pytorch-60")  # Reloads that a timer mostly misses.
SMALL_MIB = 8
LIBRARY_KIB = 96
RSS_KIB = 512


@dataclass(frozen=True)
class Verdict:
    load: str
    target: str
    wanted: str
    seen: str
    passed: bool


class Rows:
    """Rows by load, contender and round."""

    def __init__(self, rows: list[Row]):
        self._rows = {(row["load"], row["contender"], row["round"]): row for row in rows}
        self.rounds = sorted({row["round"] for row in rows})

    def values(self, load: str, contender: str, column: str) -> list[float]:
        rows = (self._rows.get((load, contender, round_)) for round_ in self.rounds)
        return [row[column] for row in rows if row is not None and column in row]

    def median(self, load: str, contender: str, column: str) -> float | None:
        values = self.values(load, contender, column)
        return statistics.median(values) if values else None

    def median_of(self, load: str, one: str, other: str, figure: Callable[[Row, Row], float | None]):
        """The median over the rounds of a figure made of two contenders' rows."""
        seen = []
        for round_ in self.rounds:
            rows = [self._rows.get((load, name, round_)) for name in (one, other)]
            if None not in rows:
                value = figure(*rows)
                if value is not None:
                    seen.append(value)
        return statistics.median(seen) if seen else None


def _ratio(column: str) -> Callable[[Row, Row], float | None]:
    def figure(one: Row, other: Row) -> float | None:
        return one[column] / other[column] if other.get(column) and column in one else None

    return figure


def _overhead_ratio(agent: Row, rival: Row) -> float | None:
    if not rival.get("petty_trim_cpu_ms") or "estimate_cpu_ms" not in agent:
        return None
    return (agent["estimate_cpu_ms"] + agent["petty_trim_cpu_ms"]) / rival["petty_trim_cpu_ms"]


def _trimming_cpu_ms(row: Row) -> float | None:
    """With that of threads that live for a release only."""
    if "release_cpu_ms" in row:
        return row["release_cpu_ms"] + row.get("estimate_cpu_ms", 0.0)
    return row.get("trimmer_cpu_ms")


def _trimming_ratio(agent: Row, rival: Row) -> float | None:
    agents, rivals = _trimming_cpu_ms(agent), _trimming_cpu_ms(rival)
    return agents / rivals if agents is not None and rivals else None


class _Check:
    def __init__(self, rows: Rows):
        self.rows = rows
        self.verdicts: list[Verdict] = []

    def at_most(self, load: str, target: str, value: float | None, limit: float, form: str) -> None:
        if value is not None:
            wanted = f"≤ {format(limit, form)}"
            self.verdicts.append(Verdict(load, target, wanted, format(value, form), value <= limit))

    def at_least(self, load: str, target: str, value: float | None, limit: float, form: str) -> None:
        if value is not None:
            wanted = f"≥ {format(limit, form)}"
            self.verdicts.append(Verdict(load, target, wanted, format(value, form), value >= limit))

    def ratio(self, load: str, target: str, column: str, other: str, limit: float) -> None:
        value = self.rows.median_of(load, AGENT, other, _ratio(column))
        self.at_most(load, target, value, limit, ".3f")


def _check_reloads(check: _Check) -> None:
    for load in RELOADS:
        check.ratio(load, "MiB·s retained, of the JDK's 1 s", "retained_mib_s", RIVAL, 1.05)
        check.ratio(load, "trims, of the JDK's 1 s", "trims", RIVAL, 0.25)
        trims = check.rows.median(load, AGENT, "trims")
        reloads = check.rows.median(load, AGENT, "reloads")
        if reloads is not None:
            check.at_most(load, "trims (one a reload)", trims, reloads, ".0f")
        value = check.rows.median_of(load, AGENT, RIVAL, _trimming_ratio)
        check.at_most(load, "CPU of trims and estimates, of the JDK's 1 s", value, 1.0, ".3f")

        value = check.rows.median_of(load, AGENT, RIVAL, _overhead_ratio)
        check.at_most(load, "CPU of estimates and of trims < 16 MiB, of the JDK's such", value, 0.5, ".3f")


def _check_calm(check: _Check) -> None:
    for load in CALM:
        check.at_most(load, "trims", check.rows.median(load, AGENT, "trims"), 0, ".0f")
        share = check.rows.median(load, AGENT, "trimmer_cpu_percent")
        check.at_most(load, "agent's CPU, % of one core", share, 0.1, ".3f")
        for column, name in (("throughput_ratio", "wall"), ("throughput_cpu_ratio", "CPU")):
            value = check.rows.median(load, AGENT, column)
            check.at_least(load, f"throughput by {name}, of no trimming", value, 0.995, ".3f")
    check.ratio("bursty", "mean burst time, of no trimming", "burst_mean_ms", "none", 1.05)
    check.ratio("bursty", "mean burst CPU, of no trimming", "burst_mean_cpu_ms", "none", 1.05)
    for load in ("start-up", "start-up-classes"):
        for column, name in (("start_ratio", "wall"), ("start_cpu_ratio", "CPU")):
            value = check.rows.median(load, AGENT, column)
            check.at_most(load, f"start by {name}, of no agent", value, 1.01, ".3f")


def _check_trims(check: _Check, loads: list[str]) -> None:
    for load in loads:
        complete = check.rows.median(load, AGENT, "completeness_percent")
        if load in (*RELOADS, *IN_FEW_ARENAS, *STALL_LIMITS, "small", "large-64"):
            check.at_least(load, "released, % of what malloc_trim could", complete, 98, ".1f")
        if load in (*RELOADS, "small", "large-8", "large-64"):
            error = check.rows.median(load, AGENT, "prediction_error_percent")
            check.at_most(load, "worst prediction, % off", error, 25 if load == "small" else 2, ".1f")
        if load in SETS["sum"].loads:
            continue  # There an attempt may be cheaper than an estimate; its CPU is what counts.
        useless = check.rows.values(load, AGENT, "trims_below_1_mib")
        check.at_most(load, "useless trims (the first is free)", max(useless, default=None), 1, ".0f")


def _check_stalls(check: _Check, loads: list[str]) -> None:
    for load in loads:
        # Where the load's threads rest, only what happens meanwhile is the trims' doing.
        rests = bool(check.rows.values(load, "none", "victim_calm_max_ms"))
        column = "victim_calm_max_ms" if rests else "victim_max_unqueued_ms"
        none, agent, rival = (check.rows.median(load, contender, column) for contender in ("none", AGENT, RIVAL))
        if None in (none, agent, rival):
            continue
        share = 0.5 if load in RELOADS else 1.0
        limit = max(NO_STALL_MS, share * (rival - none))
        check.at_most(load, "max. malloc stall added, ms", max(0.0, agent - none), limit, ".2f")


def _given_back_ratio(one: Row, other: Row) -> float | None:
    """What lies between the peak and the end, which is the same load's."""
    if not {"peak_rss_mib", "final_rss_mib"} <= one.keys() & other.keys():
        return None
    given_mib, others_mib = (row["peak_rss_mib"] - row["final_rss_mib"] for row in (one, other))
    return given_mib / others_mib * 100 if others_mib > 0 else None


def _check_releasing(check: _Check) -> None:
    """Against malloc_trim in the same run, and what it cannot do."""
    for load, limit in STALL_LIMITS.items():
        none, agent = (check.rows.median(load, name, "victim_calm_max_ms") for name in ("none", AGENT))
        if None not in (none, agent):
            added = max(0.0, agent - none)
            check.at_most(load, "max. malloc stall added, whatever others add, ms", added, limit, ".2f")
    for load in (*STALL_LIMITS, "reload-synthetic", *IN_FEW_ARENAS):
        given = check.rows.median_of(load, AGENT, TRIM, _given_back_ratio)
        check.at_least(load, "RSS given back, % of malloc_trim's", given, 98, ".1f")
        check.ratio(load, "CPU of releasing, of malloc_trim's", "release_cpu_ms", TRIM, 2.0)
        after = "request p99.9 in the 5 s after a trim, of malloc_trim's"
        check.ratio(load, after, "request_after_p999_ms", TRIM, 1.1)
    tops = check.rows.median("tops", AGENT, "tops_released_percent")
    check.at_least("tops", "released of tops, %", tops, 95, ".1f")
    for load in BUSY:
        ratio = check.rows.median(load, AGENT, "while_trimming_ratio")
        check.at_least(load, "throughput while a trim runs, of before", ratio, 0.8, ".3f")


def _check_sum(check: _Check) -> None:
    """What memory kept free has cost, against the blind timer that is right about such loads."""
    for load in (*PYTORCH, *BLOCKS):
        check.ratio(load, "mean RSS, of the JDK's 1 s", "mean_rss_mib", RIVAL, 1.05)
        if load in BLOCKS:
            check.ratio(load, "peak RSS, of the JDK's 1 s", "peak_rss_mib", RIVAL, 1.0)
        check.ratio(load, "CPU of the process, of the JDK's 1 s", "process_cpu_s", RIVAL, 1.0)
        if load in SELDOM:
            check.ratio(load, "trims, of the JDK's 1 s", "trims", RIVAL, 0.5)
    for load in SMALL:
        above = check.rows.median_of(
            load, AGENT, RIVAL, lambda agent, rival: agent["final_rss_mib"] - rival["final_rss_mib"]
        )
        check.at_most(load, "RSS half a minute later, beyond the JDK's 1 s, MiB", above, SMALL_MIB, ".1f")
    refused = check.rows.values("gate", AGENT, "refused")
    check.at_most("gate", "requests refused", max(refused, default=None), 0, ".0f")


def check_targets(rows: list[Row], loads: list[str], library_kib: float | None) -> list[Verdict]:
    check = _Check(Rows(rows))
    _check_reloads(check)
    _check_calm(check)
    _check_trims(check, loads)
    _check_stalls(check, loads)
    _check_releasing(check)
    _check_sum(check)
    check.at_most("–", "library, stripped, KiB", library_kib, LIBRARY_KIB, ".0f")
    added = check.rows.median("start-up", AGENT, "start_rss_added_kib")
    check.at_most("start-up", "RSS added, KiB", added, RSS_KIB, ".0f")
    return check.verdicts
