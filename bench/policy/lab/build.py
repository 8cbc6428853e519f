"""Compiles the laboratory's programs: the blind strategies, and one for each version of the policy."""

from __future__ import annotations

import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

LAB = Path(__file__).resolve().parent
REPOSITORY = LAB.parents[2]
BUILD = REPOSITORY / "build/policy-lab"

# The last commit before the policy became one sum: the policy of release 0.1.
V01_COMMIT = "8077600"
V01_SOURCES = (
    "policy policy_decide policy_outcome triggers burst cooldown confirm movement ration room reason quantity text "
    "options option_table option_text option_value"
).split()

# What this tree's policy needs beside itself.
POLICY_ROOMS = "text reason verdict policy options".split()

_ENGINE = [LAB / f"{name}.c" for name in ("main", "engine", "world", "optimum", "layers", "trace")]
_FLAGS = (
    "-std=c17 -O2 -g -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow -Wconversion -Wformat=2 -Wstrict-prototypes"
).split()


@dataclass(frozen=True)
class Programs:
    base: Path | None
    v01: Path | None
    policy: Path | None

    def all(self) -> list[Path]:
        return [program for program in (self.base, self.v01, self.policy) if program is not None]


def _compile(output: Path, sources: list[Path], includes: list[Path], sanitize: bool) -> Path:
    newest = max(path.stat().st_mtime for directory in (LAB, *includes) for path in directory.rglob("*.[ch]"))
    newest = max(newest, *(source.stat().st_mtime for source in sources), Path(__file__).stat().st_mtime)
    if sanitize:
        output = output.with_name(f"{output.name}-sanitized")
    if not output.exists() or output.stat().st_mtime < newest:
        extra = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all"] if sanitize else []
        command = ["gcc", *_FLAGS, *extra, *(f"-I{directory}" for directory in (LAB, *includes)), "-o", output]
        subprocess.run([*command, *_ENGINE, *sources, "-lm"], check=True)
    return output


def _extract_v01() -> Path | None:
    """The sources of release 0.1, from the repository's history; a shallow clone has none."""
    directory = BUILD / f"sources-{V01_COMMIT}"
    if not directory.exists():
        archive = subprocess.run(
            ["git", "-C", REPOSITORY, "archive", V01_COMMIT, "agent/core", "include"], capture_output=True
        )
        if archive.returncode != 0:
            print(f"policy-v01 is left out: commit {V01_COMMIT} is not in this clone")
            return None
        with tarfile.open(fileobj=BytesIO(archive.stdout)) as tar:
            tar.extractall(directory)
    return directory


def _build_v01(sanitize: bool) -> Path | None:
    directory = _extract_v01()
    if directory is None:
        return None
    sources = [directory / f"agent/core/{name}.c" for name in V01_SOURCES]
    return _compile(BUILD / "lab-v01", [LAB / "adapter_v01.c", *sources], [directory / "include"], sanitize)


def _build_policy(tree: Path, sanitize: bool) -> Path | None:
    """The policy of a tree, which is pure, and the agent's options."""
    own = sorted((tree / "agent/policy").glob("*.c"))
    adapter = LAB / "adapter_policy.c"
    if not own or not adapter.exists():
        print("policy is left out: there is no agent/policy yet, or no adapter for it")
        return None
    rooms = [tree / "agent" / room for room in POLICY_ROOMS]
    core = [source for room in rooms for source in sorted(room.glob("*.c")) if source not in own]
    includes = [*rooms, tree / "agent/report"]
    output = BUILD / ("lab-policy" if tree == REPOSITORY else f"lab-policy-{tree.name}")
    return _compile(output, [adapter, *own, *core], includes, sanitize)


def build(sanitize: bool = False, tree: Path = REPOSITORY) -> Programs:
    BUILD.mkdir(parents=True, exist_ok=True)
    base = _compile(BUILD / "lab-base", [LAB / "blind.c"], [], sanitize)
    return Programs(base, _build_v01(sanitize), _build_policy(tree, sanitize))


def build_probe(sanitize: bool = False) -> Path:
    """The strategies of the laboratory's own check."""
    return _compile(BUILD / "lab-probe", [LAB / "probe.c"], [], sanitize)
