"""Turns runs into rows of figures. The definitions are in bench/README.md."""

from __future__ import annotations

import itertools

from . import windows
from .runs import Run
from .sampler import Sample
from .trims import Trim

REFAULT_S = 10.0
PAGE_MIB = 4 / 1024
CPU_MARGIN_S = 0.1  # The logs' clock begins a moment after the JVM's start.

COLUMNS = (
    "round", "load", "contender", "ended_early", "failure", "duration_s",
    "retained_mib_s", "mean_rss_mib", "peak_rss_mib", "final_rss_mib", "base_rss_mib", "live_end_mib",
    "huge_pages_mib", "system_mib", "cgroup_mib", "leftover_mib", "tops_mib",
    "heaps_before_mib", "heaps_after_mib", "tops_released_percent",
    "trims", "trims_below_1_mib", "trims_below_16_mib", "released_mib", "trim_longest_ms", "trim_wall_ms",
    "trim_cpu_ms", "petty_trim_cpu_ms", "estimates", "estimate_cpu_ms", "trimmer_cpu_ms",
    "ended_threads_cpu_ms", "release_cpu_ms", "trimmer_cpu_percent",
    "wake_ups", "helper_cpu_ms", "stopped_ms", "process_cpu_s",
    "prediction_error_percent", "completeness_percent",
    "minor_faults", "refaults_mib",
    "victims", "victims_sharing", "victim_pairs", "victim_p50_ms", "victim_p999_ms", "victim_max_ms",
    "victim_max_unqueued_ms", "victim_blocked_ms", "victim_calm_max_ms", "victim_calm_blocked_ms",
    "requests", "refused", "request_p50_ms", "request_p999_ms", "request_max_ms",
    "requests_after", "request_after_p999_ms", "request_after_max_ms",
    "while_trimming_ratio",
    "throughput_per_s", "throughput_per_cpu_s", "throughput_ratio", "throughput_cpu_ratio",
    "reloads", "reload_mean_ms",
    "bursts", "burst_mean_ms", "burst_median_ms", "burst_max_ms", "burst_mean_cpu_ms",
    "start_ms", "start_ratio", "start_cpu_ratio", "start_rss_added_kib",
    "load_threads", "load_arenas",
)  # fmt: skip

Row = dict[str, float | str]


def _live_mib(run: Run, sample: Sample) -> float:
    """What the program says is live, beyond its base."""
    if not run.scenes:
        return sample.live_mib
    # The model server tells it at the end of each scene: the lesser of the two around the sample.
    before = [live for at, live in run.scenes if at <= sample.at_s]
    after = [live for at, live in run.scenes if at > sample.at_s]
    around = before[-1:] + after[:1]
    return max(0.0, min(around) - run.scenes[0][1])


def _in_window(run: Run) -> list[Sample]:
    return [sample for sample in run.samples if run.base_at_s <= sample.at_s <= run.end_at_s]


def _retained_mib_s(run: Run, base_mib: float) -> float:
    samples = _in_window(run)
    total = 0.0
    for sample, following in itertools.pairwise(samples):
        above = sample.rss_mib - base_mib - _live_mib(run, sample)
        total += max(0.0, above) * (following.at_s - sample.at_s)
    return total


def _mean_rss_mib(run: Run) -> float:
    samples = _in_window(run)
    mib_s = sum(sample.rss_mib * (following.at_s - sample.at_s) for sample, following in itertools.pairwise(samples))
    return mib_s / (samples[-1].at_s - samples[0].at_s)


def _faults_at(samples: list[Sample], at_s: float) -> int:
    following = [sample for sample in samples if sample.at_s >= at_s]
    return (following[0] if following else samples[-1]).minor_faults


def _refaults_mib(run: Run) -> float:
    """Minor faults within ten seconds after each trim that released something, or to the next."""
    useful = [trim for trim in run.trims if not trim.useless]
    faults = 0
    for trim, following in zip(useful, [*useful, None][1:], strict=True):
        began_s = trim.at_s
        end_s = min(began_s + REFAULT_S, run.end_at_s)
        if following is not None:
            end_s = min(end_s, following.at_s - (following.took_ms or 0.0) / 1e3)
        if end_s > began_s:
            faults += _faults_at(run.samples, end_s) - _faults_at(run.samples, began_s)
    return faults * PAGE_MIB


def _prediction_error_percent(run_trims: list[Trim]) -> float | None:
    """The worst of all predictions, relative to what was released."""
    errors = [
        abs(trim.expected_mib - trim.released_mib) / max(trim.released_mib, 1.0) * 100
        for trim in run_trims
        if trim.expected_mib is not None
    ]
    return max(errors, default=None)


def _cpu_ms_of(run: Run, chosen: list[Trim]) -> float:
    """CPU that the trimming thread took around these trims, to the nearest samples."""
    total_s = 0.0
    for trim in chosen:
        began_s = trim.at_s - (trim.took_ms or 0.0) / 1e3 - CPU_MARGIN_S
        before = [s.trimmer_cpu_s for s in run.samples if s.at_s <= began_s]
        after = [s.trimmer_cpu_s for s in run.samples if s.at_s >= trim.at_s + CPU_MARGIN_S]
        total_s += (after[0] if after else run.samples[-1].trimmer_cpu_s) - (before[-1] if before else 0.0)
    return total_s * 1e3


