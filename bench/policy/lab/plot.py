"""Draws cost ÷ optimum over the reload period. Needs Debian's python3-matplotlib."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "trimagent"  # The same figures make the same file.

from matplotlib import pyplot  # noqa: E402
from matplotlib.ticker import FuncFormatter, NullFormatter  # noqa: E402

from .report import Comparison  # noqa: E402
from .runs import Run  # noqa: E402

_COLOURS = {
    "foresight": "grey",
    "never": "black",
    "timer-1s": "tab:green",
    "timer-10s": "tab:cyan",
    "timer-60s": "tab:purple",
    "policy-v01": "tab:orange",
    "policy": "tab:red",
}


def _period_text(period_s: int) -> str:
    if period_s >= 3600:
        return f"{period_s // 3600} h"
    return f"{period_s // 60} min" if period_s >= 60 else f"{period_s} s"


def plot_periods(path: Path, comparison: Comparison, reloads: list[Run], periods_s: Sequence[int]) -> None:
    """The mean of each strategy as a line, and from best to worst as a band."""
    figure, axes = pyplot.subplots(figsize=(9, 5))
    for strategy in comparison.strategies:
        points = []
        for period_s in periods_s:
            own = [run for run in reloads if run.trace.name.split("-")[1] == f"{period_s}s"]
            ratios = [comparison.ratio(run, strategy) for run in own]
            if ratios:
                points.append((period_s, statistics.fmean(ratios), min(ratios), max(ratios)))
        where, means, least, most = zip(*points, strict=True)
        colour = _COLOURS.get(strategy)
        style = "dashed" if strategy == "foresight" else "solid"
        axes.plot(where, means, marker="o", markersize=3.5, color=colour, linestyle=style, label=strategy)
        if strategy.startswith("policy"):
            axes.fill_between(where, least, most, color=colour, alpha=0.12, linewidth=0)
    axes.axhline(1, color="grey", linewidth=0.8)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_ylim(0.9, 1000)
    axes.set_xticks(list(periods_s), [_period_text(period_s) for period_s in periods_s], fontsize=8)
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.set_yticks([1, 1.5, 2, 3, 5, 10, 20, 50, 100, 200, 500, 1000])
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_xlabel("a reload each")
    axes.set_ylabel("cost ÷ offline optimum")
    axes.grid(which="major", alpha=0.3)
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
