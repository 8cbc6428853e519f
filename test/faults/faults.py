#!/usr/bin/env python3
"""Has each call that libtrimagent.so imports fail in a live JVM, and judges what comes of it.

faults.py LIBRARY CLASSES [--quick] [--write] [--only NAME] [--java JAVA]

Each run is a JVM with the agent in which one call fails: at its first use, from the fifth on, each second time, or
always, with one of the errors that calls.txt names. The program's output and exit code must be those without the
agent, no call may be made so often that a loop turns without waiting, and nothing may crash. --quick tries one error
of each call. --write puts the table into docs/RELIABILITY.md. Fails too where the library imports a call that
calls.txt does not name.
"""

import argparse
import concurrent.futures
import errno
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
DOCUMENT = HERE.parent.parent / "docs/RELIABILITY.md"
BEGIN, END = "<!-- faults: written by ./dev faults -->", "<!-- end of faults -->"

PATTERNS = ("first", "later", "second", "always")
STYLES = {"minus": "MINUS", "number": "NUMBER", "null": "NUL", "zero": "ZERO", "mapping": "MAPPING", "one": "ONE"}
# The start opens its log; what hangs there holds it up as any program that opens a file.
AT_THE_START = ("open", "close", "read", "write", "poll", "syscall:fstat", "syscall:newfstatat")
SPECIAL = {"none": 0, "short": -1, "hang": -2}

OPTIONS = (
    "mode=borrow,on=full-gc+watermark+pressure,threshold=4m,settle=10ms,cooldown=100ms,check=1s,"
    "arena-max=4,log=agent.log"
)
# Only metrics make these calls, and not in the first ten seconds.
LATE = ("fchmod", "rename", "unlink")
ROUNDS, LATE_ROUNDS = "4 64 150".split(), "4 64 3000".split()
JVM = "-Xshare:auto -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m -XX:-UsePerfData".split()
# One that works makes a few hundred calls of a kind; a loop without a wait makes a million.
CALLS_MAX = 20000
SECONDS_MAX = 60
# A run waits more than it works.
WORKERS = 8


@dataclass
class Call:
    name: str
    style: str
    errors: list = field(default_factory=list)
    reason: str = ""


@dataclass
class Run:
    call: Call
    pattern: str
    error: str
    uses: int = 0
    faults: int = 0
    trims: int = 0
    said: list = field(default_factory=list)
    complaint: str = ""