def _trim_figures(run: Run) -> Row:
    took_ms = [trim.took_ms or 0.0 for trim in run.trims]
    row: Row = {
        "trims": len(run.trims),
        "trims_below_1_mib": sum(trim.useless for trim in run.trims),
        "trims_below_16_mib": sum(trim.petty for trim in run.trims),
        "released_mib": sum(trim.released_mib for trim in run.trims),
        "trim_wall_ms": sum(took_ms),
        "trim_longest_ms": max(took_ms, default=0.0),
    }
    if "trimmer_cpu_ms" in run.figures:
        row["petty_trim_cpu_ms"] = _cpu_ms_of(run, [trim for trim in run.trims if trim.petty])
        row["estimates"] = run.status.estimates if run.status else 0
        row["estimate_cpu_ms"] = run.status.estimate_cpu_ms if run.status else 0.0
    if run.status is not None:
        row["trim_cpu_ms"] = run.status.trim_cpu_ms
        row["wake_ups"] = run.status.wake_ups
        if run.status.tops_mib is not None and "tops_mib" not in run.figures:
            row["tops_mib"] = run.status.tops_mib
    error = _prediction_error_percent(run.trims)
    if error is not None:
        row["prediction_error_percent"] = error
    useful = [trim for trim in run.trims if not trim.useless]
    if useful and {"leftover_mib", "demanded_mib"} <= run.figures.keys():
        released = useful[-1].released_mib + run.figures["demanded_mib"]
        row["completeness_percent"] = released / (released + run.figures["leftover_mib"]) * 100
    if "demanded_mib" in run.figures and "leftover_mib" in run.figures:
        row["leftover_mib"] = run.figures["demanded_mib"] + run.figures["leftover_mib"]
    return row


def _beside_figures(run: Run) -> Row:
    """What requests and threads at full speed feel of the trims."""
    row: Row = {}
    after = windows.requests_after_trims(run.requests, run.trims)
    if after:
        row["requests_after"] = len(after)
        row["request_after_p999_ms"] = windows.quantile(after, 0.999)
        row["request_after_max_ms"] = max(after)
    if run.busy is not None:
        spans = run.spans or windows.spans_of_trims(run.trims)
        ratio = windows.throughput_beside(run.busy, spans) if spans else None
        if ratio is not None:
            row["while_trimming_ratio"] = ratio
    return row


def _release_cpu_ms(row: Row, none: Run | None) -> float | None:
    """
    CPU of the threads that trim without their estimates, and of helpers that have ended: what threads
    that ended have taken beyond those of the run without trimming.
    """
    if "trimmer_cpu_ms" not in row:
        return None
    ended_ms = 0.0
    if none is not None and "ended_threads_cpu_ms" in row:
        ended_ms = max(0.0, row["ended_threads_cpu_ms"] - none.figures.get("ended_threads_cpu_ms", 0.0))
    return row["trimmer_cpu_ms"] + ended_ms - row.get("estimate_cpu_ms", 0.0)


def _tops_released_percent(run: Run, none: Run | None) -> float | None:
    """What of the heaps that held nothing any more was given back, in the end or before."""
    if "heaps_after_mib" not in run.figures:
        return None
    before_mib = max(one.figures.get("heaps_before_mib", 0.0) for one in (run, none or run))
    return (1 - run.figures["heaps_after_mib"] / before_mib) * 100 if before_mib else None


def _throughput(run: Run) -> Row:
    """Operations per second and per CPU second, where the load counts operations."""
    if run.load.kind == "server":
        requests = run.figures["requests"]
        return {
            "throughput_per_s": requests / (run.end_at_s - run.base_at_s),
            "throughput_per_cpu_s": requests / run.figures["process_cpu_s"],
        }
    columns = ("throughput_per_s", "throughput_per_cpu_s")
    return {column: run.figures[column] for column in columns if column in run.figures}


def row_of(run: Run, none: Run | None) -> Row:
    """The figures of a run; none is the run without trimming of the same load and round."""
    row: Row = {"round": run.round, "load": run.load.name, "contender": run.contender.name}
    row["ended_early"] = int(run.ended_early)
    if run.ended_early:
        row["failure"] = run.failure
        return row
    row.update({name: value for name, value in run.figures.items() if name in COLUMNS})
    if not run.load.rests:
        row = {name: value for name, value in row.items() if not name.startswith("victim_calm")}
    if run.load.kind == "start":
        return row
    duration_s = run.end_at_s - run.base_at_s
    base_mib = (none or run).base_mib
    samples = _in_window(run)
    row["duration_s"] = duration_s
    row["base_rss_mib"] = run.base_mib
    row["live_end_mib"] = _live_mib(run, samples[-1])
    row["retained_mib_s"] = _retained_mib_s(run, base_mib)
    row["mean_rss_mib"] = _mean_rss_mib(run)
    row["minor_faults"] = samples[-1].minor_faults - samples[0].minor_faults
    row["refaults_mib"] = _refaults_mib(run)
    if "trimmer_cpu_ms" in row:
        row["trimmer_cpu_percent"] = row["trimmer_cpu_ms"] / 10 / run.end_at_s
    row.update(_trim_figures(run))
    row.update(_beside_figures(run))
    for column, value in (
        ("release_cpu_ms", _release_cpu_ms(row, none)),
        ("tops_released_percent", _tops_released_percent(run, none)),
    ):
        if value is not None:
            row[column] = value
    throughput = _throughput(run)
    row.update(throughput)
    if none is not None:
        against = _throughput(none)
        for column, ratio in (
            ("throughput_per_s", "throughput_ratio"),
            ("throughput_per_cpu_s", "throughput_cpu_ratio"),
        ):
            if column in throughput:
                row[ratio] = throughput[column] / against[column]
    return row
