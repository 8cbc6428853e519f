#!/usr/bin/env python3
"""Has gcc's analyzer and cppcheck read the agent's sources, and ends with 1 where one of them finds something.

analyze.py BUILD

BUILD is a build directory of gcc's, such as build/release. What is no defect is silenced in the source, at its line.
"""

import argparse
import concurrent.futures
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

GCC = ["-fanalyzer", "-O1", "-c", "-o", "/dev/null"]
CPPCHECK = [
    "cppcheck",
    "--quiet",
    "--enable=warning,performance,portability",
    "--error-exitcode=1",
    "--inline-suppr",
    "--std=c11",
    # A macro of link.h that makes types.
    "-DElfW(type)=Elf64_##type",
]


def agent_commands(build):
    for command in json.loads((build / "compile_commands.json").read_text()):
        file = Path(command["file"])
        if file.is_relative_to(ROOT / "agent") and file.suffix == ".c":
            yield file, command


def analyze(command):
    words = [word for word in shlex.split(command["command"]) if not word.endswith("ccache")]
    kept = words[: words.index("-o")]
    if "-MD" in kept:
        kept = kept[: kept.index("-MD")]
    result = subprocess.run([*kept, *GCC, command["file"]], cwd=command["directory"], capture_output=True, text=True)
    return result.stderr


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=lambda path: Path(path).resolve())
    build = parser.parse_args().build
    files = dict(agent_commands(build))
    found = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for text in pool.map(analyze, files.values()):
            found += bool(text)
            sys.stderr.write(text)
    print(f"gcc -fanalyzer: {len(files)} files, findings in {found}", flush=True)
    project = ["--project=" + str(build / "compile_commands.json"), f"--file-filter={ROOT}/agent/*"]
    checked = subprocess.run([*CPPCHECK, *project, f"-j{os.cpu_count()}"])
    print(f"cppcheck: {'findings' if checked.returncode else 'none'}")
    return 1 if found or checked.returncode else 0


if __name__ == "__main__":
    sys.exit(main())
