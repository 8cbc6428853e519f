#!/usr/bin/env python3
"""Draws what the memory of ./dev demo's two servers did: demo_picture.py WITHOUT WITH SVG.

WITHOUT and WITH have a line for each sample, seconds and MiB; a line with a word in place of the MiB is a scene. The
picture goes to the file SVG, and as text to standard output.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rss_chart import Chart, Points, round_up, svg, text


def read(path: Path) -> tuple[Points, list[tuple[float, str]]]:
    """The samples and the scenes of a run."""
    samples, scenes = [], []
    for line in path.read_text(encoding="utf-8").splitlines():
        second, value = line.split(" ", 1)
        if value.replace(".", "", 1).isdigit():
            samples.append((float(second), float(value)))
        else:
            scenes.append((float(second), value))
    if len(samples) < 2:
        raise SystemExit(f"{path}: fewer than two samples, nothing to draw")
    return samples, scenes


def chart_of(without: Points, with_agent: Points, scenes: list[tuple[float, str]]) -> tuple[Chart, int, int]:
    """The chart, and the gaps between the marks of its axes."""
    most, mib_gap = round_up(1.1 * max(mib for _, mib in without + with_agent))
    last, second_gap = round_up(max(without[-1][0], with_agent[-1][0]))
    end, agent_end = without[-1][1], with_agent[-1][1]
    chart = Chart(
        title="RSS of the demo's model server",
        summary=f"RSS of a model server that reloads its models: {end:.0f} MiB at the end without trimagent, "
        f"{agent_end:.0f} MiB with it",
        last_second=last,
        most_mib=most,
        without=without,
        with_agent=with_agent,
        marks=[(second, words) for second, words in scenes if words.startswith(("reload", "retired"))],
        mark_mib=0.97 * most,
        label_second=min(without[-1][0], with_agent[-1][0]) - last / 12,
    )
    return chart, max(1, int(mib_gap)), max(1, int(second_gap))


def main(without_path: str, with_path: str, picture: str) -> None:
    without, scenes = read(Path(without_path))
    with_agent, _ = read(Path(with_path))
    chart, mib_gap, second_gap = chart_of(without, with_agent, scenes)
    Path(picture).write_text(svg(chart, mib_gap, second_gap), encoding="utf-8")
    print(text(chart), end="")


if __name__ == "__main__":
    main(*sys.argv[1:])
