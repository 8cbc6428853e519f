"""Traces to play, and what playing them has come to."""

from __future__ import annotations

import csv
import gzip
import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from . import build, draw

RECORDED = build.LAB.parent / "traces"
HOUR_S = 3600
BACKGROUNDS_PERCENT = (0, 2, 50, 100)


@dataclass(frozen=True)
class Trace:
    name: str
    family: str
    path: Path
    length_s: float
    peak_mib: float


@dataclass(frozen=True)
class Run:
    """A trace and how it is played."""

    name: str
    trace: Trace
    length_s: float = HOUR_S
    scale: float = 1.0
    phase_s: float = 0.0
    background_percent: float = 2.0

    def line(self) -> str:
        return (
            f"{self.name} {self.scale:.6f} {round(self.phase_s * 1000)} {round(self.length_s * 1000)} "
            f"{round(self.background_percent * 10)} {self.trace.path}\n"
        )


@dataclass(frozen=True)
class Result:
    """What a strategy did in a run. Times of CPU are in seconds."""

    run: str
    strategy: str
    length_s: float
    cost_s: float
    held_mib_s: float
    trims: int
    useless: int
    looks: int
    polls: int
    wakes: int
    released_mib: float
    release_s: float
    look_s: float
    refault_s: float
    idle_s: float
    stuck: bool
    growing_s: float  # When a leak was first told of; 0: never.

    @property
    def cpu_s(self) -> float:
        return self.release_s + self.look_s + self.refault_s + self.idle_s


def _read_trace(name: str, family: str, path: Path) -> Trace:
    peak_kib, last_ms = 0, 0
    with path.open() as lines:
        for line in lines:
            if not line.startswith("#"):
                at_ms, in_use_kib = line.split(maxsplit=2)[:2]
                peak_kib, last_ms = max(peak_kib, int(in_use_kib)), int(at_ms)
    return Trace(name, family, path, last_ms / 1000, peak_kib / 1024)


def _unpack(packed: Path, directory: Path) -> Path:
    path = directory / packed.name.removesuffix(".gz")
    directory.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.stat().st_mtime < packed.stat().st_mtime:
        path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


def find_traces(pattern: str | None = None, recorded: Path = RECORDED) -> list[Trace]:
    """Recorded ones first, then the drawn ones; with a pattern those whose names it is found in."""
    traces = []
    for packed in sorted(recorded.glob("*.trace.gz")):
        name = packed.name.removesuffix(".trace.gz")
        traces.append(_read_trace(name, "recorded", _unpack(packed, build.BUILD / "recorded")))
    families = {drawn.name: drawn.family for drawn in draw.all_drawn()}
    for name, path in draw.write_drawn(build.BUILD / "drawn").items():
        traces.append(_read_trace(name, families[name], path))
    return [trace for trace in traces if pattern is None or re.search(pattern, trace.name)]


def plan(traces: list[Trace]) -> list[Run]:
    """An hour of each, or all of it where it is longer; reloads with each background of CPU."""
    runs = []
    for trace in traces:
        length_s = max(HOUR_S, trace.length_s)
        if trace.family == "reload":
            for percent in BACKGROUNDS_PERCENT:
                runs.append(Run(f"{trace.name}-cpu{percent}", trace, length_s, background_percent=percent))
        else:
            background = 0.0 if trace.family == "recorded" else 2.0  # The recorded ones have their own.
            runs.append(Run(trace.name, trace, length_s, background_percent=background))
    return runs


def _parse(row: list[str]) -> Result:
    numbers = [float(text) for text in row[2:]]
    return Result(
        row[0], row[1], *numbers[:3], *(int(number) for number in numbers[3:8]), *numbers[8:13],
        numbers[13] != 0, numbers[14]
    )  # fmt: skip


def _play_part(program: Path, settings: list[str], lines: str) -> list[Result]:
    done = subprocess.run([program, *settings], input=lines, text=True, stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise SystemExit(f"{program.name} failed")
    return [_parse(row) for row in csv.reader(done.stdout.splitlines())]


def play(
    programs: build.Programs, runs: list[Run], prices: list[str], options: str = "", jobs: int = 1
) -> list[Result]:
    """Plays each run with each strategy. prices are NAME=VALUE, options a text for this tree's policy."""
    parts = ["".join(run.line() for run in runs[part::jobs]) for part in range(jobs)]
    results: list[Result] = []
    with ThreadPoolExecutor(jobs) as pool:
        for program in programs.all():
            own = ["optimum=1"] if program == programs.base else []
            own += [f"options={options}"] if program == programs.policy else []
            for part in pool.map(lambda lines, p=program, o=own: _play_part(p, [*prices, *o], lines), parts):
                results += part
    return results
