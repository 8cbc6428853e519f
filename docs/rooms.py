#!/usr/bin/env python3
"""The rooms of the agent, read from its sources.

rooms.py          prints the table for docs/DESIGN.md
rooms.py --write  puts it there
rooms.py --check  fails where DESIGN.md has another table, a room includes one that it may not see, a file is too long,
                  or the compiler lets such an include pass
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
AGENT = REPOSITORY / "agent"
DESIGN = REPOSITORY / "docs/DESIGN.md"
BEGIN, END = "<!-- rooms: written by docs/rooms.py -->\n", "<!-- end of rooms -->\n"
MOST_LINES = 300

# From the ground up; what may not be seen below is not a matter of taste but of agent/CMakeLists.txt.
PURPOSES = {
    "text": "texts, quantities and units",
    "system": "clock, threads, and readers of /proc, /sys and cgroups",
    "reason": "the words of a decision: reasons, skips, verdicts",
    "verdict": "leak or retention: what has grown, and what is to be said of it; pure",
    "policy": "when to look, to wait and to release: pure, numbers in and a decision out",
    "options": "the one table of options, and what they say to the policy",
    "report": "the figures of a trim, a skip, the totals: plain data",
    "allocator": "the seam: what an allocator can be asked for, and who is in charge",
    "allocator/borrow": "taking free chunks and dropping their pages, against a world of function pointers",
    "allocator/counted": "what allocators have in common that count for themselves what is free",
    "allocator/jemalloc": "jemalloc's figures and purge",
    "allocator/tcmalloc": "tcmalloc's figures and release, in parts",
    "allocator/mimalloc": "mimalloc's collection",
    "allocator/glibc": "glibc's arenas: estimate, samples, releases, parameters",
    "sinks": "the log, and all words that users read",
    "worker": "the thread that brings the rooms together",
    "java": "what JFR and JMX are told: the thread that uses JNI, and the classes that it defines",
    "jvm": "entry points, JVMTI callbacks, the VM's counters, commands of late attach",
    "trimctl": "a program of its own: finds JVMs, attaches to one, and says what is to be said of it",
}


def seen_by_room() -> dict[str, list[str]]:
    """What agent/CMakeLists.txt lets each room see; jvm sees all."""
    text = (AGENT / "CMakeLists.txt").read_text()
    rooms: dict[str, list[str]] = {
        "report": ["text", "system", "reason", "verdict"],
        "java": ["text", "system", "reason", "verdict", "policy", "options", "report", "allocator", "sinks", "worker"],
        "jvm": list(PURPOSES),
        "trimctl": ["text", "system", "verdict"],
    }
    for room, body in re.findall(r"^trim_room\(([\w/]+)(.*?)\)", text, re.MULTILINE | re.DOTALL):
        seen = re.search(r"SEES(.*?)FILES", body, re.DOTALL)
        rooms[room] = seen.group(1).split() if seen else []
    return rooms


def files_of(room: str) -> list[Path]:
    return sorted(path for path in (AGENT / room).glob("*.[ch]"))


def included_rooms(room: str) -> set[str]:
    home = {path.name: owner for owner in PURPOSES for path in files_of(owner) if path.suffix == ".h"}
    names = {
        name for path in files_of(room) for name in re.findall(r'^#include "([\w./]+)"', path.read_text(), re.MULTILINE)
    }
    return {home[name] for name in names if name in home} - {room}


def table() -> str:
    rows = ["| room | what lives there | files | lines | includes |", "| --- | --- | --- | --- | --- |"]
    for room in reversed(PURPOSES):
        files = files_of(room)
        # In hundreds, so that the table does not change with each line.
        lines = round(sum(len(path.read_text().splitlines()) for path in files), -2)
        used = included_rooms(room)
        included = ", ".join(other for other in PURPOSES if other in used) or "–"
        rows.append(f"| `agent/{room}` | {PURPOSES[room]} | {len(files)} | {lines} | {included} |")
    return "\n".join(rows) + "\n"


def design_with(rooms: str) -> str:
    text = DESIGN.read_text()
    begin, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    return text[:begin] + rooms + text[end:]


def compiles(command: list[str], include: str) -> bool:
    """Whether a file of the room that the command is for may include the header."""
    with tempfile.NamedTemporaryFile("w", suffix=".c") as source:
        source.write(f'#include "{include}"\n')
        source.flush()
        run = [*command[: command.index("-o")], "-fsyntax-only", source.name]
        return subprocess.run(run, capture_output=True).returncode == 0


def breach_compiles() -> list[str]:
    """The compiler must refuse what the table forbids; a header that it may see shows that it can accept."""
    database = REPOSITORY / "build/release/compile_commands.json"
    entries = {entry["file"]: shlex.split(entry["command"]) for entry in json.loads(database.read_text())}
    faults = []
    for room, allowed, forbidden in (
        ("policy/price.c", "quantity.h", "clock.h"),
        ("sinks/log.c", "report.h", "allocator.h"),
        ("allocator/allocator.c", "release.h", "glibc_release.h"),
        ("java/java_part.c", "worker.h", "hooks.h"),
    ):
        command = entries[str(AGENT / room)]
        if not compiles(command, allowed):
            faults.append(f"agent/{room} cannot include {allowed}, which it may")
        if compiles(command, forbidden):
            faults.append(f"agent/{room} can include {forbidden}, which it must not")
    return faults


def check() -> list[str]:
    faults = breach_compiles()
    for room, seen in seen_by_room().items():
        for other in sorted(included_rooms(room) - set(seen)):
            faults.append(f"agent/{room} includes {other}, which agent/CMakeLists.txt does not let it see")
    homes: dict[str, str] = {}
    for room in PURPOSES:
        for path in files_of(room):
            lines = len(path.read_text().splitlines())
            if lines > MOST_LINES:
                faults.append(f"{path.relative_to(REPOSITORY)} has {lines} lines")
            if path.suffix == ".h" and homes.setdefault(path.name, room) != room:
                faults.append(f"{path.name} is in agent/{room} and in agent/{homes[path.name]}")
    if DESIGN.read_text() != design_with(table()):
        faults.append("docs/DESIGN.md has an old table of the rooms: docs/rooms.py --write")
    return faults


def main() -> int:
    if sys.argv[1:] == ["--write"]:
        DESIGN.write_text(design_with(table()))
    elif sys.argv[1:] == ["--check"]:
        faults = check()
        print("\n".join(faults) or "the rooms: each includes only what it may")
        return 1 if faults else 0
    else:
        print(table(), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
