"""Whether the policy's process is taken for one that leaks: never where it does not, and soon enough where it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from . import build, runs

DAY_S = 24 * 3600


@dataclass(frozen=True)
class Scene:
    """Traces, and what is added to them. Times count in windows, of a day where growing-after is left as it is."""

    what: str
    families: tuple[str, ...]
    overlay: tuple[str, ...]
    windows: int  # How long, in shortest windows.
    leaks: bool = False


_OTHERS = ("reload", "bursts", "day", "staircase", "noise", "cache", "drop")


def _scenes(window_h: float, windows: int) -> list[Scene]:
    """Overlays are in the window's own time. windows is what all 13 recorded traces are played for together."""
    each = max(4, -(-windows // 13))
    few = max(3, each // 4)
    day = ("day_mib=300", f"day_hours={window_h:g}")
    cache = tuple(f"cache_hours={window_h * part:g}" for part in (0.05, 0.25, 1))
    rate = 1024 / window_h
    return [
        Scene("recorded", ("recorded",), (), each),
        Scene("recorded, by day and night", ("recorded",), day, few),
        *(Scene(f"recorded, a cache, {hours} h", ("recorded",), ("cache_mib=1000", hours), few) for hours in cache),
        Scene("drawn", _OTHERS, (), 2),
        Scene("recorded, a leak of 24 MiB a window", ("recorded",), (f"leak_kib_per_hour={24 * rate:g}",), 64, True),
        Scene("recorded, a leak of 240 MiB a window", ("recorded",), (f"leak_kib_per_hour={240 * rate:g}",), 64, True),
    ]  # fmt: skip


def _play(
    programs: build.Programs, traces: Iterable[runs.Trace], scene: Scene, window_h: float
) -> tuple[list[runs.Result], int]:
    """What has come of it, and the days of it."""
    length_s = scene.windows * window_h * 3600
    planned = [
        runs.Run(trace.name, trace, length_s, background_percent=0.0 if trace.family == "recorded" else 2.0)
        for at, trace in enumerate(traces)
        if trace.family in scene.families and (trace.family != "reload" or at % 9 == 0)
    ]
    alone = build.Programs(None, None, programs.policy)
    options = f"growing-after={round(window_h * 3600)}s"
    # Old collections beside the trace's own, so that growth may be told of at all.
    collected = f"gc_s={window_h * 25:g}"
    results = runs.play(alone, planned, ["until_growing=1", collected, *scene.overlay], options)
    return results, round(len(planned) * length_s / DAY_S)


def check(programs: build.Programs, window_h: float, windows: int, pattern: str | None = None) -> int:
    """Returns how many processes were judged wrongly."""
    if programs.policy is None:
        return 0
    traces = runs.find_traces(pattern)
    wrong = 0
    for scene in _scenes(window_h, windows):
        results, days = _play(programs, traces, scene, window_h)
        told = [result for result in results if result.growing_s > 0]
        if scene.leaks:
            missed = sorted({result.run for result in results} - {result.run for result in told})
            wrong += len(missed)
            times = sorted(result.growing_s / 3600 / window_h for result in told)
            middle = f"{times[len(times) // 2]:.1f}, at last {times[-1]:.1f}" if times else "-"
            print(
                f"{scene.what}: found in {len(told)} of {len(results)}, after windows: median {middle}; missed {missed}"
            )
        else:
            wrong += len(told)
            print(f"{scene.what}: {len(results)} processes, {days} days: {len(told)} false alarms")
            for result in told:
                print(f"WRONG: {scene.what}: {result.run} is taken for a leak after {result.growing_s / 3600:.1f} h")
    return wrong
