#!/usr/bin/env python3
"""Lets a JVM with the agent work hard for a long time, and judges what that has left behind.

soak.py LIBRARY TRIMCTL CLASSES [--minutes N] [--java JAVA] [--collector NAME] [--write]

The program reloads native blocks, collects garbage in every way, loads and unloads classes from several threads, and
has threads born and gone. Meanwhile trimctl attaches once a second to ask, to have a trim done, or to change options,
and the log is moved away again and again. The program rests twice: after some seconds of warming up, and at the end.
What is the agent's own must be the same both times, its counters must have grown by what the JVM's own logs tell, and
the memory must be back. --write puts the figures into docs/RELIABILITY.md.
"""

import argparse
import collections
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent.parent / "docs/RELIABILITY.md"
PICTURE = DOCUMENT.with_name("soak.svg")
BEGIN, END = "<!-- soak: written by ./dev soak -->", "<!-- end of soak -->"

OPTIONS = (
    "worth=1m,on=full-gc+reload+growth+watermark+pressure,threshold=8m,settle=20ms,cooldown=200ms,check=1s,"
    "log=agent.log,log-level=debug,metrics=agent.prom"
)
EXIT_CODE = 7
WARM_UP_S = 15
# How often the log is moved away.
ROTATION_S = 10
ANSWER_S = 60
# What the JVM itself may grow by from the first rest to the second: compiled code, symbols, tables of its collector.
JVM_GROWTH_BYTES = 48 << 20
# A thread's stack is touched deeper now and then; more than this would be growth.
OWN_GROWTH_BYTES = 64 << 10
# The VM counts classes without a lock: of two threads that load one at the same moment it may count one.
LOST_COUNTS = 0.001
# Of its compilers and collectors, which it starts when there is more to do.
JVM_THREADS = 4
COMMANDS = (
    ["status"],
    ["trim"],
    ["diagnose"],
    ["set", "mode=borrow"],
    ["status"],
    ["set", "worth=64m", "threshold=4m"],
    ["set", "mode=trim"],
    ["set", "mode=auto", "worth=1m", "threshold=8m"],
)
OLD_PAUSES = {
    "Serial": r"Pause Full",
    "Parallel": r"Pause Full",
    "G1": r"Pause (Full|Remark|Cleanup)",
}


