"""Draws RSS over time, without and with the agent, as SVG and as text. The standard library is all that it needs."""

from __future__ import annotations

import math
from dataclasses import dataclass

Points = list[tuple[float, float]]

# The picture, in pixels: its size and the axes' corners.
WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 64, 704, 48, 258

# The text: columns for the curves, beside which are seven for the axis, and rows.
COLUMNS, ROWS = 72, 16


@dataclass
class Chart:
    """Two curves of seconds and MiB, and what is written beside them."""

    title: str  # Above the picture.
    summary: str  # For those who cannot see it.
    last_second: float
    most_mib: float
    without: Points
    with_agent: Points
    marks: list[tuple[float, str]]  # Words at the top, at a second.
    mark_mib: float  # How high they are.
    label_second: float  # Where the curves have their names.

    def x(self, second: float) -> float:
        return LEFT + second * (RIGHT - LEFT) / self.last_second

    def y(self, mib: float) -> float:
        return BOTTOM - mib * (BOTTOM - TOP) / self.most_mib

    def line(self, points: Points) -> str:
        return " ".join(f"{self.x(max(second, 0)):.1f},{self.y(mib):.1f}" for second, mib in points)


def round_up(most: float) -> tuple[float, float]:
    """The end of an axis that holds most, and the gap between its marks: 1, 2 or 5 times a power of ten."""
    power = 10 ** math.floor(math.log10(max(most, 1) / 4))
    gap = next(step * power for step in (1, 2, 5, 10) if step * power * 5 >= most)
    return math.ceil(most / gap) * gap, gap


def mib_at(points: Points, second: float) -> float:
    """What the curve was at a second: its last point until then."""
    return next((mib for at, mib in reversed(points) if at <= second), points[0][1])


def text_at(x: float, y: float, words: str, style: str = "") -> str:
    return f'<text x="{x:.0f}" y="{y:.0f}"{style}>{words}</text>'


def svg(chart: Chart, mib_gap: int, second_gap: int) -> str:
    """The picture."""
    middle = ' text-anchor="middle"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        'font-family="sans-serif" font-size="13" fill="#333">',
        f"<title>{chart.summary}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        text_at(LEFT, 22, chart.title, ' font-size="15" fill="#111"'),
    ]
    for mib in range(0, int(chart.most_mib) + 1, mib_gap):
        y = chart.y(mib)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{RIGHT}" stroke="#e4e4e4"/>')
        parts.append(text_at(LEFT - 8, y + 4, f"{mib}", ' text-anchor="end"'))
    for second in range(0, int(chart.last_second) + 1, second_gap):
        parts.append(text_at(chart.x(second), BOTTOM + 18, f"{second}", middle))
    for second, words in chart.marks:
        parts.append(text_at(chart.x(second), chart.y(chart.mark_mib), words, middle + ' fill="#777" font-size="12"'))
    above = chart.y(mib_at(chart.without, chart.label_second)) - 8
    below = chart.y(mib_at(chart.with_agent, chart.label_second)) + 20
    name = middle + ' fill="{}" font-weight="bold"'
    parts += [
        text_at((LEFT + RIGHT) / 2, BOTTOM + 36, "seconds", middle),
        text_at(LEFT - 8, TOP - 8, "MiB", ' text-anchor="end"'),
        f'<polyline points="{chart.line(chart.without)}" fill="none" stroke="#b3261e" stroke-width="2"/>',
        f'<polyline points="{chart.line(chart.with_agent)}" fill="none" stroke="#1f6fb4" stroke-width="2.5"/>',
        text_at(chart.x(chart.label_second), above, "without", name.format("#b3261e")),
        text_at(chart.x(chart.label_second), below, "with trimagent", name.format("#1f6fb4")),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def text(chart: Chart) -> str:
    """The same in 80 columns of plain text: o without the agent, + with it, * where both are."""
    cells = [[" "] * COLUMNS for _ in range(ROWS)]
    for points, sign in ((chart.without, "o"), (chart.with_agent, "+")):
        for column in range(COLUMNS):
            second = (column + 0.5) * chart.last_second / COLUMNS
            if second > points[-1][0]:
                break
            height = mib_at(points, second) * ROWS / chart.most_mib
            row = ROWS - 1 - min(ROWS - 1, int(height))
            cells[row][column] = sign if cells[row][column] == " " else "*"
    lines = ["RSS in MiB: o without the agent, + with it, * both"]
    for row, cell in enumerate(cells):
        # Each fourth row has its upper edge's value.
        label = f"{chart.most_mib * (ROWS - row) / ROWS:.0f}" if row % 4 == 0 else ""
        lines.append(f"{label:>5} |{''.join(cell)}".rstrip())
    lines.append("    0 +" + "-" * COLUMNS)
    marks = [" "] * COLUMNS
    for quarter in range(5):
        words = f"{chart.last_second * quarter / 4:.0f}" + (" s" if quarter == 4 else "")
        at = min(COLUMNS * quarter // 4, COLUMNS - len(words))
        marks[at : at + len(words)] = words
    lines.append(" " * 7 + "".join(marks).rstrip())
    return "\n".join(lines) + "\n"
