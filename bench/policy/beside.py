#!/usr/bin/python3 -B
"""Runs programs without trimming, with the JDK's timer and with the agent, the three beside one another.

What disturbs one of them disturbs all, so a busy machine changes their ratios little. Mean and peak RSS are from
samples each 100 ms, once the first 3 s have passed.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL, Popen

import record  # First: it makes the next imports possible.
from harness import machine
from others import TABLE as OTHERS
from recorded import TABLE as RECORDED
from recorded import Program

WARM_UP_S = 3
SAMPLE_S = 0.1
CLOCK_TICKS_PER_S = 100


@dataclass
class Run:
    mean_mib: float = 0.0
    peak_mib: float = 0.0
    cpu_s: float = 0.0
    exit_code: int = 0


def follow(process: Popen, run: Run) -> None:
    began_s, samples = time.monotonic(), []
    while process.poll() is None:
        try:
            status = Path(f"/proc/{process.pid}/status").read_text()
            times = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            break
        if "VmRSS:" in status:
            samples.append((time.monotonic() - began_s, int(status.partition("VmRSS:")[2].split()[0]) / 1024))
            run.cpu_s = (int(times[11]) + int(times[12])) / CLOCK_TICKS_PER_S
        time.sleep(SAMPLE_S)
    run.exit_code = process.wait()
    counted = [mib for at_s, mib in samples if at_s >= WARM_UP_S]
    run.mean_mib = sum(counted) / max(len(counted), 1)
    run.peak_mib = max(counted, default=0.0)


def run_beside(jdk: machine.Jdk, agent: Path, program: Program) -> dict[str, Run]:
    command = record.COMMANDS[program.kind](jdk, program)
    contenders = {
        "none": (),
        "JDK 1 s": ("-XX:+UnlockExperimentalVMOptions", "-XX:TrimNativeHeapInterval=1000"),
        "trimagent": (f"-agentpath:{agent}=log={record.WORK / program.name}.log",),
    }
    runs = {name: Run() for name in contenders}
    threads = []
    for name, flags in contenders.items():
        process = Popen(
            [str(jdk.java), *program.flags, *flags, *command, *program.arguments],
            cwd=record.WORK, stdout=DEVNULL, stderr=DEVNULL,
        )  # fmt: skip
        threads.append(threading.Thread(target=follow, args=(process, runs[name])))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return runs


def parse_arguments(names: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("programs", nargs="*", help=f"of {', '.join(names)}; those of others.py unless told")
    parser.add_argument("--agent", type=Path, default=machine.REPOSITORY / "build/release/libtrimagent.so")
    return parser.parse_args()


def main() -> None:
    programs = {program.name: program for program in (*OTHERS, *RECORDED)}
    options = parse_arguments(list(programs))
    unknown = [name for name in options.programs if name not in programs]
    if unknown:
        sys.exit(f"no such program: {', '.join(unknown)}; there are {', '.join(programs)}")
    machine.need([*record.PACKAGES])
    jdk = machine.find_jdk()
    record.WORK.mkdir(parents=True, exist_ok=True)
    print("| program | mean RSS, MiB: none | JDK 1 s | trimagent | peak | | | CPU, s | | |")
    print("| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |")
    for name in options.programs or [program.name for program in OTHERS]:
        runs = list(run_beside(jdk, options.agent.resolve(), programs[name]).values())
        failed = [run.exit_code for run in runs if run.exit_code != 0]
        cells = [f"{run.mean_mib:.0f}" for run in runs] + [f"{run.peak_mib:.0f}" for run in runs]
        cells += [f"{run.cpu_s:.1f}" for run in runs]
        print(f"| {programs[name].title} | {' | '.join(cells)} |", f"exit {failed}" if failed else "", flush=True)


if __name__ == "__main__":
    main()
