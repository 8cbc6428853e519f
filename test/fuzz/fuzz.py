#!/usr/bin/env python3
"""Fuzzes each target for some seconds, and tells executions and coverage.

fuzz.py BUILD [--seconds N] [--only TARGET] [--write]

BUILD is the build directory of the preset fuzz. Each target begins with the seeds that are kept and with what earlier
runs have found below BUILD. Afterwards its inputs are run once more, to see which lines of the files it is for they
reach. --write puts the table into docs/RELIABILITY.md. Fails where a target does.
"""

import argparse
import concurrent.futures
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
DOCUMENT = ROOT / "docs/RELIABILITY.md"
BEGIN, END = "<!-- fuzz: written by ./dev fuzz -->", "<!-- end of fuzz -->"

# The files that a target is for, or those functions of a file that are not only about it.
TARGETS = {
    "options": ["options/options.c", "options/option_value.c", "options/option_text.c", "text/quantity.c"],
    "commands": ["jvm/commands.c", "trimctl/figures.c:ctl_figures_find,ctl_figures_number"],
    "maps": ["allocator/glibc/maps_line.c"],
    "smaps": ["trimctl/mappings.c:kind_of,parse_head,add,ctl_mappings_take,starts_with"],
    "statm": ["system/process_memory.c:trim_parse_statm"],
    "status": ["system/process_memory.c:trim_parse_status,trim_find_kib_line", "trimctl/proc_status.c"],
    "cgroup_files": [
        "system/flat_keyed.c",
        "system/cpu_throttle.c:trim_parse_cpu_stat",
        "system/cpu_count.c:trim_parse_cpu_max,trim_parse_cfs_quota",
    ],
    "mountinfo": ["system/cgroup_path.c"],
    "pressure": ["system/pressure_averages.c:trim_parse_pressure,trim_pressure_is_high"],
    "malloc_info": ["allocator/glibc/malloc_info.c"],
    "tunables": ["allocator/glibc/glibc_environment.c"],
    "perf_memory": ["jvm/perf_memory.c"],
    "vm_structs": ["jvm/vm_structs.c"],
    "heap_headers": ["allocator/glibc/arena_map.c", "allocator/glibc/arena_scan.c:trim_heap_header_plausible"],
    "arenas": ["allocator/glibc/arena_ring.c"],
}
LENGTH_MAX = 2048
# Of the lines that a target is for.
LEAST_REACHED = 0.9


@dataclass
class Result:
    target: str
    executions: int
    seeds: int
    found: int
    covered: int
    lines: int
    missed: list
    complaint: str


def run(program, profile, *arguments):
    environment = os.environ | {"LLVM_PROFILE_FILE": str(profile)}
    return subprocess.run([program, *arguments], capture_output=True, text=True, errors="replace", env=environment)


def reached(program, profile, files):
    """How many lines of the files are reached, of how many, and which are not."""
    merged = profile.with_suffix(".profdata")
    subprocess.run(["llvm-profdata", "merge", "-o", merged, profile], check=True)
    command = ["llvm-cov", "export", program, f"-instr-profile={merged}"]
    functions = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["data"][0]
    counts = {}
    for file in files:
        name, _, only = file.partition(":")
        for function in functions["functions"]:
            own = function["name"].rsplit(":", 1)[-1]
            if not function["filenames"][0].endswith(f"agent/{name}") or (only and own not in only.split(",")):
                continue
            # Inner regions come later, and have the last word on their lines.
            lines = {}
            for begin, _, end, _, count, _, _, kind in function["regions"]:
                if kind == 0:
                    lines.update(dict.fromkeys(range(begin, end + 1), count))
            for line, count in lines.items():
                counts[name, line] = max(count, counts.get((name, line), 0))
    if not counts:
        raise RuntimeError(f"no line of {files} is known to {program}")
    missed = sorted(key for key, count in counts.items() if count == 0)
    return len(counts) - len(missed), len(counts), [f"{name}:{line}" for name, line in missed]


def fuzz(build, target, seconds):
    program = build / f"test/{target}_fuzz"
    seeds = HERE / "seeds" / target
    corpus = build / "test/corpus" / target
    profile = corpus.with_suffix(".profraw")
    corpus.mkdir(parents=True, exist_ok=True)
    length = f"-max_len={LENGTH_MAX}"
    finds = f"-artifact_prefix={build}/test/{target}-"
    output = run(program, profile, f"-max_total_time={seconds}", "-print_final_stats=1", length, finds, corpus, seeds)
    executions = re.search(r"stat::number_of_executed_units: *(\d+)", output.stderr)
    complaint = "" if output.returncode == 0 else output.stderr[-3000:]
    covered, lines, missed = 0, 1, []
    if not complaint:
        run(program, profile, "-runs=0", length, corpus, seeds)
        covered, lines, missed = reached(program, profile, TARGETS[target])
        complaint = "too few lines are reached" if covered < LEAST_REACHED * lines else ""
    return Result(
        target,
        int(executions[1]) if executions else 0,
        len(list(seeds.iterdir())),
        len(list(corpus.iterdir())),
        covered,
        lines,
        missed,
        complaint,
    )


def describe(results, seconds):
    rows = ["| target | executions | seeds | inputs found | lines reached | of |", "| --- |" + " ---: |" * 5]
    for result in results:
        percent = 100 * result.covered / result.lines
        files = ", ".join(f"`{file.partition(':')[0]}`" for file in TARGETS[result.target])
        rows.append(
            f"| {result.target} | {result.executions:,} | {result.seeds} | {result.found} | {percent:.0f} % | {files} |"
        )
    total = sum(result.executions for result in results)
    return "\n".join([f"{total:,} executions, {seconds} s for each target.", "", *rows])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--only", choices=TARGETS, action="append")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        targets = arguments.only or list(TARGETS)
        results = list(pool.map(lambda target: fuzz(arguments.build, target, arguments.seconds), targets))
    text = describe(results, arguments.seconds)
    print(text)
    for result in results:
        if result.missed:
            print(f"{result.target} does not reach: {' '.join(result.missed)}")
        if result.complaint:
            print(f"FAILED: {result.target}\n{result.complaint}")
    failed = any(result.complaint for result in results)
    if arguments.write and not failed:
        head, rest = DOCUMENT.read_text().split(BEGIN)
        DOCUMENT.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
