#!/usr/bin/env python3
"""Ends JVMs with the agent at random moments, in every way, and judges how they end.

exits.py LIBRARY CLASSES [--count N] [--seed N] [--write] JAVA...

Each run starts a JVM that loads and frees native memory and collects garbage all the time, while the agent looks,
releases and borrows, and ends it after a random time: by exit, halt, the end of main, an error that nobody catches,
running out of memory, or a signal. Some are attached to just before. The exit code must be the one that belongs to
the end, within ten seconds, no crash report may be there, and after every end that the JVM tells of no metrics
either. --write puts the figures into docs/RELIABILITY.md.
"""

import argparse
import collections
import concurrent.futures
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/RELIABILITY.md"
BEGIN, END = "<!-- exits: written by ./dev exits -->", "<!-- end of exits -->"

OPTIONS = (
    "worth=64m,on=full-gc+watermark+pressure,threshold=1m,settle=10ms,cooldown=100ms,check=1s,"
    "log=agent.log,log-level=debug"
)
JVM = "-Xshare:auto -XX:TieredStopAtLevel=1 -Xmx64m -XX:+ExitOnOutOfMemoryError -XX:-CreateCoredumpOnCrash".split()
# What the program is told, or the signal it gets, and the exit code that belongs to it.
WAYS = {
    "return": 0,
    "exit": 3,
    "halt": 4,
    "throw": 1,
    "oom": 3,
    signal.SIGTERM: 143,
    signal.SIGHUP: 129,
    signal.SIGINT: 130,
    signal.SIGKILL: -9,
}
# From the first instructions of the JVM to some releases.
AT_MOST_S = 1.2
# Metrics are not written before; a few JVMs live until then.
FIRST_METRICS_S = 10
LONG_LIVED = 0.05
ENDS_WITHIN_S = 10
# JDK 25 before it knows of modules, and ends with 1: 3 of 1161 starts without the agent that SIGHUP met did so.
JDKS_OWN = "logging failed: Cannot invoke"
# JDK 17 that a signal meets in its start may end with 1 and without a word: 3 of 450 that SIGINT met without the agent.
BEFORE_ALL = "before the first line"
# A run waits more than it works.
WORKERS = 6


@dataclass
class Ending:
    java: str
    way: object
    after_s: float
    mode: str
    attach: bool
    complaint: str = ""
    of_jdk: bool = False
    moment: str = ""


def moment_of(log):
    """What the agent was at when its last line but the summary was written."""
    lines = [line for line in log.splitlines() if "summary: " not in line]
    last = lines[-1] if lines else ""
    for pattern, name in (
        (r"trim #\d+ \S+ begins", "in a release"),
        (r"trim #\d+", "after a release"),
        (r"no trim|put off|regretted|good", "between releases"),
        (r".", "after the start"),
    ):
        if re.search(pattern, last):
            return name
    return BEFORE_ALL


def end(process, way):
    try:
        if isinstance(way, str):
            process.stdin.write(f"{way}\n".encode())
        else:
            process.send_signal(way)
    except OSError:
        pass  # It has ended by itself, which its code tells.


