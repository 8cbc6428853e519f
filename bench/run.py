#!/usr/bin/python3 -B
"""Compares the ways to get native memory back from a JVM: see README.md beside this file."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from harness import machine, report
from harness.contenders import CONTENDERS, Contender
from harness.figures import row_of
from harness.launch import Setting
from harness.loads import LOADS, Load
from harness.runs import Run, run_served
from harness.sets import SETS
from harness.starts import run_starts
from harness.targets import check_targets

ROUNDS = {"quick": 1, "full": 3}
NONE = CONTENDERS[0]


def chosen(kind: str, wanted: str | None, known: tuple) -> list:
    """Those of the known whose names are wanted, in the order of the table."""
    if wanted is None:
        return list(known)
    names = wanted.split(",")
    unknown = sorted(set(names) - {one.name for one in known})
    if unknown:
        sys.exit(f"no such {kind}: {', '.join(unknown)}; there are {', '.join(one.name for one in known)}")
    return [one for one in known if one.name in names]


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--profile", choices=ROUNDS, default="quick", help="how long the loads take (quick)")
    parser.add_argument("--loads", metavar="A,B", help="only these loads")
    parser.add_argument("--contenders", metavar="A,B", help="only these contenders")
    parser.add_argument(
        "--set", choices=SETS, help="loads and contenders of one question, or those of them that are named"
    )
    parser.add_argument("--lock", type=Path, metavar="FILE", help="lock FILE for each load of a round, as flock does")
    parser.add_argument("--cpus", type=int, metavar="N", help="let the C library believe in N CPUs; needs root")
    parser.add_argument(
        "--thp", choices=("always", "madvise", "never"), help="set the machine's huge pages meanwhile; needs root"
    )
    parser.add_argument("--rounds", type=int, help="interleaved rounds (quick 1, full 3)")
    parser.add_argument("--out", type=Path, default=machine.REPOSITORY / "build/bench", help="where to write")
    parser.add_argument(
        "--agent",
        type=Path,
        default=machine.REPOSITORY / "build/release/libtrimagent.so",
        help="the agent's library, built by ./dev build",
    )
    parser.add_argument(
        "--before", type=Path, metavar="FILE", help="the library of another build, as a contender of its own"
    )
    parser.add_argument(
        "--put-together",
        nargs="+",
        type=Path,
        metavar="DIR",
        help="measure nothing: write results of earlier runs as one; of a load that is in several, the last counts",
    )
    parser.add_argument("--list", action="store_true", help="list loads and contenders, and end")
    return parser.parse_args()


def install(loads: list[Load], contenders: list[Contender]) -> None:
    wanted = list(machine.BASE_PACKAGES)
    for part in (*loads, *contenders):
        wanted += part.packages
    machine.need(list(dict.fromkeys(wanted)))


def run_one(setting: Setting, round_number: int, load: Load, contender: Contender) -> Run:
    began_s = time.monotonic()
    print(f"round {round_number}  {load.name:18} {contender.name:28}", end=" ", flush=True)
    if load.kind == "start":
        run = run_starts(setting, round_number, load, NONE, contender)
    else:
        run = run_served(setting, round_number, load, contender)
    early = f"  the JVM {run.failure}" if run.ended_early else ""
    print(f"{time.monotonic() - began_s:6.1f} s{early}", flush=True)
    return run


@contextlib.contextmanager
def locked(path: Path | None) -> Iterator[None]:
    """Lets one measurement at a time have the machine, where several agree on a file."""
    if path is None:
        yield
        return
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def run_all(
    setting: Setting, rounds: int, loads: list[Load], contenders: list[Contender], lock: Path | None, thp: str | None
) -> list[Run]:
    runs = []
    for round_number in range(1, rounds + 1):
        for load in loads:
            suited = [contender for contender in contenders if contender.suits(load)]
            turn = (round_number - 1) % len(suited) if suited else 0
            with locked(lock), machine.with_huge_pages(thp):
                for contender in suited[turn:] + suited[:turn]:
                    runs.append(run_one(setting, round_number, load, contender))
    return runs


def write(out: Path, runs: list[Run], facts: dict[str, str], profile: str, library_kib: float | None) -> None:
    usable = [run for run in runs if not run.ended_early]
    without = {(run.round, run.load.name): run for run in usable if run.contender == NONE}
    rows = [row_of(run, without.get((run.round, run.load.name))) for run in runs]
    loads = list(dict.fromkeys(run.load.name for run in runs))
    out.mkdir(parents=True, exist_ok=True)
    report.write_csv(out / "results.csv", rows)
    report.write_series(out / "series.json", usable)
    verdicts = check_targets(rows, loads, library_kib)
    report.write_markdown(out / "results.md", rows, verdicts, facts, profile)

    from harness import plots  # It imports matplotlib, and --list does without.

    for load in loads:
        own = [run for run in usable if run.load.name == load and run.samples]
        if own:
            plots.plot_rss(out / f"rss-{load}.svg", own)
    plots.plot_rows(out, rows)


def put_together(directories: list[Path], out: Path) -> None:
    """Later runs replace the loads of earlier ones; RSS over time is left to the runs themselves."""
    by_load: dict[str, list] = {}
    facts: dict[str, str] = {}
    profiles = set()
    for directory in directories:
        own: dict[str, list] = {}
        for row in report.read_csv(directory / "results.csv"):
            own.setdefault(str(row["load"]), []).append(row)
        by_load.update(own)
        known, profile = report.read_head(directory / "results.md")
        profiles.add(profile)
        differing = [
            name for name in known if name != report.LIBRARY_FACT and facts.get(name, known[name]) != known[name]
        ]
        if differing:
            sys.exit(f"{directory} was measured elsewhere: another {', '.join(differing)}")
        facts.update(known)
    if len(profiles) != 1:
        sys.exit("the runs are of several profiles")
    together = [row for own in by_load.values() for row in own]
    loads = [load.name for load in LOADS if load.name in by_load]
    library = facts.get(report.LIBRARY_FACT)
    out.mkdir(parents=True, exist_ok=True)
    report.write_csv(out / "results.csv", together)
    verdicts = check_targets(together, loads, float(library) if library else None)
    report.write_markdown(out / "results.md", together, verdicts, facts, profiles.pop())

    from harness import plots

    plots.plot_rows(out, together)


def main() -> None:
    options = parse()
    if not options.list:
        machine.need_plots()
    if options.put_together:
        put_together(options.put_together, options.out)
        return
    if options.list:
        for kind, table in (("loads", LOADS), ("contenders", CONTENDERS)):
            print(f"{kind}:")
            for one in table:
                print(f"  {one.name:28} {one.title}")
        print("sets:")
        for name, one_set in SETS.items():
            print(f"  {name:28} {one_set.title}: {', '.join(one_set.loads)}")
        return
    loads = chosen("load", options.loads, LOADS)
    known = tuple(contender for contender in CONTENDERS if options.before or not contender.before)
    contenders = chosen("contender", options.contenders, known)
    if options.set:
        loads = [load for load in loads if load.name in SETS[options.set].loads]
        contenders = [one for one in contenders if one.name in SETS[options.set].contenders]
    install(loads, contenders)
    jdk = machine.find_jdk()
    facts = machine.facts(jdk)
    with_agent = any(contender.log == "agent" for contender in contenders)
    if with_agent and not options.agent.exists():
        sys.exit("the agent is not built: ./dev build")
    if options.before and not options.before.exists():
        sys.exit(f"no such library: {options.before}")
    with tempfile.TemporaryDirectory(prefix="trimagent-bench-") as work:
        build = machine.build(
            jdk,
            options.agent,
            options.before,
            Path(work),
            machine.Wanted(
                jna=any(contender.name == "jna" for contender in contenders),
                server=any(load.kind == "server" for load in loads),
                libraries=any(load.libraries for load in loads),
            ),
        )
        library_kib = machine.stripped_kib(build.agent, Path(work)) if with_agent else None
        starter = machine.believing_in(options.cpus, Path(work)) if options.cpus else ()
        setting = Setting(jdk, build, options.profile, starter)
        rounds = options.rounds or ROUNDS[options.profile]
        runs = run_all(setting, rounds, loads, contenders, options.lock, options.thp)
    if options.thp:
        facts["huge pages"] = options.thp
    if options.cpus:
        facts["CPUs that the C library believes in"] = str(options.cpus)
    if library_kib is not None:
        facts[report.LIBRARY_FACT] = f"{library_kib:.0f}"
    facts["load average at the end"] = f"{os.getloadavg()[0]:.1f}"
    write(options.out, runs, facts, options.profile, library_kib)
    print((options.out / "results.md").read_text())


if __name__ == "__main__":
    main()
