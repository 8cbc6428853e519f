#!/usr/bin/env python3
"""Every JDK and collector of several releases of Debian, each on its own C library: does the agent do its work there?

matrix.py [ROOT...]  runs the tests of garbage collections in each ROOT, such as sid or trixie-arm64, and prints what
                     they said; without ROOT in all of them, and writes docs/COMPATIBILITY.md
matrix.py --today    runs them in one root, another one each day; ends with 77 where it cannot be had

Called by ./dev matrix, as root. The library under test is this machine's build, as users get it.
"""

from __future__ import annotations

import datetime
import json
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
DOCUMENT = REPOSITORY / "docs/COMPATIBILITY.md"
BEGIN, END = "<!-- matrix: written by ./dev matrix -->\n", "<!-- end of matrix -->\n"
CANNOT = 77

ROOTS = ("bullseye", "bookworm", "trixie", "sid", "bookworm-arm64", "trixie-arm64")
# Each cell's tests: memory is released after a full collection, with and without the VM's performance counters; the
# system says so as well; young pauses are not taken for old ones; the JVM ends with its own code; the log says it all.
TESTS = ":".join(f"Gc/{suite}.*" for suite in ("FullGc", "YoungGc", "GenerationalZGc", "EpsilonGc")) + ":Missing.*"
COLLECTORS = {
    "Serial": "Serial",
    "Parallel": "Parallel",
    "G1": "G1",
    "Z": "ZGC",
    "GenerationalZ": "generational ZGC",
    "Shenandoah": "Shenandoah",
    "GenerationalShenandoah": "generational Shenandoah",
    "Epsilon": "Epsilon",
}


class CannotRun(Exception):
    """What stands in the way of a root, which is nobody's defect."""