class Soaked:
    """The JVM with the agent, in a directory of its own."""

    def __init__(self, arguments, directory):
        self.arguments = arguments
        self.directory = directory
        self.rotations = 0
        self.commands = collections.Counter()
        self.complaints = []
        self.samples = []
        self.err = (directory / "err").open("w")
        self.process = subprocess.Popen(
            [
                arguments.java,
                f"-XX:+Use{arguments.collector}GC",
                # All of the heap is there from the start, so that RSS tells of other memory.
                *"-Xshare:auto -Xms128m -Xmx128m -XX:+AlwaysPreTouch".split(),
                *"-XX:MaxMetaspaceSize=64m -XX:-CreateCoredumpOnCrash".split(),
                # Concurrent cycles all the time, besides those that are asked for.
                *(["-XX:InitiatingHeapOccupancyPercent=5"] if arguments.collector == "G1" else []),
                "-Xlog:disable",
                "-Xlog:gc:file=gc.log::filecount=0",
                "-Xlog:class+load:file=classes.log::filecount=0",
                f"-agentpath:{arguments.library}={OPTIONS}",
                "-Dsun.misc.unsafe.memory.access=allow",
                "-cp",
                arguments.classes,
                "fixtures.Soak",
            ],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.err,
            text=True,
            bufsize=1,
        )
        self.proc = Path(f"/proc/{self.process.pid}")

    def tell(self, word, answer):
        self.process.stdin.write(f"{word}\n")
        line = self.process.stdout.readline().strip()
        if not line.startswith(answer):
            raise RuntimeError(f"'{line}' instead of '{answer}'; the program's end: {self.process.poll()}")
        return line

    def trimctl(self, *command):
        result = subprocess.run(
            [self.arguments.trimctl, "--timeout", str(ANSWER_S), str(self.process.pid), *command],
            capture_output=True,
            text=True,
        )
        self.commands[command[0]] += 1
        if result.returncode != 0:
            self.complaints.append(f"trimctl {' '.join(command)}: exit code {result.returncode}: {result.stderr}")
        return result.stdout

    def rotate(self):
        log = self.directory / "agent.log"
        # Where the agent has had nothing to say since the last time there is no file yet.
        if log.exists():
            self.rotations += 1
            log.rename(self.directory / f"agent.log.{self.rotations:05}")

    def work(self, seconds):
        """One command a second, and the log moved away each ten."""
        begin = time.monotonic()
        turn = 0
        while time.monotonic() - begin < seconds:
            self.trimctl(*COMMANDS[turn % len(COMMANDS)])
            turn += 1
            if turn % ROTATION_S == 0:
                self.rotate()
                self.samples.append((time.monotonic() - begin, rss_of(self.proc), own_memory_of(self.proc)))
            time.sleep(max(0.0, begin + turn - time.monotonic()))

    def rest(self):
        """What there is while the program does nothing."""
        words = self.tell("rest", "resting").split()[1:]
        done = dict(zip(words[::2], map(int, words[1::2]), strict=True))
        self.trimctl("trim")
        figures = json.loads(self.trimctl("diagnose", "--json"))["figures"]
        status = self.trimctl("status")
        return {
            **done,
            "rss": rss_of(self.proc),
            "in_use": figures["in_use_bytes"],
            "descriptors": sorted(str(each.readlink()) for each in (self.proc / "fd").iterdir()),
            "own_threads": own_threads_of(self.proc),
            "threads": len(list((self.proc / "task").iterdir())),
            "own_bytes": own_memory_of(self.proc),
            "old": int(re.search(r"GC pauses: old (\d+)", status)[1]),
            "loaded": int(re.search(r"classes: loaded (\d+)", status)[1]),
            "unloaded": int(re.search(r"classes: .*unloaded (\d+)", status)[1]),
            "lost_lines": int(re.search(r"log lines lost (\d+)", status)[1]),
            "trims": figures["trims"],
            "jvm_counted": self.counted_classes(),
            "jvm_old": self.count("gc.log", OLD_PAUSES[self.arguments.collector]),
            "jvm_loaded": self.count("classes.log", r"source:"),
        }

    def counted_classes(self):
        """Classes loaded by the VM's own counters, which jcmd reads from their file, without a word to the JVM."""
        jcmd = Path(shutil.which(self.arguments.java)).resolve().with_name("jcmd")
        command = [jcmd, str(self.process.pid), "PerfCounter.print"]
        text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        return sum(int(each) for each in re.findall(r"java\.cls\.(?:l|sharedL)oadedClasses=(\d+)", text))

    def count(self, name, pattern):
        """Lines of one of the JVM's own logs; concurrent phases and starts of pauses have no duration."""
        matches = re.compile(pattern).search
        finished = re.compile(r"ms$|source:").search
        with (self.directory / name).open() as lines:
            return sum(bool(matches(line) and finished(line.rstrip())) for line in lines)

    def end(self):
        self.process.stdin.close()
        try:
            code = self.process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = f"none within {ANSWER_S} s"
        self.err.close()
        return code

    def log_lines(self):
        files = [*sorted(self.directory.glob("agent.log.*")), self.directory / "agent.log"]
        return [line for file in files if file.exists() for line in file.read_text().splitlines()]


