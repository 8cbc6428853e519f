#!/usr/bin/env python3
"""Writes the input of `promtool test rules`: alerts.py ALERTS > TEST.

The series are recordings of real JVMs (record.py). What comes after the recording is one of three: the JVM rests, so
that its values stand still and only its file is written again; it ends, and its file with it; or it was killed, and the
file stays as it is.
"""

import json
import pathlib
import sys

APART_S = 10
RECORDED = pathlib.Path(__file__).resolve().parent / "recorded"
TARGET = 'job="node",instance="host:9100"'


def recording(scene):
    """The series of a scene, up to its JVM's end: the last two samples came after that."""
    for line in (RECORDED / f"{scene}.tsv").read_text().splitlines():
        series, values = line.split("\t")
        values = values.split()
        assert values[-1] == "_" and any(value != "_" for value in values), f"{scene}: {series}"
        yield series.replace("{", "{" + TARGET + ",", 1), values[:-2]


def continued(series, values, then, samples):
    """The values as promtool reads them."""
    last = values[-1]
    if then == "ends":
        more = f"stale _x{samples}"
    elif then == "rests" and series.startswith("node_textfile_mtime_seconds"):
        more = f"{int(last) + APART_S}+{APART_S}x{samples}"
    else:
        more = f"{last}x{samples}"
    return " ".join([*values, more])


def test(scene, then, at_minutes, firing):
    samples = max(at_minutes) * 60 // APART_S
    series = [{"series": name, "values": continued(name, values, then, samples)} for name, values in recording(scene)]
    series.append({"series": "up{" + TARGET + "}", "values": f"1x{samples}"})
    return {
        "name": f"{scene}, then it {then}",
        "interval": f"{APART_S}s",
        "input_series": series,
        "promql_expr_test": [
            {
                "expr": 'count by (alertname, jvm) (ALERTS{alertstate="firing"})',
                "eval_time": f"{minutes}m",
                "exp_samples": [
                    {"labels": f'{{alertname="{alert}",jvm="{scene}"}}', "value": 1}
                    for alert, since in firing.items()
                    if minutes >= since
                ],
            }
            for minutes in at_minutes
        ],
    }


def main():
    tests = [
        # Whatever a good JVM does for an hour, nothing is said.
        test("good", "rests", [1, 2, 10, 30, 60, 90], {}),
        test("good", "is killed", [2, 6, 8, 60], {"TrimagentStale": 8}),
        # Ends within two minutes: missing for ten is told at twelve, for an hour.
        test("good", "ends", [2, 10, 13, 30], {"TrimagentMissing": 13}),
        test("regrets", "rests", [2, 10, 15, 50], {"TrimagentRegrets": 15}),
        test("limit", "rests", [2, 4, 8, 60], {"TrimagentLimitNear": 8}),
        test("leak", "rests", [2, 9, 13, 60], {"TrimagentLeak": 13}),
        test("lost", "rests", [2, 30], {"TrimagentLogLinesLost": 2}),
        test("inert", "rests", [2, 4, 8, 60], {"TrimagentInert": 8}),
    ]
    # JSON is YAML.
    json.dump({"rule_files": [sys.argv[1]], "evaluation_interval": "30s", "tests": tests}, sys.stdout, indent=1)


if __name__ == "__main__":
    main()
