"""Writes tables of what strategies cost, as CSV and Markdown."""

from __future__ import annotations

import csv
import math
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import asdict
from pathlib import Path

from . import draw
from .runs import HOUR_S, Result, Run

# Where the optimum is less than this part of one core, which an agent may take at rest, there is
# nothing to gain, and a ratio says nothing.
LEAST_OPTIMUM = 0.0002

MEAN_TARGET = 1.5
WORST_TARGET = 2.2

Table = list[list[str]]


class Comparison:
    """Results by run and strategy, with the runs that a ratio can be given for."""

    def __init__(self, planned: list[Run], results: list[Result]) -> None:
        self.of: dict[tuple[str, str], Result] = {(result.run, result.strategy): result for result in results}
        self.strategies = list(dict.fromkeys(r.strategy for r in results if r.strategy != "optimum"))
        self.worth_taking = [run for run in planned if self.is_worth_taking(run)]
        self.tiny = [run for run in planned if not self.is_worth_taking(run)]

    def optimum_s(self, run: Run) -> float:
        return self.of[run.name, "optimum"].cost_s

    def is_worth_taking(self, run: Run) -> bool:
        optimum = self.of[run.name, "optimum"]
        return optimum.cost_s >= LEAST_OPTIMUM * optimum.length_s

    def ratio(self, run: Run, strategy: str) -> float:
        result = self.of[run.name, strategy]
        return math.inf if result.stuck else result.cost_s / self.optimum_s(run)

    def extra_ms_per_hour(self, run: Run, strategy: str) -> float:
        result = self.of[run.name, strategy]
        return (result.cost_s - self.optimum_s(run)) * 1000 * HOUR_S / result.length_s


def markdown(table: Table) -> str:
    lines = ["| " + " | ".join(row) + " |" for row in table]
    lines.insert(1, "| --- |" + " ---: |" * (len(table[0]) - 1))
    return "\n".join(lines) + "\n\n"


def _mean_and_worst(values: Iterable[float]) -> str:
    found = list(values)
    return f"{statistics.fmean(found):.2f} ({max(found):.2f})" if found else ""


def grouped(comparison: Comparison, what: str, groups: dict[str, list[Run]]) -> Table:
    """Mean and worst ratio of each group of runs."""
    table = [[what, "runs", *comparison.strategies]]
    for name, runs in groups.items():
        cells = [_mean_and_worst(comparison.ratio(run, s) for run in runs) for s in comparison.strategies]
        table.append([name, str(len(runs)), *cells])
    return table


def _group(runs: list[Run], key: Callable[[Run], str]) -> dict[str, list[Run]]:
    groups: dict[str, list[Run]] = defaultdict(list)
    for run in runs:
        groups[key(run)].append(run)
    return groups


def _reload_part(number: int) -> Callable[[Run], str]:
    """Of a name such as reload-60s-256m-none-cpu2."""
    return lambda run: run.name.split("-")[number]


def family_of(run: Run) -> str:
    return run.trace.name if run.trace.family == "recorded" else run.trace.family


def _overall(comparison: Comparison) -> Table:
    families = _group(comparison.worth_taking, family_of)
    table = [["cost ÷ optimum", "runs", *comparison.strategies]]
    everything = [
        _mean_and_worst(comparison.ratio(run, strategy) for run in comparison.worth_taking)
        for strategy in comparison.strategies
    ]
    table.append(["all runs, each alike: mean (worst)", str(len(comparison.worth_taking)), *everything])
    by_family = [
        _mean_and_worst(statistics.fmean(comparison.ratio(run, strategy) for run in runs) for runs in families.values())
        for strategy in comparison.strategies
    ]
    table.append(["families, each alike: mean (worst family's mean)", str(len(families)), *by_family])
    return table


def _targets(comparison: Comparison) -> str:
    """What this tree's policy is to reach."""
    means, worst = {}, {}
    for strategy in comparison.strategies:
        ratios = [comparison.ratio(run, strategy) for run in comparison.worth_taking]
        means[strategy], worst[strategy] = statistics.fmean(ratios), max(ratios)
    policy = means["policy"]
    others = [strategy for strategy in means if strategy not in ("policy", "never", "foresight")]
    targets = [
        (f"mean at most {MEAN_TARGET}: {policy:.2f}", policy <= MEAN_TARGET),
        (f"worst at most {WORST_TARGET}: {worst['policy']:.2f}", worst["policy"] <= WORST_TARGET),
        *((f"{other} is worse in the mean: {means[other]:.2f}", means[other] > policy) for other in others),
    ]
    return "".join(f"- {'pass' if reached else 'FAIL'}: {text}\n" for text, reached in targets) + "\n"


def _detail(result: Result) -> str:
    cpu = f"{result.release_s:.2f} + {result.look_s:.2f} + {result.refault_s:.2f} + {result.idle_s:.2f}"
    return f"{result.trims} · {result.held_mib_s / 1024:.1f} · {cpu}"


def _details(comparison: Comparison, runs: list[Run]) -> Table:
    table = [["run", "optimum, s", *comparison.strategies]]
    for run in runs:
        cells = [
            f"**{comparison.ratio(run, strategy):.2f}** · {_detail(comparison.of[run.name, strategy])}"
            for strategy in comparison.strategies
        ]
        table.append([run.name, f"{comparison.optimum_s(run):.3f}", *cells])
    return table


def _tiny(comparison: Comparison) -> Table:
    table = [["run", "optimum, ms", *comparison.strategies]]
    for run in comparison.tiny:
        cells = [f"{comparison.extra_ms_per_hour(run, strategy):.1f}" for strategy in comparison.strategies]
        table.append([run.name, f"{comparison.optimum_s(run) * 1000:.1f}", *cells])
    return table


