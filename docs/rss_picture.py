#!/usr/bin/env python3
"""Draws docs/rss.svg, the README's picture, from two of the curves in bench/results/rss-reload-synthetic.svg.

The benchmark's own plot has all contenders. This one has the two that tell what the agent is for.
"""

from __future__ import annotations

import re
from pathlib import Path

from rss_chart import Chart, Points, svg

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "bench/results/rss-reload-synthetic.svg"
PICTURE = REPOSITORY / "docs/rss.svg"

# The plot draws its curves in the order of its legend; these are the colours of the first two entries.
WITHOUT, WITH = "#000000", "#1f77b4"

# What the axes stand for.
LAST_SECOND, MOST_MIB = 40, 2500
# When the load has a new model beside the old one.
RELOADS = (2.8, 15.1, 27.5)


def ticks(text: str, axis: str) -> list[tuple[float, float]]:
    """Place in the plot and value of each tick of an axis."""
    coordinate = "x" if axis == "xtick" else "y"
    found = []
    for group in re.findall(rf'<g id="{axis}_\d+">(.*?</use>|.*?<!-- .*? -->)', text, re.DOTALL):
        place = re.search(rf'<use [^>]*\b{coordinate}="([\d.]+)"', group)
        value = re.search(r"<!-- (\d+) -->", group)
        if place and value:
            found.append((float(place[1]), float(value[1])))
    return found


def scale(marks: list[tuple[float, float]]):
    """What turns a place of the plot into a value."""
    (place, value), (last_place, last_value) = marks[0], marks[-1]
    return lambda x: value + (x - place) * (last_value - value) / (last_place - place)


def curve(text: str, colour: str) -> Points:
    """Seconds and MiB along the first curve of a colour; the legend repeats the colours further down."""
    paths = re.findall(r'<path d="([^"]*)" clip-path="[^"]*" style="fill: none; stroke: (#\w+);', text)
    path = next(path for path, stroke in paths if stroke == colour)
    seconds, mib = scale(ticks(text, "xtick")), scale(ticks(text, "ytick"))
    pairs = re.findall(r"[ML] ([\d.]+) ([\d.]+)", path)
    return [(seconds(float(x)), mib(float(y))) for x, y in pairs]


def picture(without: Points, with_agent: Points) -> str:
    end, agent_end = without[-1][1], with_agent[-1][1]
    chart = Chart(
        title="RSS of a JVM that reloads 1 GiB of native memory three times",
        summary=f"RSS of a JVM that reloads 1 GiB three times: {end:.0f} MiB at the end without trimagent, "
        f"{agent_end:.0f} MiB with it",
        last_second=LAST_SECOND,
        most_mib=MOST_MIB,
        without=without,
        with_agent=with_agent,
        marks=[(second, "reload") for second in RELOADS],
        mark_mib=2300,
        label_second=21,
    )
    return svg(chart, 500, 10)


def main() -> None:
    text = SOURCE.read_text()
    PICTURE.write_text(picture(curve(text, WITHOUT), curve(text, WITH)))


if __name__ == "__main__":
    main()
