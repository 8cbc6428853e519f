"""Drawn traces: what a program would have in use that reloads, bursts, leaks, or lives by day and night."""

from __future__ import annotations

import math
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

PERIODS_S = (1, 2, 4, 6, 10, 15, 30, 60, 300, 600, 1800, 3600)
SIZES_MIB = (16, 64, 256, 1024, 4096)
EVENTS = ("gc", "classes", "none")

BASE_MIB = 20  # In use all the time.
LOAD_MS_PER_MIB = 1.0  # CPU time of loading: 10 ms for 10 MiB.
FREE_MS_PER_MIB = 0.1
CLASSES = 250  # Of one reload.
CLEANER_MS = 30  # From an old pause to what it frees.


@dataclass
class Drawing:
    """Changes by the millisecond in which they come."""

    changes: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0.0, 0.0, 0, 0]))

    def add(self, at_ms: float, mib: float = 0.0, cpu_ms: float = 0.0, pauses: int = 0, classes: int = 0) -> None:
        change = self.changes[max(0, round(at_ms))]
        change[0] += mib
        change[1] += cpu_ms
        change[2] += pauses
        change[3] += classes

    def ramp(
        self, at_ms: float, takes_ms: float, steps: int, mib: float, cpu_ms: float = 0.0, classes: int = 0
    ) -> None:
        """The change in even steps, of which the last comes at the end."""
        for step in range(1, steps + 1):
            share = classes * step // steps - classes * (step - 1) // steps
            self.add(at_ms + takes_ms * step / steps, mib / steps, cpu_ms / steps, classes=share)

    def text(self, length_ms: int) -> str:
        self.add(0)
        self.add(length_ms)
        lines = []
        mib, cpu_ms, pauses, classes = 0.0, 0.0, 0, 0
        for at_ms in sorted(self.changes):
            if at_ms > length_ms:
                break
            change = self.changes[at_ms]
            mib, cpu_ms = mib + change[0], cpu_ms + change[1]
            pauses, classes = pauses + change[2], classes + change[3]
            lines.append(f"{at_ms} {max(0, round(mib * 1024))} {round(cpu_ms)} {pauses} {classes}\n")
        return "".join(lines)


def _free(drawing: Drawing, at_ms: float, mib: float, event: str = "none") -> None:
    """Frees at 5 GiB a second; with an old pause the Cleaners that run after it do."""
    if event == "gc":
        drawing.add(at_ms - CLEANER_MS, pauses=1, cpu_ms=CLEANER_MS)
    drawing.ramp(at_ms, mib / 5, max(1, min(10, int(mib / 32))), -mib, cpu_ms=mib * FREE_MS_PER_MIB)


def reload_length_s(period_s: int) -> int:
    return max(240, min(3600, 40 * period_s), 4 * period_s)


def draw_reload(rng: random.Random, period_s: int, size_mib: int, event: str) -> str:
    """The next model is loaded, then the last one freed, up to 3 s later: both live for a moment."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB + size_mib)
    period_ms, length_ms = period_s * 1000, reload_length_s(period_s) * 1000
    # Where one thread would take too long, several load.
    load_ms = min(size_mib * LOAD_MS_PER_MIB, 0.4 * period_ms)
    start_ms = rng.uniform(0.1, 0.9) * period_ms
    while start_ms + period_ms < length_ms:
        steps = max(4, min(20, size_mib // 16))
        classes = CLASSES if event == "classes" else 0
        drawing.ramp(start_ms, load_ms, steps, size_mib, cpu_ms=size_mib * LOAD_MS_PER_MIB, classes=classes)
        _free(drawing, start_ms + load_ms + rng.uniform(0, min(3000, 0.45 * period_ms)), size_mib, event)
        start_ms += period_ms * rng.uniform(0.95, 1.05)
    return drawing.text(length_ms)


def draw_bursts(rng: random.Random, threads: int, mib: int, idle_s: tuple[float, float]) -> str:
    """Each thread takes, fills and frees at once, then pauses."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB)
    length_ms = 300_000
    for _ in range(threads):
        at_ms = rng.uniform(0, 1000 * idle_s[1])
        while at_ms + 100 < length_ms:
            takes_ms = rng.uniform(15, 50)
            drawing.ramp(at_ms, 5, 3, mib, cpu_ms=takes_ms)
            drawing.ramp(at_ms + takes_ms, 2, 2, -mib)
            at_ms += takes_ms + 1000 * rng.uniform(*idle_s)
    return drawing.text(length_ms)


def draw_day(rng: random.Random, peak_mib: int, day_s: int) -> str:
    """Requests follow a sine; each half second they hold about as much as the load says."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB)
    before = 0.0
    for tick in range(2 * 3600):
        load = 0.5 - 0.5 * math.cos(2 * math.pi * tick / (2 * day_s))
        now = peak_mib * load * rng.uniform(0.9, 1.1)
        drawing.add(tick * 500, mib=now - before, cpu_ms=load * 400)
        before = now
    return drawing.text(3_600_000)


def draw_leak(rng: random.Random, mib_per_s: float, wave_mib: int) -> str:
    """Grows for ever, with a request's memory coming and going each two seconds or so."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB)
    at_ms = 0.0
    while at_ms + 3000 < 3_600_000:
        gap_ms = rng.uniform(1000, 3000)
        drawing.ramp(at_ms, 100, 4, wave_mib + mib_per_s * gap_ms / 1000, cpu_ms=20)
        drawing.ramp(at_ms + gap_ms / 2, 20, 2, -wave_mib)
        at_ms += gap_ms
    return drawing.text(3_600_000)