def read_calls():
    calls = []
    for line in (HERE / "calls.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, style, rest = line.split(" ", 2)
        calls.append(Call(name, style, reason=rest) if style == "-" else Call(name, style, rest.split()))
    return calls


def forgotten(library, calls):
    """Imports, and system calls by their number, without a line. A line more does no harm: compilers differ."""
    text = subprocess.run(["nm", "-D", "--undefined-only", library], check=True, capture_output=True, text=True).stdout
    imports = {line.split()[-1].split("@")[0] for line in text.splitlines()}
    sources = [path for path in (HERE.parent.parent / "agent").rglob("*.c") if path.parent.name != "trimctl"]
    by_number = {f"syscall:{name}" for path in sources for name in re.findall(r"\bSYS_(\w+)", path.read_text())}
    return sorted((imports | by_number) - {call.name for call in calls})


def build(directory, calls):
    """Compiles inject.c with stubs for all calls that can fail."""
    stubs, rows = [], []
    for number, call in enumerate(call for call in calls if call.style != "-"):
        style, carried_out = STYLES[call.style.rstrip("+")], str(call.style.endswith("+")).lower()
        system_call = f"SYS_{call.name.removeprefix('syscall:')}" if call.name.startswith("syscall:") else "-1"
        stub = "NULL"
        if ":" not in call.name:
            stub = f"stub_{call.name}"
            body = f"answer(&calls[{number}], calls[{number}].real, a, b, c, d, e, f, g)"
            stubs.append(f"static long {stub}(PARAMETERS)\n{{\n    return {body};\n}}\n")
        rows.append(f'    {{"{call.name}", {style}, {carried_out}, {stub}, NULL, {system_call}, 0, 0}},\n')
    declarations = [stub.split("\n")[0] + ";\n" for stub in stubs]
    text = "".join(declarations) + f"#define CALLS {len(rows)}\nstatic struct call calls[CALLS] = {{\n" + "".join(rows)
    (directory / "calls.h").write_text(text + "};\n" + "".join(stubs))
    library = directory / "inject.so"
    command = ["cc", "-D_GNU_SOURCE", "-O1", "-g", "-w", "-shared", "-fPIC", f"-I{directory}"]
    subprocess.run([*command, "-o", library, HERE / "inject.c", "-ldl"], check=True)
    return library


def number_of(error):
    return SPECIAL[error] if error in SPECIAL else getattr(errno, error)


def attach(arguments, process, directory):
    """Asks the agent for a release by late attach, once the program is at work; whoever asks may wait in vain."""
    deadline = time.monotonic() + SECONDS_MAX
    while "round 1" not in (directory / "out").read_text() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    return subprocess.Popen(
        [Path(arguments.library).with_name("trimctl"), str(process.pid), "trim"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def java(arguments, directory, agent, rounds, environment=None):
    command = [arguments.java, *JVM]
    if agent:
        command.append(f"-agentpath:{arguments.library}={OPTIONS},metrics={directory}/agent.prom")
    command += ["-cp", arguments.classes, "fixtures.Rounds", *rounds]
    # Output to files: a stuck child of a stuck JVM must not hold this program up.
    with (directory / "out").open("w") as out, (directory / "err").open("w") as err:
        process = subprocess.Popen(
            command,
            cwd=directory,
            stdout=out,
            stderr=err,
            stdin=subprocess.DEVNULL,
            env=os.environ | (environment or {}),
        )
        asks = attach(arguments, process, directory) if agent else None
        try:
            code = process.wait(SECONDS_MAX)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            code = "hangs"
        if asks is not None:
            asks.kill()
            asks.wait()
    return (directory / "out").read_text(), code


def judge(run, expected, found, directory):
    if found != expected:
        return f"the program's output or exit code is another one: {found[1]}"
    if list(directory.glob("hs_err*")):
        return "the JVM crashed"
    if run.uses > CALLS_MAX:
        return f"{run.uses} calls: a loop turns without waiting"
    return ""


def carry_out(arguments, injector, expected, run):
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        wish = f"{run.call.name} {run.pattern} {number_of(run.error)}"
        report = directory / "report"
        found = java(
            arguments,
            directory,
            True,
            LATE_ROUNDS if run.call.name in LATE else ROUNDS,
            {"LD_PRELOAD": str(injector), "INJECT": wish, "INJECT_REPORT": str(report)},
        )
        for line in report.read_text().splitlines() if report.exists() else []:
            called, uses, faults = line.split()
            if called == run.call.name:
                run.uses, run.faults = int(uses), int(faults)
        log = directory / "agent.log"
        text = log.read_text(errors="replace") if log.exists() else ""
        text += (directory / "err").read_text(errors="replace")
        run.trims = len(re.findall(r"\] trim #\d+ ", text))
        run.said = re.findall(r"\[(?:warning|error)\]\[trimagent\] (.*)", text)
        run.complaint = judge(run, expected, found, directory)
        if run.complaint:
            run.complaint += "\n" + text[-3000:]
        elif arguments.only:
            print(text, report.read_text())
    return run


def plan(calls, quick):
    for call in calls:
        if call.style == "-":
            continue
        errors = call.errors[:1] + [error for error in call.errors[1:] if error == "hang"] if quick else call.errors
        for error in errors:
            if error == "hang":
                patterns = ("later",) if call.name in AT_THE_START else ("always",)
            else:
                patterns = ("always",) if quick else PATTERNS
            for pattern in patterns:
                yield Run(call, pattern, error)


def general(line):
    """A line without what differs from run to run."""
    line = re.sub(r"'/[^']*/([^'/]+)'", r"'\1'", line)
    line = re.sub(r"\((?:[A-Z][a-z'/-]+(?: [A-Za-z'/-]+)*|error \d+)\)", "(…)", line)
    line = re.sub(r"'/tmp/[^' ]*$", "'…", line)
    return re.sub(r"\b\d[\d.]*[KMGT]?\b", "N", line)


def table(runs, calls):
    rows = [
        "| call | made to fail with | runs | most uses | warnings, besides the debug lines |",
        "| --- | --- | --- | --- | --- |",
    ]
    for call in calls:
        own = [run for run in runs if run.call is call and run.faults > 0]
        if not own:
            continue
        said = sorted({general(line) for run in own for line in run.said})
        shown = "; ".join(f"`{line}`" for line in said[:3]) + (f"; {len(said) - 3} more" if len(said) > 3 else "")
        errors = [error for error in call.errors if any(run.error == error for run in own)]
        rows.append(
            f"| `{call.name}` | {', '.join(errors)} | {len(own)} | {max(run.uses for run in own)} | {shown or '–'} |"
        )
    unused = [call.name for call in calls if call.style != "-" and not any(r.faults for r in runs if r.call is call)]
    return rows, unused


def write(runs, calls, version):
    rows, unused = table(runs, calls)
    # One that crashes leaves no count.
    hit = [run for run in runs if run.faults > 0 or run.complaint]
    whole = [call for call in calls if call.style == "-" and call.name[0] != "_"]
    reasons = "; ".join(f"`{call.name}` ({call.reason})" for call in whole)
    alike = sum(not run.complaint for run in hit)
    never = ", ".join(f"`{name}`" for name in unused) or "none"
    text = "\n".join(
        [
            BEGIN,
            "",
            f"{len(hit)} runs on {version}, of {len(rows) - 2} calls: the program's output and exit code were those "
            f"without the agent in {alike} of them. No call was made more than "
            f"{max(run.uses for run in hit)} times in a run, whatever failed.",
            "",
            *rows,
            "",
            f"Never used by this program, and so never failed: {never}.",
            "",
            "Not made to fail: " + reasons + ".",
            "",
            END,
        ]
    )
    document = DOCUMENT.read_text()
    head, rest = document.split(BEGIN)
    DOCUMENT.write_text(head + text + rest.split(END)[1])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("library", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("classes", type=lambda path: str(Path(path).resolve()))
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--only", default="")
    parser.add_argument("--java", default="java")
    arguments = parser.parse_args()
    calls = read_calls()
    missing = forgotten(arguments.library, calls)
    if missing:
        print("no line in calls.txt: " + ", ".join(missing))
        return 1
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        injector = build(directory, calls)
        expected = java(arguments, directory, False, ROUNDS)
        runs = [run for run in plan(calls, arguments.quick) if arguments.only in ("", run.call.name)]
        with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
            runs = list(pool.map(lambda run: carry_out(arguments, injector, expected, run), runs))
    for run in runs:
        if run.complaint:
            print(f"{run.call.name} {run.pattern} {run.error}: {run.complaint}")
    failed = sum(bool(run.complaint) for run in runs)
    hit = sum(run.faults > 0 for run in runs)
    print(f"faults: {len(runs)} runs, {hit} with a fault, {failed} failed")
    if arguments.write:
        version = subprocess.run([arguments.java, "-version"], capture_output=True, text=True).stderr.split('"')[1]
        write(runs, calls, f"JDK {version}")
    return 1 if failed or hit == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