def carry_out(arguments, ending):
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        agent = f"-agentpath:{arguments.library}={OPTIONS},mode={ending.mode},metrics={directory}/agent.prom"
        collector = "-XX:+UseSerialGC" if ending.after_s * 1000 % 2 < 1 else "-XX:+UseG1GC"
        with (directory / "err").open("w") as err:
            process = subprocess.Popen(
                [ending.java, *JVM, collector, agent, "-cp", arguments.classes, "fixtures.ExitAnytime"],
                cwd=directory,
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=err,
                bufsize=0,
            )
            time.sleep(ending.after_s)
            jcmd = None
            if ending.attach:
                tool = str(Path(ending.java).with_name("jcmd"))
                jcmd = subprocess.Popen(
                    [tool, str(process.pid), "JVMTI.agent_load", arguments.library, "trim"],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
                time.sleep(0.3)
            end(process, ending.way)
            try:
                code = process.wait(ENDS_WITHIN_S)
            except subprocess.TimeoutExpired:
                process.kill()
                code = f"no end within {ENDS_WITHIN_S} s"
                process.wait()
            process.stdin.close()
            if jcmd is not None:
                jcmd.kill()
                jcmd.wait()
        log = directory / "agent.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        ending.moment = moment_of(text)
        expected = WAYS[ending.way]
        # A signal that comes before the JVM has its handlers ends it as any process.
        early = -ending.way if not isinstance(ending.way, str) else None
        left = [path.name for pattern in ("agent*.prom", "agent*.tmp") for path in directory.glob(pattern)]
        said = (directory / "err").read_text(errors="replace")
        silent = said == "" and early is not None and ending.moment == BEFORE_ALL
        ending.of_jdk = code == 1 and (JDKS_OWN in said or silent)
        if code not in (expected, early) and not ending.of_jdk:
            ending.complaint = f"exit code {code}, not {expected}"
        elif list(directory.glob("hs_err*")):
            ending.complaint = "a crash report"
        elif left and ending.way not in (signal.SIGKILL, "oom"):
            ending.complaint = "left behind: " + " ".join(left)
        if ending.complaint:
            ending.complaint += "\n" + text[-2000:] + (directory / "err").read_text(errors="replace")[-1000:]
    return ending


def version_of(java):
    return subprocess.run([java, "-version"], capture_output=True, text=True).stderr.split('"')[1]


def write(endings, seed):
    ways = [way if isinstance(way, str) else way.name for way in WAYS]
    rows = [f"| JDK | {' | '.join(ways)} | wrong |", "| --- |" + " ---: |" * (len(ways) + 1)]
    for java in dict.fromkeys(ending.java for ending in endings):
        own = [ending for ending in endings if ending.java == java]
        counts = [sum(ending.way == way for ending in own) for way in WAYS]
        rows.append(f"| {version_of(java)} | {' | '.join(map(str, counts))} | {sum(bool(e.complaint) for e in own)} |")
    moments = collections.Counter(ending.moment for ending in endings)
    wrong = sum(bool(ending.complaint) for ending in endings)
    text = "\n".join(
        [
            BEGIN,
            "",
            f"{len(endings)} ends (seed {seed}), {wrong} of them wrong; "
            f"{sum(ending.attach for ending in endings)} amid a late attach. "
            f"{sum(ending.of_jdk for ending in endings)} met the JDK in its start, which then ends with 1, as it "
            "does without the agent (25: 3 of 1161 starts that SIGHUP met; 17: 3 of 450 that SIGINT met).",
            "",
            *rows,
            "",
            "The agent's last line but the summary was written "
            + ", ".join(f"{name}: {count}" for name, count in moments.most_common())
            + ".",
            "",
            END,
        ]
    )
    head, rest = DOCUMENT.read_text().split(BEGIN)
    DOCUMENT.write_text(head + text + rest.split(END)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("classes", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("java", nargs="+")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    ways = list(WAYS)
    endings = [
        Ending(
            arguments.java[i % len(arguments.java)],
            ways[i // len(arguments.java) % len(ways)],
            chance.uniform(0, AT_MOST_S) + (FIRST_METRICS_S if chance.random() < LONG_LIVED else 0),
            chance.choice(("trim", "borrow", "auto")),
            chance.random() < 0.1,
        )
        for i in range(arguments.count)
    ]
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        endings = list(pool.map(lambda ending: carry_out(arguments, ending), endings))
    for ending in endings:
        if ending.complaint:
            print(
                f"{ending.java} {ending.way} after {ending.after_s:.3f} s, {ending.mode}"
                f"{', attach' if ending.attach else ''}: {ending.complaint}"
            )
    wrong = sum(bool(ending.complaint) for ending in endings)
    print(
        f"exits: {len(endings)}, {wrong} wrong; "
        + ", ".join(f"{name} {count}" for name, count in collections.Counter(e.moment for e in endings).most_common())
    )
    if arguments.write:
        write(endings, arguments.seed)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