def draw_staircase(rng: random.Random, step_mib: int, stair_s: int) -> str:
    """Ten steps up, then ten down, each for about as long."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB)
    at_ms, stair = 0.0, 0
    while True:
        at_ms += 1000 * stair_s * rng.uniform(0.8, 1.2)
        if at_ms + 1000 > 3_600_000:
            return drawing.text(3_600_000)
        if stair // 10 % 2 == 0:
            drawing.ramp(at_ms, step_mib, 10, step_mib, cpu_ms=step_mib * LOAD_MS_PER_MIB)
        else:
            _free(drawing, at_ms, step_mib)
        stair += 1


def draw_noise(rng: random.Random, wide_mib: float) -> str:
    """A random walk within bounds, ten steps a second."""
    drawing = Drawing()
    drawing.add(0, mib=200)
    level = 0.0
    for tick in range(6000):
        to = max(-wide_mib, min(wide_mib, level + rng.gauss(0, wide_mib / 5)))
        drawing.add(tick * 100, mib=to - level, cpu_ms=5)
        level = to
    return drawing.text(600_000)


def draw_cache(rng: random.Random, mib: int, fill_s: int, event: str) -> str:
    """A cache fills, and is dropped when it is full."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB)
    at_ms = 0.0
    while True:
        takes_ms = 1000 * fill_s * rng.uniform(0.9, 1.1)
        if at_ms + takes_ms + 1000 > 3_600_000:
            return drawing.text(3_600_000)
        drawing.ramp(at_ms, takes_ms, 100, mib, cpu_ms=mib * LOAD_MS_PER_MIB)
        at_ms += takes_ms + 100
        _free(drawing, at_ms, mib, event)


def draw_drop(_: random.Random, mib: int, event: str) -> str:
    """Ten minutes of nothing, then one drop, and nothing again."""
    drawing = Drawing()
    drawing.add(0, mib=BASE_MIB + mib)
    _free(drawing, 600_000, mib, event)
    return drawing.text(3_600_000)


@dataclass(frozen=True)
class Drawn:
    name: str
    family: str
    draw: Callable[[random.Random], str]


def all_drawn() -> list[Drawn]:
    drawn = []
    for period_s in PERIODS_S:
        for size_mib in SIZES_MIB:
            for event in EVENTS:
                drawn.append(
                    Drawn(
                        f"reload-{period_s}s-{size_mib}m-{event}",
                        "reload",
                        lambda rng, p=period_s, s=size_mib, e=event: draw_reload(rng, p, s, e),
                    )
                )
    for threads, mib, idle_s in ((4, 100, (0.5, 1.5)), (4, 25, (0.5, 1.5)), (1, 400, (0.5, 1.5)), (2, 200, (5, 15))):
        name = f"bursts-{threads}x{mib}m-{idle_s[0]:g}s"
        drawn.append(Drawn(name, "bursts", lambda rng, t=threads, m=mib, i=idle_s: draw_bursts(rng, t, m, i)))
    for peak_mib, day_s in ((300, 3600), (300, 600), (2048, 3600), (2048, 600)):
        drawn.append(Drawn(f"day-{peak_mib}m-{day_s}s", "day", lambda rng, p=peak_mib, d=day_s: draw_day(rng, p, d)))
    for mib_per_s, wave_mib in ((0.5, 4), (1, 20)):
        name = f"leak-{mib_per_s:g}m-{wave_mib}m"
        drawn.append(Drawn(name, "leak", lambda rng, g=mib_per_s, w=wave_mib: draw_leak(rng, g, w)))
    for step_mib, stair_s in ((50, 60), (50, 10), (200, 60)):
        name = f"staircase-{step_mib}m-{stair_s}s"
        drawn.append(Drawn(name, "staircase", lambda rng, m=step_mib, s=stair_s: draw_staircase(rng, m, s)))
    for wide_mib in (20, 5):
        drawn.append(Drawn(f"noise-{wide_mib}m", "noise", lambda rng, w=wide_mib: draw_noise(rng, w)))
    for mib, fill_s, event in ((100, 300, "none"), (1024, 300, "none"), (1024, 300, "gc"), (300, 30, "none")):
        name = f"cache-{mib}m-{fill_s}s-{event}"
        drawn.append(Drawn(name, "cache", lambda rng, m=mib, f=fill_s, e=event: draw_cache(rng, m, f, e)))
    for mib, event in ((64, "none"), (500, "none"), (500, "gc"), (2048, "none")):
        drawn.append(Drawn(f"drop-{mib}m-{event}", "drop", lambda rng, m=mib, e=event: draw_drop(rng, m, e)))
    return drawn


def write_drawn(directory: Path) -> dict[str, Path]:
    """Writes those that are missing or older than this file, and returns the files by name."""
    directory.mkdir(parents=True, exist_ok=True)
    written = {}
    for drawn in all_drawn():
        path = directory / f"{drawn.name}.trace"
        if not path.exists() or path.stat().st_mtime < Path(__file__).stat().st_mtime:
            # A seed of its own: a new trace does not change the others.
            path.write_text(drawn.draw(random.Random(drawn.name)))
        written[drawn.name] = path
    return written
