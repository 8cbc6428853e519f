"""Measures what a contender adds to the start of a JVM."""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from . import launch
from .contenders import Contender
from .launch import Files, Setting
from .loads import Load
from .runs import Run


@dataclass(frozen=True)
class _Start:
    code: int
    wall_ms: float
    cpu_ms: float
    peak_rss_mib: float


def _start_once(command: list[str], environment: dict[str, str], files: Files) -> _Start:
    with files.errors.open("w") as errors:
        began_s = time.monotonic()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)  # For Popen, which has not waited.
    cpu_s = usage.ru_utime + usage.ru_stime
    return _Start(process.returncode, wall_s * 1e3, cpu_s * 1e3, usage.ru_maxrss / 1024)


def run_starts(setting: Setting, round_number: int, load: Load, none: Contender, contender: Contender) -> Run:
    """Starts a JVM without and with the contender in turn; ratios are medians over the pairs."""
    run = Run(round_number, load, contender)
    seen: dict[str, list[_Start]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory(prefix="trimagent-bench-") as directory:
        files = Files(Path(directory))
        variants = {"without": none, "with": contender}
        for pair in range(load.pairs[setting.profile]):
            order = ("without", "with") if pair % 2 == 0 else ("with", "without")
            for name in order:
                command = launch.command(setting, load, variants[name], files)
                start = _start_once(command, launch.environment(load, variants[name]), files)
                if start.code != 0:
                    run.ended_early = True
                    run.failure = f"did not start: {launch.failure(files, start.code)}"
                    return run
                seen[name].append(start)

    pairs = list(zip(seen["with"], seen["without"], strict=True))
    run.figures = {
        "start_ms": statistics.median(start.wall_ms for start in seen["with"]),
        "start_ratio": statistics.median(one.wall_ms / other.wall_ms for one, other in pairs),
        "start_cpu_ratio": statistics.median(one.cpu_ms / other.cpu_ms for one, other in pairs),
        "peak_rss_mib": statistics.median(start.peak_rss_mib for start in seen["with"]),
        "start_rss_added_kib": 1024 * statistics.median(one.peak_rss_mib - other.peak_rss_mib for one, other in pairs),
    }
    return run
