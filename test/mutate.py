#!/usr/bin/env python3
"""Changes policy, estimate and borrowing in small ways, one at a time, and tells which changes no test sees.

mutate.py BUILD [--count N] [--seed N] [--only ROOM] [--write]

BUILD is a build directory with the unit tests in it, such as build/release. Each mutant is compiled beside the sources,
which stay as they are, linked into a program of its own, and given the unit tests of its room. It is killed where one
of them fails, crashes or takes too long. The survivors are printed. A mutant that does not compile does not count, nor
does one that the compiler makes the same code of. --write puts the result into docs/RELIABILITY.md.
"""

import argparse
import concurrent.futures
import json
import os
import random
import re
import shlex
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import generated

ROOT = Path(__file__).resolve().parent.parent

# The sources of each room, and the tests that must see what changes there.
ROOMS = {
    "policy": (
        ["agent/policy/*.c"],
        "Policy*:Burst*:Earnings*:Looks*:Patience*:Price*:Signs*:Triggers*:*Watch.*:*GcClassifier*:"
        "Seeds/PolicyRandom.*/0:Seeds/PolicyRandom.*/1",
    ),
    "estimate": (
        ["agent/allocator/glibc/estimate.c", "agent/allocator/glibc/residency.c", "agent/allocator/glibc/mixed_bin.c"],
        "Estimate*:Residency*:MixedBin*:MallocInfo*:Tops*",
    ),
    "borrow": (
        ["agent/allocator/borrow/*.c", "agent/allocator/glibc/borrow_plan.c"],
        "*Borrow*:Pace*:SizeClass*:-GlibcBorrow*",
    ),
}
CHANGES = [
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" == ", " != "),
    (r" != ", " == "),
    (r" && ", " || "),
    (r" \|\| ", " && "),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" \* (?=[\w(])", " / "),
    (r" / ", " * "),
    (r" \+= ", " -= "),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"(?<=[( ])!(?=\w)", ""),
    (r"\btrim_min\b", "trim_max"),
    (r"\btrim_max\b", "trim_min"),
    (r"(?<= )0(?=[;,)])", "1"),
    (r"(?<= )1(?=[;,)])", "0"),
]
TEST_S = 60
EQUAL = ROOT / "test/mutants_equal.txt"


@dataclass(frozen=True)
class Mutant:
    room: str
    file: Path
    line: int
    begin: int
    end: int
    text: str


def code_lines(text):
    """The lines of code, without comments and what the preprocessor takes; a declaration's * is no product."""
    within = False
    for number, line in enumerate(text.splitlines()):
        comment = within or line.lstrip().startswith(("/*", "//", "#", "*"))
        within = ("/*" in line or within) and "*/" not in line
        if not comment and "assert" not in line:
            yield number, line.split("/*")[0]


def mutants_of(room):
    for pattern in ROOMS[room][0]:
        for file in sorted(ROOT.glob(pattern)):
            for number, line in code_lines(file.read_text()):
                for change, text in CHANGES:
                    for match in re.finditer(change, line):
                        yield Mutant(room, file, number, match.start(), match.end(), text)


class Program:
    """How the unit tests are compiled and linked."""

    def __init__(self, build):
        self.build = build
        self.commands = {
            command["file"]: command for command in json.loads((build / "compile_commands.json").read_text())
        }
        listed = subprocess.run(
            ["ninja", "-C", build, "-t", "commands", "unit_tests"], check=True, capture_output=True, text=True
        ).stdout
        lines = [line for line in listed.splitlines() if " -o test/unit_tests " in line]
        self.link = re.sub(r"^: && | && .*$", "", lines[-1])

    def compile(self, source, file, target):
        words = shlex.split(self.commands[str(file)]["command"])
        object_name = words[words.index("-o") + 1]
        words = [word for word in words if word != "-Werror" and not word.endswith("ccache") and word != "-g"]
        at = words.index("-o")
        words[at + 1] = str(target)
        words[words.index("-c") + 1] = str(source)
        # Dependencies would be written beside the real object.
        for option in ("-MF", "-MT"):
            if option in words:
                del words[words.index(option) : words.index(option) + 2]
        words = [word for word in words if word != "-MD"]
        result = subprocess.run([*words, "-w"], cwd=self.build, capture_output=True)
        return object_name if result.returncode == 0 else None

    def link_with(self, object_name, target, program):
        words = [str(target) if word == object_name else word for word in shlex.split(self.link)]
        words[words.index("-o") + 1] = str(program)
        subprocess.run(words, cwd=self.build, check=True, capture_output=True)

    def fails(self, program, tests, directory):
        command = [program, f"--gtest_filter={tests}", "--gtest_brief=1", "--gtest_fail_fast"]
        try:
            run = subprocess.run(command, cwd=directory, capture_output=True, timeout=TEST_S)
        except subprocess.TimeoutExpired:
            return True
        return run.returncode != 0


