#!/usr/bin/python3 -B
"""Records what real programs hold from malloc over time: see traces/README.md beside this file."""

from __future__ import annotations

import argparse
import gzip
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

POLICY = Path(__file__).resolve().parent
sys.path[:0] = [str(POLICY.parent), str(POLICY / "programs")]

from harness import machine  # noqa: E402
from recorded import TABLE, Program  # noqa: E402

RECORDER = POLICY / "recorder"
PROGRAMS = POLICY / "programs"
TRACES = POLICY / "traces"
WORK = machine.REPOSITORY / "build/traces"
PACKAGES = ("cmake", "ninja-build", "gcc", "libc6-dev", "openjdk-17-jdk-headless", "maven")

RUN_LIMIT_S = 600
TRACE_LIMIT_BYTES = 150 << 10
CHANGE_KIB = 128  # What the recorder writes a row for.
CHECK_LIMIT = 0.01
WEB_CLASSES = 300  # As the fixture has it.


def build_recorder(jdk: machine.Jdk) -> Path:
    build = machine.REPOSITORY / "build/recorder"
    machine.run("cmake", "-S", RECORDER, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={jdk.home}")
    machine.run("cmake", "--build", build, "--", "--quiet")
    return build


def library_command(jdk: machine.Jdk, program: Program) -> list[str]:
    project = (PROGRAMS / program.project).resolve()
    machine.run("mvn", "-q", "-B", "package", cwd=project)
    if program.name == "tomcat":
        build_web_application(jdk)
    # DJL unpacks PyTorch there, and must not ask for anything from outside.
    djl = (f"-DDJL_CACHE_DIR={WORK / 'djl'}", "-Doffline=true", "-Dai.djl.offline=true")
    return [*djl, "-cp", f"{project}/target/classes:{project}/target/lib/*", program.main]


def build_web_application(jdk: machine.Jdk) -> None:
    """The fixture, with the classes that it loads."""
    application, sources = WORK / "application", WORK / "application-sources"
    sources.mkdir(exist_ok=True)
    for number in range(WEB_CLASSES):
        text = f"package fixtures.web.generated; public class Part{number} {{ }}\n"
        (sources / f"Part{number}.java").write_text(text)
    machine.run(
        jdk.javac, "-nowarn", "-proc:none", "-cp", f"{PROGRAMS}/target/lib/*", "-d", application / "WEB-INF/classes",
        *(machine.FIXTURES / "web-app").glob("*.java"), *sources.glob("*.java"),
    )  # fmt: skip
    (application / "index.txt").write_text("up\n")


def synthetic_command(jdk: machine.Jdk, program: Program) -> list[str]:
    native = machine.REPOSITORY / "build/bench-native"
    machine.run("cmake", "-S", machine.BENCH / "native", "-B", native, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={jdk.home}")
    machine.run("cmake", "--build", native, "--", "--quiet")
    java, classes = machine.BENCH / "java", WORK / "classes"
    source = java / f"{program.main.replace('.', '/')}.java"
    machine.run(jdk.javac, "-nowarn", "-d", classes, "-sourcepath", java, source)
    return [f"-Dbench.library={native / 'libbenchload.so'}", "-cp", str(classes), program.main]


def server_command(jdk: machine.Jdk, program: Program) -> list[str]:
    machine.run("mvn", "-q", "-B", "package", cwd=machine.MODEL_SERVER)
    command = ["-cp", f"{machine.MODEL_SERVER}/target/classes:{machine.MODEL_SERVER}/target/lib/*", program.main]
    # Training leaves memory behind, so it has a process of its own.
    machine.run(jdk.java, "-Xmx256m", *command, "train=only", cwd=machine.MODEL_SERVER)
    return command


COMMANDS: dict[str, Callable[[machine.Jdk, Program], list[str]]] = {
    "library": library_command,
    "synthetic": synthetic_command,
    "server": server_command,
}


def environment(recorder: Path) -> dict[str, str]:
    foreign = ("LD_PRELOAD", "MALLOC_", "GLIBC_TUNABLES", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, "LD_PRELOAD": str(recorder / "librecorder.so")}


Row = tuple[int, ...]  # t_ms in_use_kib cpu_ms old_pauses class_changes


def read(raw: Path) -> tuple[list[Row], dict[str, str]]:
    rows, facts = [], {}
    for line in raw.read_text().splitlines():
        if line.startswith("# "):
            key, _, value = line[2:].partition(" ")
            facts[key] = value
        else:
            rows.append(tuple(int(part) for part in line.split()))
    return rows, facts


def thin(rows: list[Row], change_kib: int) -> list[Row]:
    """Leaves rows out whose memory is that of the row before, but for less than change_kib."""
    kept = [rows[0]]
    for row in rows[1:-1]:
        last = kept[-1]
        if abs(row[1] - last[1]) >= change_kib or row[3] != last[3] or row[0] - last[0] >= 200:
            kept.append(row)
    return [*kept, rows[-1]]


def pack(rows: list[Row], facts: dict[str, str]) -> bytes:
    header = [f"# {key} {value}" for key, value in facts.items()]
    text = "\n".join([*header, *(" ".join(str(part) for part in row) for row in rows)]) + "\n"
    return gzip.compress(text.encode(), 9, mtime=0)


def write_trace(program: Program, jdk: machine.Jdk, raw: Path) -> None:
    rows, told = read(raw)
    if any(after[0] <= before[0] for before, after in itertools.pairwise(rows)):
        sys.exit(f"{program.name}: its times do not rise")
    facts = {
        "program": program.title,
        "jdk": jdk.version(),
        "flags": " ".join(flag for flag in program.flags if flag.startswith("-X")),
        "cpus": str(os.cpu_count()),
        **program.facts,
        **told,
        # Where the program has come to, its libraries loaded and its Java heap grown.
        "resident_end_kib": str(int(told["end_rss_kib"]) - int(told["end_system_kib"])),
    }
    packed, change_kib = pack(rows, facts), CHANGE_KIB
    while len(packed) > TRACE_LIMIT_BYTES:
        change_kib *= 2
        packed = pack(thin(rows, change_kib), {**facts, "change_kib": str(change_kib)})
    (TRACES / f"{program.name}.trace.gz").write_bytes(packed)
    in_use = [row[1] for row in rows]
    walked = int(told["end_system_kib"]) - int(told["end_free_kib"])
    print(
        f"{program.name}: {rows[-1][0] / 1000:.0f} s, {len(rows)} rows, {len(packed) >> 10} KiB; in use "
        f"{min(in_use) >> 10} to {max(in_use) >> 10} MiB, CPU {rows[-1][2] / 1000:.1f} s, "
        f"{rows[-1][3]} old pauses, {rows[-1][4]} class changes, {told['chunks']} chunks, look "
        f"{told['look_us']} us; in use at the end {int(told['end_in_use_kib']) >> 10} MiB, "
        f"by malloc_info {walked >> 10} MiB",
        flush=True,
    )


def record(program: Program) -> None:
    machine.need([*PACKAGES, *program.packages])
    jdk = machine.find_jdk()
    WORK.mkdir(parents=True, exist_ok=True)
    recorder = build_recorder(jdk)
    command = COMMANDS[program.kind](jdk, program)
    if program.before:
        machine.run(jdk.java, "-Xmx2g", *command, *program.before, cwd=WORK)
    raw = WORK / f"{program.name}.raw"
    agent = f"-agentpath:{recorder / 'librecorder.so'}={raw}"
    done = subprocess.run(
        [jdk.java, *program.flags, agent, *command, *program.arguments],
        env=environment(recorder),
        cwd=machine.MODEL_SERVER if program.kind == "server" else WORK,
        stdin=subprocess.DEVNULL,
        timeout=RUN_LIMIT_S,
    )
    if done.returncode != 0:
        sys.exit(f"{program.name}: ended with exit code {done.returncode}")
    write_trace(program, jdk, raw)


def check() -> None:
    """Records a program that says what it holds, and compares."""
    machine.need(list(PACKAGES))
    recorder = build_recorder(machine.find_jdk())
    with tempfile.TemporaryDirectory() as directory:
        raw = Path(directory) / "raw"
        told = subprocess.run(
            [recorder / "known_allocations"],
            env={**environment(recorder), "RECORDER_FILE": str(raw)},
            text=True,
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        rows, _ = read(raw)
    largest = max(int(line.split()[1]) for line in told.splitlines())
    worst = 0.0
    for line in told.splitlines():
        at_ms, known_kib = (int(part) for part in line.split())
        recorded_kib = [row[1] for row in rows if row[0] <= at_ms][-1]
        worst = max(worst, abs(recorded_kib - known_kib) / (known_kib or largest))
        print(f"{at_ms:5} ms: known {known_kib} KiB, recorded {recorded_kib} KiB")
    print(f"off by {worst:.2%} at most")
    if worst > CHECK_LIMIT:
        sys.exit("the recorder counts wrong")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="traces to record, or all")
    parser.add_argument("--list", action="store_true", help="list the traces, and end")
    parser.add_argument("--check", action="store_true", help="check the recorder by known allocations, and end")
    arguments = parser.parse_args()
    if arguments.list:
        for program in TABLE:
            print(f"{program.name:18} {program.title}")
        return
    if arguments.check:
        check()
        return
    known = {program.name: program for program in TABLE}
    names = list(known) if arguments.names == ["all"] else arguments.names
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        parser.error(f"no such trace: {', '.join(unknown)}" if unknown else "name a trace, or all")
    TRACES.mkdir(exist_ok=True)
    for name in names:
        record(known[name])


if __name__ == "__main__":
    main()
