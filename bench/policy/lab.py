#!/usr/bin/python3 -B
"""Plays the agent's policy, the one of release 0.1, and blind timers against traces: see README.md beside this file."""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from lab import build, check, fleet, report, runs, verdict


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--traces", metavar="REGEX", help="only traces in whose name this is found")
    parser.add_argument("--recorded", type=Path, default=runs.RECORDED, metavar="DIR", help="where recorded traces are")
    parser.add_argument("--set", nargs="+", default=[], metavar="NAME=VALUE", help="prices, such as worth_gib=4")
    parser.add_argument("--options", default="", metavar="TEXT", help="options for this tree's policy")
    parser.add_argument(
        "--tree",
        type=Path,
        default=build.REPOSITORY,
        metavar="DIR",
        help="take the policy from this checkout (this one)",
    )
    parser.add_argument("--jobs", type=int, default=1, help="programs at a time (1)")
    parser.add_argument("--out", type=Path, default=build.BUILD, help="where to write")
    parser.add_argument(
        "--fleet", type=int, nargs="?", const=10_000, metavar="N", help="a fleet of N processes (10000)"
    )
    parser.add_argument(
        "--verdict",
        type=int,
        nargs="?",
        const=1000,
        metavar="DAYS",
        help="false alarms of a leak in so many days (1000)",
    )
    parser.add_argument("--check", action="store_true", help="only check the laboratory itself")
    parser.add_argument("--sanitize", action="store_true", help="with the address and undefined behaviour sanitizers")
    parser.add_argument("--list", action="store_true", help="list the runs, and end")
    parser.add_argument("--log", metavar="RUN", help="tell what one strategy does in one run, and end")
    parser.add_argument("--strategy", default="policy", help="the one that --log is about (policy)")
    return parser.parse_args()


def tell(programs: build.Programs, run: runs.Run, strategy: str, arguments: argparse.Namespace) -> None:
    program = {"policy": programs.policy, "policy-v01": programs.v01}.get(strategy, programs.base)
    if program is None:
        sys.exit(f"there is no program for {strategy}")
    options = [f"options={arguments.options}"] if strategy == "policy" else []
    settings = [*arguments.set, *options, f"only={strategy}", "log=1"]
    subprocess.run([program, *settings], input=run.line(), text=True, check=True)


def main() -> int:
    arguments = parse()
    programs = build.build(arguments.sanitize, arguments.tree.resolve())
    if arguments.check:
        return check.check(programs, arguments.sanitize)
    if arguments.verdict is not None:
        return verdict.check(programs, 24, arguments.verdict, arguments.traces) != 0
    traces = runs.find_traces(arguments.traces, arguments.recorded)
    planned = runs.plan(traces)
    if arguments.list:
        print(*(run.name for run in planned), sep="\n")
        return 0
    if arguments.log is not None:
        wanted = [run for run in planned if run.name == arguments.log]
        if not wanted:
            sys.exit(f"there is no run {arguments.log}; --list lists them")
        tell(programs, wanted[0], arguments.strategy, arguments)
        return 0
    arguments.out.mkdir(parents=True, exist_ok=True)
    began_s = time.monotonic()
    if arguments.fleet is not None:
        drawn = fleet.draw_fleet(traces, arguments.fleet)
        results = runs.play(programs, drawn, arguments.set, arguments.options, arguments.jobs)
        report.write_fleet(arguments.out, drawn, results)
    else:
        results = runs.play(programs, planned, arguments.set, arguments.options, arguments.jobs)
        report.write(arguments.out, planned, results)
    print(f"{len(results)} results in {time.monotonic() - began_s:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