def shell(script: str, *arguments: str) -> str:
    """Runs a function of deploy/debian.sh and returns what it prints."""
    run = subprocess.run(
        ["bash", "-euc", f". deploy/debian.sh; {script}", "matrix", *arguments],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if run.returncode != 0:
        raise CannotRun(run.stdout.strip())
    return run.stdout.strip()


def build(preset: str) -> Path:
    """Builds what the trees are to run."""
    for words in (
        ["--preset", preset, "-DTRIM_BUILD_TESTS=ON"],
        ["--build", "--preset", preset, "--target", "gc_tests", "trimagent", "trimctl", "fixtures"],
    ):
        run = subprocess.run(["cmake", *words], cwd=REPOSITORY, capture_output=True, text=True, check=False)
        if run.returncode != 0:
            raise SystemExit(run.stdout + run.stderr)
    return REPOSITORY / "build" / preset


class Root:
    """A release of Debian for a processor."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.release, _, foreign = name.partition("-")
        self.foreign = bool(foreign)
        self.tree = shell('debian_tree "$1" "$2"', self.release, foreign or shell("dpkg --print-architecture"))
        self.qemu = shell("debian_qemu") if foreign else ""
        self.build = build("aarch64" if foreign else "release")

    def command(self, *words: str) -> list[str]:
        return [str(REPOSITORY / "deploy/in_tree.sh"), self.tree, self.qemu, *words]

    def prints(self, script: str) -> str:
        run = subprocess.run(self.command("sh", "-c", script), capture_output=True, text=True, check=False)
        if run.returncode == CANNOT:
            raise CannotRun(run.stdout.strip())
        return run.stdout

    def glibc(self) -> str:
        return self.prints("ldd --version").splitlines()[0].split()[-1]

    def jdks(self) -> dict[str, str]:
        """The exact version of each JDK, by the name that the tests give it."""
        versions = {}
        for line in self.prints(
            'for jdk in /usr/lib/jvm/java-[0-9]*-openjdk-*; do "$jdk/bin/java" -version 2>&1 | head -n 1; done'
        ).splitlines():
            version = line.split('"')[1]
            versions["Jdk" + re.sub(r"^1\.", "", version).split(".")[0].split("-")[0]] = version
        return versions

    def run_tests(self) -> list[dict]:
        """All tests, as GoogleTest reports them, in as many shards as there are CPUs."""
        shards = os.cpu_count() or 1
        results = REPOSITORY / "build/matrix"
        results.mkdir(parents=True, exist_ok=True)
        reports, running = [], []
        for shard in range(shards):
            report = results / f"{self.name}.{shard}.json"
            report.unlink(missing_ok=True)
            reports.append(report)
            environment = {
                "GTEST_TOTAL_SHARDS": str(shards),
                "GTEST_SHARD_INDEX": str(shard),
                "GTEST_OUTPUT": f"json:{report}",
            }
            with report.with_suffix(".log").open("w") as log:
                running.append(
                    subprocess.Popen(
                        self.command(str(self.build / "test/gc_tests"), f"--gtest_filter={TESTS}"),
                        env=os.environ | environment,
                        stdout=log,
                        stderr=subprocess.STDOUT,
                    )
                )
        for shard in running:
            shard.wait()
        tests = []
        for report in reports:
            if not report.exists():
                raise SystemExit(f"{self.name}: the tests ended early; see {report.with_suffix('.log')}")
            for suite in json.loads(report.read_text())["testsuites"]:
                tests += [test | {"suite": suite["name"]} for test in suite["testsuite"]]
        return tests


class Result:
    """What the tests said in a root."""

    def __init__(self, root: Root) -> None:
        self.root = root
        self.glibc = root.glibc()
        self.jdks = root.jdks()
        self.missing: dict[str, str] = {}
        self.passed: dict[str, int] = {}
        self.failed: dict[str, list[str]] = {}
        for test in root.run_tests():
            if test["suite"] == "Missing":
                known = ("name", "status", "result", "timestamp", "time", "classname", "file", "line", "suite")
                self.missing |= {key: value for key, value in test.items() if key not in known and key != "failures"}
                continue
            name, cell = test["name"].split("/")
            if "failures" in test:
                self.failed.setdefault(cell, []).append(f"{test['suite'].split('/')[-1]}.{name}")
            elif test["result"] == "COMPLETED":
                self.passed[cell] = self.passed.get(cell, 0) + 1
        if not self.passed:
            raise SystemExit(f"{root.name}: no test was executed")

    def cell(self, jdk: str, collector: str) -> str:
        name = f"{jdk}_{collector}"
        if name in self.failed:
            return f"**FAIL** {', '.join(sorted(self.failed[name]))}"
        if name in self.passed:
            return "pass"
        return "–" if name in self.missing else "not run"

    def rows(self) -> list[str]:
        processor = "AArch64 (qemu)" if self.root.foreign else platform.machine()
        return [
            f"| {self.root.release} | {processor} | {self.glibc} | {version} | "
            + " | ".join(self.cell(jdk, collector) for collector in COLLECTORS)
            + " |"
            for jdk, version in sorted(self.jdks.items(), key=lambda item: int(item[0][3:]))
        ]


def table(results: list[Result]) -> str:
    lines = [
        f"Run on {datetime.datetime.now(datetime.UTC):%Y-%m-%d} on Linux {platform.release().split('-')[0]}.",
        "",
        f"| Debian | processor | glibc | JDK | {' | '.join(COLLECTORS.values())} |",
        "|" + " --- |" * (4 + len(COLLECTORS)),
    ]
    for result in results:
        lines += result.rows()
    # The same words for the same reason, whatever the root.
    reasons: dict[tuple[str, str], set[int]] = {}
    for result in results:
        for name, why in result.missing.items():
            jdk, collector = name.split("_")
            reasons.setdefault((COLLECTORS[collector], why), set()).add(int(jdk[3:]))
    lines += ["", "Where there is no result, the JDK has no such collector:", "", "| collector | JDK | what it says |"]
    lines += ["| --- | --- | --- |"]
    order = list(COLLECTORS.values())
    for (collector, why), jdks in sorted(reasons.items(), key=lambda item: (order.index(item[0][0]), min(item[1]))):
        lines.append(f"| {collector} | {', '.join(map(str, sorted(jdks)))} | {why.replace('|', '/')} |")
    return "\n".join(lines) + "\n"


def run(name: str) -> Result:
    print(f"== {name}", flush=True)
    result = Result(Root(name))
    print("\n".join(result.rows()), flush=True)
    return result


def today() -> str:
    return ROOTS[datetime.datetime.now(datetime.UTC).toordinal() % len(ROOTS)]


def main(arguments: list[str]) -> int:
    if any(argument not in (*ROOTS, "--today") for argument in arguments):
        print(__doc__, file=sys.stderr)
        return 2
    names = [today()] if "--today" in arguments else arguments or list(ROOTS)
    results = []
    for name in names:
        try:
            results.append(run(name))
        except CannotRun as reason:
            print(f"SKIPPED: {name}: {reason}")
    if not results:
        return CANNOT
    if not arguments and len(results) == len(ROOTS):
        before, rest = DOCUMENT.read_text().split(BEGIN)
        DOCUMENT.write_text(before + BEGIN + table(results) + END + rest.split(END)[1])
    cells = sum(len(result.passed | result.failed) for result in results)
    failed = sum(len(result.failed) for result in results)
    print(f"matrix: {cells - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
