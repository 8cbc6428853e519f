#!/usr/bin/env python3
"""Draws docs/rss.svg, the README's picture, from two of the curves in bench/results/rss-reload-synthetic.svg.

The benchmark's own plot has all contenders. This one has the two that tell what the agent is for.
"""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
SOURCE = REPOSITORY / "bench/results/rss-reload-synthetic.svg"
PICTURE = REPOSITORY / "docs/rss.svg"

# The plot draws its curves in the order of its legend; these are the colours of the first two entries.
WITHOUT, WITH = "#000000", "#1f77b4"

# The new picture, in pixels: the axes' corners, and what they stand for.
WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 704, 48, 258
LAST_SECOND, MOST_MIB = 40, 2500
# When the load has a new model beside the old one.
RELOADS = (2.8, 15.1, 27.5)

Points = list[tuple[float, float]]


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


def x_of(second: float) -> float:
    return LEFT + second * (RIGHT - LEFT) / LAST_SECOND


def y_of(mib: float) -> float:
    return BOTTOM - mib * (BOTTOM - TOP) / MOST_MIB


def line(points: Points) -> str:
    return " ".join(f"{x_of(max(second, 0)):.1f},{y_of(mib):.1f}" for second, mib in points)


def text_at(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{style}>{words}</text>'


def picture(without: Points, with_agent: Points) -> str:
    end, agent_end = without[-1][1], with_agent[-1][1]
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="13" fill="#333">',
        f"<title>RSS of a JVM that reloads 1 GiB three times: {end:.0f} MiB at the end without trimagent, "
        f"{agent_end:.0f} MiB with it</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text_at(
            LEFT, 22, "RSS of a JVM that reloads 1 GiB of native memory three times", ' font-size="15" fill="#111"'
        ),
    ]
    for mib in range(0, MOST_MIB + 1, 500):
        y = y_of(mib)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#e4e4e4"/>')
        parts.append(text_at(LEFT - 8, y + 4, f"{mib}", ' text-anchor="end"'))
    for second in range(0, LAST_SECOND + 1, 10):
        parts.append(text_at(x_of(second), BOTTOM + 18, f"{second}", ' text-anchor="middle"'))
    for second in RELOADS:
        parts.append(text_at(x_of(second), y_of(2300), "reload", ' text-anchor="middle" fill="#777" font-size="12"'))
    parts += [
        text_at((LEFT + RIGHT) / 2, BOTTOM + 36, "seconds", ' text-anchor="middle"'),
        text_at(LEFT - 8, TOP - 8, "MiB", ' text-anchor="end"'),
        f'<polyline points="{line(without)}" fill="none" stroke="#b3261e" stroke-width="2"/>',
        f'<polyline points="{line(with_agent)}" fill="none" stroke="#1f6fb4" stroke-width="2.5"/>',
        text_at(x_of(21), y_of(end) - 8, "without", ' text-anchor="middle" fill="#b3261e" font-weight="bold"'),
        text_at(
            x_of(21), y_of(agent_end) + 20, "with trimagent", ' text-anchor="middle" fill="#1f6fb4" font-weight="bold"'
        ),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def main() -> None:
    text = SOURCE.read_text()
    PICTURE.write_text(picture(curve(text, WITHOUT), curve(text, WITH)))


if __name__ == "__main__":
    main()