def _worst(comparison: Comparison, strategy: str, count: int) -> Table:
    runs = sorted(comparison.worth_taking, key=lambda run: -comparison.ratio(run, strategy))
    of_each: dict[str, Run] = {}  # The worst of each trace: backgrounds of CPU often come to the same.
    for run in runs:
        of_each.setdefault(run.trace.name, run)
    return _details(comparison, list(of_each.values())[:count])


def write_csv(path: Path, results: list[Result]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(asdict(results[0]))
        for result in results:
            writer.writerow(round(v, 6) if isinstance(v, float) else v for v in asdict(result).values())


def _tell_stuck(results: list[Result]) -> None:
    stuck = sorted({f"{result.strategy} in {result.run}" for result in results if result.stuck})
    if stuck:
        print(f"STUCK, no time passes, in {len(stuck)} runs:", *stuck[:20], sep="\n  ")


def write(out: Path, planned: list[Run], results: list[Result]) -> None:
    comparison = Comparison(planned, results)
    reloads = [run for run in comparison.worth_taking if run.trace.family == "reload"]
    others = [run for run in comparison.worth_taking if run.trace.family != "reload"]
    foremost = comparison.strategies[-1]
    parts = [
        "# Policy laboratory\n\nCells of groups: cost ÷ optimum, mean (worst).\n\n",
        markdown(_overall(comparison)),
        _targets(comparison) if comparison.worth_taking and "policy" in comparison.strategies else "",
        "## By family\n\n" + markdown(grouped(comparison, "family", _group(comparison.worth_taking, family_of))),
    ]
    for title, number in (("period", 1), ("size", 2), ("event", 3), ("background CPU", 4)):
        if reloads:
            groups = _group(reloads, _reload_part(number))
            parts.append(f"## Reloads by {title}\n\n" + markdown(grouped(comparison, title, groups)))
    if others:
        parts.append(
            "## Each run but the reloads\n\n**cost ÷ optimum** · trims · GiB·s free and resident · CPU seconds of "
            "releases + looks + taking pages back + polls and wake-ups.\n\n" + markdown(_details(comparison, others))
        )
    if comparison.worth_taking:
        parts.append(f"## Where {foremost} is worst\n\n" + markdown(_worst(comparison, foremost, 15)))
    if comparison.tiny:
        parts.append(
            f"## Next to nothing to gain\n\nThe optimum is below {LEAST_OPTIMUM:.2%} of a core; the cells are "
            "the CPU in ms that a strategy costs above it in an hour.\n\n" + markdown(_tiny(comparison))
        )
    (out / "results.md").write_text("".join(parts))
    write_csv(out / "results.csv", results)
    print("".join(parts[:3]), end="")
    _tell_stuck(results)
    if reloads:
        try:
            from . import plot
        except ImportError:
            print("no plot: it needs Debian's python3-matplotlib")
            return
        plot.plot_periods(out / "reload-period.svg", comparison, reloads, draw.PERIODS_S)


def _sum(results: Iterable[Result], value: Callable[[Result], float]) -> float:
    return sum(value(result) for result in results)


def fleet_table(processes: int, results: list[Result]) -> Table:
    by_strategy: dict[str, list[Result]] = defaultdict(list)
    for result in results:
        by_strategy[result.strategy].append(result)
    held = {name: _sum(own, lambda r: r.held_mib_s) / 1024 / 3600 for name, own in by_strategy.items()}
    cpu = {name: _sum(own, lambda r: r.cpu_s) / 3600 for name, own in by_strategy.items()}
    cost = {name: _sum(own, lambda r: r.cost_s) / 3600 for name, own in by_strategy.items()}
    timers = [name for name in by_strategy if name.startswith("timer")]
    table = [
        [
            f"{processes} processes, 1 h", "free and resident, GiB·h", "CPU·h", "cost, CPU·h", "÷ optimum", "trims",
            "GiB·h saved against never",
            *(f"against {name}: GiB·h, CPU·h saved" for name in timers),
        ]
    ]  # fmt: skip
    for name, own in by_strategy.items():
        against = [f"{held[timer] - held[name]:+.1f}, {cpu[timer] - cpu[name]:+.3f}" for timer in timers]
        table.append(
            [
                name, f"{held[name]:.1f}", f"{cpu[name]:.3f}", f"{cost[name]:.3f}",
                f"{cost[name] / cost['optimum']:.3f}",
                f"{sum(result.trims for result in own)}", f"{held['never'] - held[name]:.1f}", *against,
            ]
        )  # fmt: skip
    return table


def fleet_families(drawn: list[Run], results: list[Result]) -> Table:
    """Whose memory it is: the sums of each family, against its optimum."""
    comparison = Comparison(drawn, results)
    table = [["family", "processes", "optimum, CPU·h", *comparison.strategies]]
    for family, runs in sorted(_group(drawn, family_of).items()):
        optimum_s = sum(comparison.optimum_s(run) for run in runs)
        cells = [
            f"{sum(comparison.of[run.name, strategy].cost_s for run in runs) / optimum_s:.2f}"
            for strategy in comparison.strategies
        ]
        table.append([family, str(len(runs)), f"{optimum_s / 3600:.3f}", *cells])
    return table


def write_fleet(out: Path, drawn: list[Run], results: list[Result]) -> None:
    text = "# Fleet\n\n" + markdown(fleet_table(len(drawn), results))
    text += "Sum of costs ÷ sum of optima:\n\n" + markdown(fleet_families(drawn, results))
    (out / "fleet.md").write_text(text)
    print(text, end="")
    _tell_stuck(results)