def try_out(program, mutant):
    """Whether the mutant was killed; None where it does not count."""
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        lines = mutant.file.read_text().splitlines(keepends=True)
        line = lines[mutant.line]
        lines[mutant.line] = line[: mutant.begin] + mutant.text + line[mutant.end :]
        source = directory / mutant.file.name
        source.write_text("".join(lines))
        target, original = directory / "mutant.o", directory / "original.o"
        object_name = program.compile(source, mutant.file, target)
        if object_name is None:
            return None
        source.write_text(mutant.file.read_text())
        program.compile(source, mutant.file, original)
        if target.read_bytes() == original.read_bytes():
            return None
        program.link_with(object_name, target, directory / "tests")
        return program.fails(directory / "tests", ROOMS[mutant.room][1], directory)


def describe(mutant, place=""):
    line = mutant.file.read_text().splitlines()[mutant.line]
    changed = line[: mutant.begin] + mutant.text + line[mutant.end :]
    return f"{mutant.file.relative_to(ROOT)}{place}: {line.strip()}  ->  {changed.strip()}"


def describe_with_line(mutant):
    return describe(mutant, f":{mutant.line + 1}")


def equal_in_effect():
    """What mutants_equal.txt lists: each as it is described, and behind two spaces and a # its reason."""
    lines = [line for line in EQUAL.read_text().splitlines() if line and not line.startswith("#")]
    if reasonless := [line for line in lines if "  # " not in line]:
        sys.exit(f"{EQUAL.name}: no reason is given for {reasonless[0]}")
    return {line.split("  # ")[0] for line in lines}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    parser.add_argument("--count", type=int, default=200, help="mutants of all rooms together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=ROOMS)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    program = Program(arguments.build)
    chance = random.Random(arguments.seed)
    equal = equal_in_effect()
    possible = [
        mutant
        for room in ROOMS
        if arguments.only in (None, room)
        for mutant in mutants_of(room)
        if describe(mutant) not in equal
    ]
    chosen = chance.sample(possible, min(arguments.count, len(possible)))
    for room in {mutant.room for mutant in chosen}:
        if program.fails(arguments.build / "test/unit_tests", ROOMS[room][1], arguments.build):
            sys.exit(f"the tests of {room} fail as they are")
    killed, survivors = 0, []
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for mutant, dead in zip(chosen, pool.map(lambda each: try_out(program, each), chosen), strict=True):
            killed += dead is True
            if dead is False:
                survivors.append(mutant)
                print(describe_with_line(mutant), flush=True)
    tried = killed + len(survivors)
    total = f"{tried} mutants of {len(possible)} possible (seed {arguments.seed}), {killed} killed "
    total += f"({100 * killed / max(tried, 1):.0f} %); {len(equal)} more are equal in effect (test/mutants_equal.txt)."
    print(total)
    if arguments.write:
        lines = "\n".join(f"- `{describe_with_line(mutant)}`" for mutant in survivors)
        generated.write("mutants", f"{total} Those that no test saw:\n\n{lines}" if survivors else total)
    return 0


if __name__ == "__main__":
    sys.exit(main())
