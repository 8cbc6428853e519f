"""Draws RSS over time and the stalls. Needs Debian's python3-matplotlib."""

from __future__ import annotations

import statistics
from pathlib import Path

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams["svg.hashsalt"] = "trimagent"  # The same figures make the same file.

from matplotlib import pyplot  # noqa: E402

from .contenders import CONTENDERS  # noqa: E402
from .figures import Row  # noqa: E402
from .loads import LOADS  # noqa: E402
from .runs import Run  # noqa: E402

_COLOURS = pyplot.get_cmap("tab10").colors + pyplot.get_cmap("Dark2").colors + pyplot.get_cmap("Set1").colors


# The longest stall, for whoever sees one plot only: its figure, loads and contenders.
_LONGEST = "victim_calm_max_ms"
_LONGEST_LOADS = {
    "large-1": "4 GiB freed\nin 1 arena",
    "large-4": "4 GiB freed\nin 4 arenas",
    "large-8": "4 GiB freed\nin 8 arenas",
    "reload-synthetic": "reloads of 1 GiB\nby 8 threads",
}
_LONGEST_TITLES = {
    "trimagent": "trimagent",
    "trimagent-borrow": "trimagent mode=borrow",
    "trimagent-trim": "trimagent mode=trim: malloc_trim",
    "jdk-1s": "the JDK's TrimNativeHeapInterval, 1 s",
}


def _colour(contender: str):
    names = [known.name for known in CONTENDERS]
    return "black" if contender == "none" else _COLOURS[names.index(contender) - 1]


def _save(figure, path: Path) -> None:
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)


def plot_rss(path: Path, runs: list[Run]) -> None:
    """RSS of the first round's runs of one load."""
    figure, axes = pyplot.subplots(figsize=(9, 4.5))
    first = min(run.round for run in runs)
    for run in runs:
        if run.round == first:
            points = [s for s in run.samples if s.at_s >= run.base_at_s - 0.5]
            axes.plot(
                [s.at_s - run.base_at_s for s in points],
                [s.rss_mib for s in points],
                label=run.contender.title,
                color=_colour(run.contender.name),
                linewidth=1.0,
            )
    axes.set_title(f"{runs[0].load.name}: {runs[0].load.title}", fontsize=9)
    axes.set_xlabel("seconds")
    axes.set_ylabel("RSS, MiB")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=7)
    _save(figure, path)


def plot_rows(out: Path, rows: list[Row]) -> None:
    """The plots that need no more than results.csv."""
    plot_stalls(out / "stalls.svg", rows)
    plot_longest(out / "longest-stalls.svg", rows)


def plot_longest(path: Path, rows: list[Row]) -> None:
    """How long a malloc waits at most while a trim runs; none is drawn where no load tells it."""
    loads = [load for load in _LONGEST_LOADS if any(r["load"] == load and _LONGEST in r for r in rows)]
    names = [name for name in _LONGEST_TITLES if any(r["contender"] == name and _LONGEST in r for r in rows)]
    if not loads or not names:
        return
    figure, axes = pyplot.subplots(figsize=(9, 4))
    width = 0.8 / len(names)
    for number, name in enumerate(names):
        label = _LONGEST_TITLES[name]
        for place, load in enumerate(loads):
            own = [r[_LONGEST] for r in rows if (r["load"], r["contender"]) == (load, name) and _LONGEST in r]
            if not own:
                continue
            middle = statistics.median(own)
            bar = axes.bar(
                place + (number - len(names) / 2 + 0.5) * width,
                middle,
                0.92 * width,
                color=_colour(name),
                label=label,
                yerr=[[middle - min(own)], [max(own) - middle]] if len(own) > 1 else None,
                error_kw={"linewidth": 0.6},
            )
            label = None  # The legend has it once.
            axes.bar_label(bar, [format(middle, ".1f" if middle < 10 else ".0f")], padding=2, fontsize=8)
    axes.set_title("longest wait of a malloc and free while free memory is given back, ms", fontsize=10)
    axes.set_xticks(range(len(loads)), [_LONGEST_LOADS[load] for load in loads], fontsize=9)
    axes.margins(y=0.1)
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=8, frameon=False)
    _save(figure, path)


def plot_stalls(path: Path, rows: list[Row]) -> None:
    """The longest stall of malloc, by load and contender, on a logarithmic scale."""
    figure, panels = pyplot.subplots(2, figsize=(10, 8))
    _draw_stalls(panels[0], rows, "victim_max_unqueued_ms", "at any time")
    _draw_stalls(panels[1], rows, "victim_calm_max_ms", "while the load's threads rested")
    _save(figure, path)


def _draw_stalls(axes, rows: list[Row], column: str, when: str) -> None:
    loads = [load.name for load in LOADS if any(r["load"] == load.name and column in r for r in rows)]
    names = [c.name for c in CONTENDERS if any(r["contender"] == c.name and column in r for r in rows)]
    for number, name in enumerate(names):
        own = [
            [r[column] for r in rows if r["load"] == load and r["contender"] == name and column in r] for load in loads
        ]
        places = [place for place, values in enumerate(own) if values]
        middles = [statistics.median(values) for values in own if values]
        below = [statistics.median(values) - min(values) for values in own if values]
        above = [max(values) - statistics.median(values) for values in own if values]
        axes.bar(
            [place + (number - len(names) / 2 + 0.5) * 0.8 / len(names) for place in places],
            middles,
            0.8 / len(names),
            color=_colour(name),
            label=name,
            yerr=[below, above],
            error_kw={"linewidth": 0.6},
        )
    axes.set_title(f"longest malloc + free of a victim {when}", fontsize=9)
    axes.set_yscale("log")
    axes.set_xticks(range(len(loads)), loads, fontsize=8)
    axes.set_ylabel("ms")
    if names:
        axes.legend(fontsize=7)
