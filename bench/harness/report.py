"""Writes results.csv, results.md and the series behind the plots."""

from __future__ import annotations

import csv
import json
import re
import statistics
from pathlib import Path

from .contenders import CONTENDERS
from .figures import COLUMNS, Row
from .loads import LOADS
from .runs import Run
from .targets import Verdict

# Columns of results.md: name in results.csv, heading, format.
_SHOWN = (
    ("retained_mib_s", "MiB·s retained", ".0f"),
    ("mean_rss_mib", "mean RSS", ".0f"),
    ("peak_rss_mib", "peak RSS", ".0f"),
    ("final_rss_mib", "final RSS", ".0f"),
    ("system_mib", "system's own", ".0f"),
    ("huge_pages_mib", "huge pages", ".0f"),
    ("leftover_mib", "left to trim", ".0f"),
    ("tops_mib", "tops", ".0f"),
    ("tops_released_percent", "released of tops %", ".1f"),
    ("process_cpu_s", "process CPU s", ".2f"),
    ("trims", "trims", ".0f"),
    ("trims_below_1_mib", "< 1 MiB", ".0f"),
    ("trims_below_16_mib", "< 16 MiB", ".0f"),
    ("trimmer_cpu_ms", "trimmer CPU ms", ".1f"),
    ("release_cpu_ms", "of releasing ms", ".1f"),
    ("estimate_cpu_ms", "estimates ms", ".1f"),
    ("petty_trim_cpu_ms", "< 16 MiB ms", ".1f"),
    ("helper_cpu_ms", "helper CPU ms", ".0f"),
    ("stopped_ms", "stopped ms", ".0f"),
    ("wake_ups", "wake-ups", ".0f"),
    ("completeness_percent", "released %", ".1f"),
    ("prediction_error_percent", "prediction off %", ".1f"),
    ("victim_max_unqueued_ms", "max stall ms", ".2f"),
    ("victim_blocked_ms", "blocked ms", ".1f"),
    ("victim_calm_max_ms", "at rest: max stall ms", ".2f"),
    ("victim_calm_blocked_ms", "blocked ms", ".1f"),
    ("victim_p999_ms", "victim p99.9", ".3f"),
    ("refused", "refused", ".0f"),
    ("request_p50_ms", "request p50 ms", ".3f"),
    ("request_p999_ms", "p99.9", ".2f"),
    ("request_max_ms", "max", ".1f"),
    ("request_after_p999_ms", "after a trim p99.9", ".2f"),
    ("while_trimming_ratio", "throughput while trimming", ".3f"),
    ("throughput_ratio", "throughput", ".3f"),
    ("throughput_cpu_ratio", "throughput by CPU", ".3f"),
    ("reload_mean_ms", "reload ms", ".0f"),
    ("burst_mean_ms", "burst mean ms", ".1f"),
    ("burst_median_ms", "median", ".1f"),
    ("burst_mean_cpu_ms", "burst CPU ms", ".1f"),
    ("minor_faults", "minor faults", ".0f"),
    ("refaults_mib", "refaults MiB", ".0f"),
    ("start_ms", "start ms", ".0f"),
    ("start_ratio", "of none", ".3f"),
    ("start_cpu_ratio", "by CPU", ".3f"),
    ("start_rss_added_kib", "RSS added KiB", ".0f"),
)

LIBRARY_FACT = "the agent's library, stripped, KiB"


def write_csv(path: Path, rows: list[Row]) -> None:
    with path.open("w", newline="") as out:
        writer = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(
                {name: f"{value:.6g}" if isinstance(value, float) else value for name, value in row.items()}
            )


def _value(name: str, text: str) -> float | str:
    if name in ("load", "contender", "failure"):
        return text
    return int(text) if text.lstrip("-").isdigit() else float(text)


def read_csv(path: Path) -> list[Row]:
    with path.open(newline="") as rows:
        return [{name: _value(name, text) for name, text in row.items() if text} for row in csv.DictReader(rows)]


