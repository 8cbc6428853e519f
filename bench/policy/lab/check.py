"""Checks the laboratory itself: sums done by hand, and that no strategy is better than the optimum."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from . import build, runs, verdict

# The sums are at prices of their own.
_PRICES = ["release_ms_per_gib=60", "refault_ms_per_gib=250"]
_WAKE_S = 5e-6
_USELESS_S = 0.8e-3

# A row is a time in ms, MiB in use, CPU in ms, old pauses, class changes.
_DROP = [(0, 1024, 0, 0, 0), (10_000, 0, 0, 0, 0), (110_000, 0, 0, 0, 0)]
_BURST = [
    (0, 0, 0, 0, 0),
    (1000, 1024, 0, 0, 0),
    (2000, 0, 0, 0, 0),
    (3000, 1024, 0, 0, 0),
    (3500, 0, 0, 0, 0),
    (4000, 0, 0, 0, 0),
]
_LAYERS = [
    (0, 1024, 0, 0, 0),
    (10_000, 512, 0, 0, 0),
    (20_000, 256, 0, 0, 0),
    (21_000, 768, 0, 0, 0),
    (31_000, 768, 0, 0, 0),
]
_BACK = [(0, 1024, 0, 0, 0), (500, 0, 0, 0, 0), (2500, 1024, 0, 0, 0), (3000, 1024, 0, 0, 0)]
_LOOP = [(0, 1024, 0, 0, 0), (1000, 0, 0, 0, 0), (2000, 1024, 0, 0, 0)]
_EVENTS = [
    (0, 10, 0, 0, 0),
    (1000, 10, 50, 0, 60),
    (2000, 10, 130, 1, 120),
    (3000, 10, 330, 2, 125),
    (4000, 10, 330, 2, 330),
]


def _write(name: str, rows: list[tuple[int, ...]]) -> runs.Trace:
    directory = build.BUILD / "check"
    directory.mkdir(exist_ok=True)
    path: Path = directory / f"{name}.trace"
    path.write_text("".join(f"{at} {mib * 1024} {cpu} {old} {classes}\n" for at, mib, cpu, old, classes in rows))
    return runs.Trace(name, "check", path, rows[-1][0] / 1000, max(row[1] for row in rows))


def _by_hand() -> list[tuple[str, runs.Run, str, float]]:
    """What is checked, a run, a strategy, and the cost in CPU seconds at 8 GiB to a core."""
    whole = runs.Run("check", _write("drop", _DROP), length_s=0, background_percent=0)
    burst = replace(whole, trace=_write("burst", _BURST))
    layers = replace(whole, trace=_write("layers", _LAYERS))
    back = replace(whole, trace=_write("back", _BACK))
    loop = replace(whole, trace=_write("loop", _LOOP))
    return [
        ("1 GiB free for 100 s is released at once", whole, "optimum", 0.06),
        ("1 GiB free for 1 s is kept, for the last half second released", burst, "optimum", 0.125 + 0.06),
        ("each layer by its own time", layers, "optimum", 0.03125 + 0.0775 + 0.015),
        ("half of it", replace(layers, scale=0.5), "optimum", 0.12375 / 2),
        ("all free memory is kept", whole, "never", 12.5 + _WAKE_S),
        # The first trim is at 10 s, at the drop; the pages go within 60 ms, half of which they are kept.
        ("ten trims, nine of them useless", whole, "timer-10s", 0.06 + 0.03 / 8 + 10 * _USELESS_S + 11 * _WAKE_S),
        # Free at 0.5 s, released at 1 s, taken back at 2.5 s.
        ("a trim taken back", back, "timer-1s", 0.5 / 8 + 0.06 + 0.03 / 8 + 0.25 + 2 * _USELESS_S + 3 * _WAKE_S),
        ("three rounds", replace(loop, length_s=6), "never", 3 / 8 + _WAKE_S),
        ("from the middle on", replace(loop, phase_s=1.5, length_s=2), "never", 0.5 / 8 + _WAKE_S),
    ]  # fmt: skip


def _check_costs(programs: build.Programs) -> int:
    wrong = 0
    for what, run, strategy, cost_s in _by_hand():
        found = {result.strategy: result for result in runs.play(programs, [run], _PRICES)}[strategy]
        if abs(found.cost_s - cost_s) > 2e-6:
            wrong += 1
            print(f"WRONG: {what}: {strategy} costs {found.cost_s:.6f} s of CPU, by hand {cost_s:.6f}")
    return wrong


def _check_wakes(sanitize: bool) -> int:
    """Each probe is woken by one thing only, and trims then."""
    probe = build.build_probe(sanitize)
    alone = build.Programs(probe, None, None)
    still = runs.Run("check", _write("events", _EVENTS), length_s=0, background_percent=0)
    cases = [
        ("CPU time of the trace passes 100, 200 and 300 ms", still, "probe-cpu", 3),
        ("a background of half a core for 4 s beside it", replace(still, background_percent=50), "probe-cpu", 23),
        ("120 classes, then 210 more", still, "probe-classes", 2),
        ("two old pauses", still, "probe-pauses", 2),
    ]
    wrong = 0
    for what, run, strategy, trims in cases:
        found = {result.strategy: result for result in runs.play(alone, [run], [])}[strategy]
        if found.trims != trims:
            wrong += 1
            print(f"WRONG: {what}: {strategy} was woken {found.trims} times, by hand {trims}")
    return wrong


def _check_bound(programs: build.Programs) -> int:
    """No strategy may cost less than the optimum."""
    planned = [
        run for at, run in enumerate(runs.plan(runs.find_traces())) if run.trace.family != "reload" or at % 7 == 0
    ]
    results = runs.play(programs, planned, [])
    optimum = {result.run: result.cost_s for result in results if result.strategy == "optimum"}
    wrong = 0
    for result in results:
        if result.stuck or result.cost_s < optimum[result.run] - 1e-6:
            wrong += 1
            print(
                f"WRONG: {result.run}: {result.strategy} {'is stuck' if result.stuck else 'is better than the optimum'}"
            )
    print(f"{len(planned)} runs against the optimum")
    return wrong


def check(programs: build.Programs, sanitize: bool) -> int:
    wrong = _check_costs(programs) + _check_wakes(sanitize) + _check_bound(programs)
    # A day's worth of windows of one hour; `lab.py --verdict` has those of days.
    wrong += verdict.check(programs, 1, 26)
    print("the laboratory's check: " + ("nothing is wrong" if wrong == 0 else f"{wrong} wrong"))
    return 0 if wrong == 0 else 1
