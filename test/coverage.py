#!/usr/bin/env python3
"""Puts into docs/RELIABILITY.md how many lines of agent/ the tests run, and which they do not.

coverage.py GCOVR-JSON [--write]

Fails where fewer than 95 % of the lines are run. The lines that are not run are printed.
"""

import argparse
import json
import sys
from collections import defaultdict
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent
LEAST = 0.95

REFUSALS = "calls that fail"
# Why lines of a room are not run here.
REASONS = {
    "allocator": "libraries that are no whole malloc; " + REFUSALS,
    "allocator/borrow": "",
    "allocator/counted": REFUSALS,
    "allocator/glibc": "arenas that change between two looks; kernels that refuse to hold off huge pages; " + REFUSALS,
    "allocator/jemalloc": REFUSALS,
    "allocator/mimalloc": REFUSALS,
    "java": "JVMs without the classes, that end meanwhile, or that have no memory left",
    "jvm": "JVMs that are not HotSpot, or end at once; " + REFUSALS,
    "options": REFUSALS,
    "policy": "a lot that was filled again by the kernel, which a test of the lot's own room has",
    "reason": "names of what is never named",
    "sinks": "descriptors and file systems that fail; other systems' terminals; " + REFUSALS,
    "system": "kernels without pressure figures, as here; " + REFUSALS,
    "text": "texts that fit no buffer",
    "trimctl": "runs as another user, and a child that ends by `_exit`: neither writes counts",
    "verdict": "",
    "worker": "kernels with pressure figures: there are none here; other allocators",
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lines", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rooms = defaultdict(lambda: [0, 0])
    missed = []
    for file in json.loads(arguments.lines.read_text())["files"]:
        path = Path(file["file"])
        text = (ROOT / path).read_text().splitlines()
        counts = defaultdict(int)
        for line in file["lines"]:
            counts[line["line_number"]] += line["count"]
        room = rooms[str(path.parent.relative_to("agent"))]
        room[0] += sum(count > 0 for count in counts.values())
        room[1] += len(counts)
        missed += [(path, number, text[number - 1].strip()) for number, count in counts.items() if count == 0]
    run = sum(room[0] for room in rooms.values())
    lines = sum(room[1] for room in rooms.values())
    rows = ["| room | lines | run | not run | why not |", "| --- | ---: | ---: | ---: | --- |"]
    for room, (got, of) in sorted(rooms.items()):
        reason = REASONS.get(room, "?") if got != of else ""
        rows.append(f"| {room} | {of} | {100 * got / of:.1f} % | {of - got} | {reason} |")
    total = f"{run} of {lines} lines of `agent/` are run by the unit and integration tests: {100 * run / lines:.1f} %."
    print(total)
    for path, number, text in sorted(missed):
        print(f"{path}:{number}: {text}")
    if arguments.write and run >= LEAST * lines:
        elsewhere = (
            "`./dev faults` has each call fail, in a build that does not count. What `trimctl` prints in the runs that "
            "do not count stands in `trimctl_test.cc`."
        )
        generated.write("coverage", "\n".join([total, elsewhere, "", *rows]))
    return 0 if run >= LEAST * lines else 1


if __name__ == "__main__":
    sys.exit(main())