def read_head(path: Path) -> tuple[dict[str, str], str]:
    """The facts at the head of results.md, without what belongs to one run, and the profile."""
    head = path.read_text().partition("## ")[0]
    found = re.findall(r"^- ([^:\n]+): (.+)$", head, re.MULTILINE)
    profile = re.search(r"^- profile (\w+),", head, re.MULTILINE)
    facts = {name: value for name, value in found if not name.startswith("load average")}
    return facts, profile.group(1) if profile else "unknown"


def write_series(path: Path, runs: list[Run]) -> None:
    """RSS and live bytes over time of each run, for whoever wants to plot them anew."""
    series = [
        {
            "round": run.round,
            "load": run.load.name,
            "contender": run.contender.name,
            "base_s": round(run.base_at_s, 3),
            "samples": [
                [round(sample.at_s, 2), round(sample.rss_mib, 1), round(sample.live_mib, 1)] for sample in run.samples
            ],
            "trims": [[trim.at_s, round(trim.released_mib, 2), trim.took_ms] for trim in run.trims],
        }
        for run in runs
        if run.samples
    ]
    path.write_text(json.dumps(series, separators=(",", ":")) + "\n")


def _cell(values: list[float], form: str) -> str:
    if not values:
        return ""
    middle = format(statistics.median(values), form)
    low, high = format(min(values), form), format(max(values), form)
    return middle if low == high else f"{middle} ({low}–{high})"


def _table(rows: list[Row]) -> list[str]:
    shown = [column for column in _SHOWN if any(column[0] in row for row in rows)]
    lines = [
        "| contender | " + " | ".join(heading for _, heading, _ in shown) + " |",
        "|---" + "|--:" * len(shown) + "|",
    ]
    for contender in CONTENDERS:
        own = [row for row in rows if row["contender"] == contender.name]
        if own:
            cells = [_cell([row[name] for row in own if name in row], form) for name, _, form in shown]
            early = sum(row["ended_early"] for row in own)
            reason = next((row.get("failure") for row in own if row["ended_early"]), None)
            title = contender.title
            if early:
                title += f" (in {early} of {len(own)} runs the JVM {reason or 'died'})"
            lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return lines


def write_markdown(path: Path, rows: list[Row], verdicts: list[Verdict], facts: dict[str, str], profile: str) -> None:
    rounds = len({row["round"] for row in rows})
    lines = ["# Results", ""]
    lines += [f"- {name}: {value}" for name, value in facts.items()]
    lines += [
        f"- profile {profile}, {rounds} interleaved round{'s' if rounds > 1 else ''};"
        " medians, with the least and the greatest in parentheses",
        "- memory in MiB; what each figure means is told in README.md here",
        "",
    ]
    if verdicts:
        lines += ["## Targets", "", "| load | target | wanted | seen | |", "|---|---|--:|--:|---|"]
        for verdict in verdicts:
            passed = "pass" if verdict.passed else "**fail**"
            lines.append(f"| {verdict.load} | {verdict.target} | {verdict.wanted} | {verdict.seen} | {passed} |")
        lines.append("")
    for load in LOADS:
        own = [row for row in rows if row["load"] == load.name]
        if own:
            lines += [f"## {load.name}: {load.title}", ""]
            arenas = {int(row["load_arenas"]) for row in own if row.get("load_arenas")}
            sharing = {int(row["victims_sharing"]) for row in own if row.get("victims_sharing")}
            if arenas:
                lines += [
                    f"Arenas of the load: {_span(arenas)}; victims in one of them: {_span(sharing) or 0}.",
                    "",
                ]
            lines += [*_table(own), ""]
    path.write_text("\n".join(lines))


def _span(values: set[int]) -> str:
    return "–".join(str(value) for value in sorted({min(values), max(values)})) if values else ""