def rss_of(proc):
    return int((proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def own_threads_of(proc):
    names = [(task / "comm").read_text().strip() for task in (proc / "task").iterdir()]
    return sorted(name for name in names if name.startswith("trimagent"))


def own_memory_of(proc):
    """Resident bytes that the agent has written: its data, and the stacks of its threads."""
    stacks = []
    for task in (proc / "task").iterdir():
        try:
            if (task / "comm").read_text().startswith("trimagent"):
                words = (task / "syscall").read_text().split()
                # Of a thread that runs at this moment there is no stack pointer; it is asked again the next time.
                stacks += [int(words[-2], 16)] if len(words) > 2 else []
        except OSError:
            continue  # A thread of the program that has just ended.
    total = 0
    ours = False
    previous_end, previous_ours = 0, False
    for line in (proc / "smaps").read_text().splitlines():
        head = re.match(r"([0-9a-f]+)-([0-9a-f]+) \S+ \S+ \S+ \S+ *(.*)", line)
        if head:
            start, end = int(head[1], 16), int(head[2], 16)
            library = head[3].endswith("libtrimagent.so")
            # The rest of its data lies in a mapping without a name behind that of the file.
            data = library or (head[3] == "" and previous_ours and start == previous_end)
            ours = data or any(start <= stack < end for stack in stacks)
            previous_end, previous_ours = end, data
        elif ours and line.startswith("Anonymous:"):
            total += int(line.split()[1]) << 10
    return total


def judge(soaked, first, last, code):
    """What is not as it must be, besides the commands that failed."""
    complaints = list(soaked.complaints)

    def expect(condition, complaint):
        if not condition:
            complaints.append(complaint)

    expect(code == EXIT_CODE, f"exit code {code}, not {EXIT_CODE}")
    expect(not list(soaked.directory.glob("hs_err*")), "a crash report")
    added = collections.Counter(last["descriptors"])
    added.subtract(first["descriptors"])
    expect(not any(count > 0 for count in added.values()), f"descriptors more than before: {+added}")
    expect(first["own_threads"] == last["own_threads"], f"own threads: {first['own_threads']}, {last['own_threads']}")
    expect(last["threads"] <= first["threads"] + JVM_THREADS, f"threads: {first['threads']}, then {last['threads']}")
    expect(
        last["own_bytes"] <= first["own_bytes"] + OWN_GROWTH_BYTES,
        f"the agent's memory: {first['own_bytes']}, then {last['own_bytes']} bytes",
    )
    expect(last["own_bytes"] > 0 and first["own_threads"], "neither memory nor threads of the agent were found")
    for what in ("rss", "in_use"):
        expect(last[what] <= first[what] + JVM_GROWTH_BYTES, f"{what}: {first[what]}, then {last[what]} bytes")
    for what in ("old", "loaded"):
        expect(last[what] > first[what], f"{what}: none")
    expect(last["old"] == last["jvm_old"], f"old pauses: {last['old']}, and by the JVM's log {last['jvm_old']}")
    expect(
        last["loaded"] == last["jvm_counted"],
        f"classes: {last['loaded']}, and by the VM's counters {last['jvm_counted']}",
    )
    expect(
        0 <= last["jvm_loaded"] - last["loaded"] <= last["jvm_loaded"] * LOST_COUNTS,
        f"classes: {last['loaded']}, and by the JVM's log {last['jvm_loaded']}",
    )
    expect(last["unloaded"] > first["unloaded"], "no class was unloaded")
    expect(last["lost_lines"] == 0, f"log lines lost: {last['lost_lines']}")
    lines = soaked.log_lines()
    told = [int(match[1]) for line in lines if (match := re.match(r"\S+ trim #(\d+) \S+: RSS", line))]
    expect(told == list(range(1, len(told) + 1)), f"trims in the log, in their order: {told}")
    # One that was under way while the status was written has a line all the same.
    expect(len(told) >= last["trims"] > first["trims"], f"{last['trims']} trims counted, {len(told)} in the log")
    expect(soaked.rotations > 0, "the log was never moved")
    # That memory is short is true, and not of the agent's making: other programs have the machine's.
    warnings = [line for line in lines if re.search(r"\[(warning|error)\]", line) and "memory is short" not in line]
    warnings += (soaked.directory / "err").read_text().splitlines()
    expect(not warnings, "warnings: " + "\n".join(warnings[:10]))
    return complaints


def version_of(java):
    return subprocess.run([java, "-version"], capture_output=True, text=True).stderr.split('"')[1]


def mib(count):
    return f"{count / (1 << 20):.1f} MiB"


def describe(soaked, first, last, seconds):
    arguments = soaked.arguments
    rows = [
        "| | at the first rest | at the last |",
        "| --- | ---: | ---: |",
        f"| RSS | {mib(first['rss'])} | {mib(last['rss'])} |",
        f"| malloc: in use in arenas | {mib(first['in_use'])} | {mib(last['in_use'])} |",
        f"| the agent's data and stacks, resident | {first['own_bytes'] >> 10} KiB | {last['own_bytes'] >> 10} KiB |",
        f"| the agent's threads | {len(first['own_threads'])} | {len(last['own_threads'])} |",
        f"| threads | {first['threads']} | {last['threads']} |",
        f"| descriptors | {len(first['descriptors'])} | {len(last['descriptors'])} |",
        f"| old pauses: the agent, `-Xlog:gc` | {first['old']}, {first['jvm_old']} "
        f"| {last['old']}, {last['jvm_old']} |",
        "| classes loaded: the agent, `jcmd PerfCounter.print`, `-Xlog:class+load` "
        f"| {first['loaded']}, {first['jvm_counted']}, {first['jvm_loaded']} "
        f"| {last['loaded']}, {last['jvm_counted']}, {last['jvm_loaded']} |",
        f"| classes unloaded | {first['unloaded']} | {last['unloaded']} |",
        f"| trims | {first['trims']} | {last['trims']} |",
    ]
    own = [sample[2] for sample in soaked.samples]
    highest = max((sample[1] for sample in soaked.samples), default=last["rss"])
    return "\n".join(
        [
            f"{seconds / 60:.1f} min of work on JDK {version_of(arguments.java)}, {arguments.collector}, "
            f"{os.cpu_count()} CPUs ({platform.machine()}), Linux {platform.release()}: {last['reloads']} reloads, "
            f"{last['collections']} full collections asked for, {last['classes']} classes loaded by the program, "
            f"{last['threads_born']} threads born and gone, {sum(soaked.commands.values())} attach commands, "
            f"the log moved {soaked.rotations} times, {last['lost_lines']} lines lost.",
            "",
            *rows,
            "",
            f"RSS at work was {mib(highest)} at most; the agent's data and stacks "
            f"{min(own, default=0) >> 10} to {max(own, default=0) >> 10} KiB.",
        ]
    )


def picture(samples):
    """RSS and the agent's own memory over time, each against its highest value."""
    width, height, left, top = 720, 200, 70, 30
    longest = samples[-1][0]

    def line(index, colour, unit, shift):
        highest = max(sample[index] for sample in samples)
        points = " ".join(
            f"{left + at * width / longest:.1f},{top + height - value * height / highest:.1f}"
            for at, *values in samples
            for value in [values[index - 1]]
        )
        name = ("", "RSS", "the agent's data and stacks")[index]
        most = f"{highest / unit[0]:.0f} {unit[1]}"
        return (
            f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="1.5"/>'
            f'<text x="{left + shift}" y="{top - 10}" fill="{colour}">{name}, up to {most}</text>'
        )

    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + width + 20}" height="{top + height + 40}" '
            'font-family="sans-serif" font-size="13">',
            '<rect width="100%" height="100%" fill="white"/>',
            f'<path d="M{left},{top}v{height}h{width}" fill="none" stroke="black"/>',
            f'<text x="{left - 15}" y="{top + height + 5}">0</text>',
            f'<text x="{left + width}" y="{top + height + 20}" text-anchor="end">{longest / 60:.1f} min</text>',
            line(1, "#1f77b4", (1 << 20, "MiB"), 0),
            line(2, "#d62728", (1 << 10, "KiB"), 250),
            "</svg>\n",
        ]
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("library", "trimctl", "classes"):
        parser.add_argument(name, type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--warm-up", type=float, default=WARM_UP_S, help="seconds before the first rest")
    parser.add_argument("--java", default="java")
    parser.add_argument("--collector", choices=OLD_PAUSES, default="G1")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        soaked = Soaked(arguments, Path(name))
        try:
            soaked.tell("work", "working")
            soaked.work(arguments.warm_up)
            soaked.samples.clear()
            first = soaked.rest()
            soaked.tell("work", "working")
            soaked.work(arguments.minutes * 60)
            last = soaked.rest()
            complaints = judge(soaked, first, last, soaked.end())
        finally:
            soaked.process.kill()
            soaked.process.wait()
    text = describe(soaked, first, last, arguments.minutes * 60)
    print(text)
    for complaint in complaints:
        print(f"WRONG: {complaint}")
    print(f"soak: {len(complaints)} wrong")
    if arguments.write and not complaints:
        head, rest = DOCUMENT.read_text().split(BEGIN)
        PICTURE.write_text(picture(soaked.samples))
        text += "\n\n![RSS and the agent's memory over the time of the run](soak.svg)"
        DOCUMENT.write_text(f"{head}{BEGIN}\n\n{text}\n\n{END}{rest.split(END)[1]}")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
