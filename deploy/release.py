#!/usr/bin/python3 -B
"""Makes a release.

release.py VERSION        rehearses it: all of it, in a clone below build/releases, and nothing here changes
release.py VERSION --real then takes the clone's commit and tag over; pushing them is left to you
release.py --files DIR    writes into DIR what is published of this checkout: packages, checksums, SBOM, notes
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from datetime import UTC, datetime
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
PROJECT = re.compile(r"^(project\(trimagent VERSION )(\d+\.\d+\.\d+)", re.MULTILINE)
UNRELEASED = "## Unreleased\n"
# How the image, the packages and the log's first line name a version, in documents and manifests.
NAMED = r"(trimagent(?::|_|-| ))%s\b"
HISTORY = ("CHANGELOG.md", "bench/results/")  # They tell of the past and stay as they are.


def git(tree: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", tree, *arguments], text=True, stdout=subprocess.PIPE)
    if done.returncode != 0:
        sys.exit(f"failed: git {' '.join(arguments)}")
    return done.stdout.strip()


def version_of(tree: Path) -> str:
    found = PROJECT.search((tree / "CMakeLists.txt").read_text())
    if found is None:
        sys.exit("CMakeLists.txt names no version")
    return found.group(2)


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def section(tree: Path, heading: str) -> str:
    """What the changelog says below a heading, up to the next one."""
    _, found, rest = (tree / "CHANGELOG.md").read_text().partition(f"\n## {heading}")
    return rest.partition("\n")[2].partition("\n## ")[0].strip() if found else ""


def refusals(version: str) -> list[str]:
    """Why this checkout cannot become the version."""
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        return [f"'{version}' is no version such as 1.2.3"]
    found = []
    if numbers(version) <= numbers(version_of(REPOSITORY)):
        found.append(f"{version} is not above {version_of(REPOSITORY)}, which CMakeLists.txt names")
    if git(REPOSITORY, "status", "--porcelain"):
        found.append("something here is not committed: git status")
    if git(REPOSITORY, "tag", "--list", f"v{version}"):
        found.append(f"there is a tag v{version}")
    if not section(REPOSITORY, "Unreleased"):
        found.append("CHANGELOG.md has nothing below the heading Unreleased")
    return found


def write_version(tree: Path, version: str, date: str) -> None:
    """Puts the version where it stands in the tree, and the changelog's unreleased entries below its own heading."""
    old = version_of(tree)
    cmake = tree / "CMakeLists.txt"
    cmake.write_text(PROJECT.sub(rf"\g<1>{version}", cmake.read_text()))
    changelog = tree / "CHANGELOG.md"
    text = changelog.read_text()
    changelog.write_text(text.replace(UNRELEASED, f"{UNRELEASED}\n## {version}, {date}\n", 1))
    for name in git(tree, "ls-files", "*.md", "*.yaml", "*.sh").splitlines():
        if not name.startswith(HISTORY):
            path = tree / name
            text = path.read_text()
            changed = re.sub(NAMED % re.escape(old), rf"\g<1>{version}", text)
            if changed != text:
                path.write_text(changed)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def elf_files(tarball: Path, directory: Path) -> list[Path]:
    """Unpacks what is published, and returns the programs and libraries in it."""
    subprocess.run(["tar", "-C", directory, "-xzf", tarball], check=True)
    files = sorted(path for path in directory.rglob("*") if path.is_file() and not path.is_symlink())
    return [path for path in files if path.read_bytes().startswith(b"\x7fELF")]


def needed_by(program: Path) -> list[dict]:
    """The libraries that a program is linked with: the system's, or the C library that is in it."""
    told = subprocess.run(["readelf", "--dynamic", program], text=True, stdout=subprocess.PIPE, check=True).stdout
    names = re.findall(r"\(NEEDED\).*\[(.+)\]", told)
    if names:
        return [{"type": "library", "bom-ref": name, "name": name, "description": "the system's"} for name in names]
    version = str(os.confstr("CS_GNU_LIBC_VERSION")).split()[1]
    licences = [{"license": {"id": "LGPL-2.1-or-later"}}]
    return [{"type": "library", "bom-ref": "glibc", "name": "glibc", "version": version, "licenses": licences}]


def file_component(path: Path) -> dict:
    hashes = [{"alg": "SHA-256", "content": sha256(path)}]
    return {"type": "file", "bom-ref": path.name, "name": path.name, "hashes": hashes}


def bill_of_materials(version: str, programs: list[Path], published: list[Path], seconds: int) -> dict:
    """CycloneDX: the packages, the programs and libraries in them, and what those are linked with."""
    name = f"pkg:generic/trimagent@{version}"
    needed = {program.name: needed_by(program) for program in programs}
    linked = {one["bom-ref"]: one for several in needed.values() for one in several}
    files = [file_component(path) for path in (*published, *programs)]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name + json.dumps(files))}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "library",
                "bom-ref": name,
                "name": "trimagent",
                "version": version,
                "purl": name,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
        },
        "components": [*files, *linked.values()],
        "dependencies": [
            {"ref": name, "dependsOn": [path.name for path in programs]},
            *({"ref": path.name, "dependsOn": [program.name for program in programs]} for path in published),
            *(
                {"ref": program, "dependsOn": [one["bom-ref"] for one in several]}
                for program, several in needed.items()
            ),
        ],
    }


def write_files(tree: Path, directory: Path) -> None:
    """Packs the tree. The time that packages tell is the commit's."""
    version = version_of(tree)
    seconds = int(git(tree, "log", "-1", "--format=%ct"))
    environment = {**os.environ, "SOURCE_DATE_EPOCH": str(seconds)}
    build = ["deploy/package/build.sh", "package"]
    subprocess.run(build, cwd=tree, env=environment, stdout=subprocess.DEVNULL, check=True)
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    packages = sorted((tree / "build/package/packages").glob("trimagent*"))
    files = [Path(shutil.copy(path, directory)) for path in packages if path.suffix != ".sha256"]
    bill = directory / f"trimagent-{version}.cdx.json"
    with tempfile.TemporaryDirectory() as unpacked:
        programs = elf_files(next(path for path in files if path.name.endswith(".tar.gz")), Path(unpacked))
        bill.write_text(json.dumps(bill_of_materials(version, programs, files, seconds), indent=2) + "\n")
    sums = [f"{sha256(path)}  {path.name}\n" for path in (*files, bill)]
    (directory / "SHA256SUMS").write_text("".join(sums))
    (directory / "NOTES.md").write_text(section(tree, version + ",") + "\n")


def release(version: str, real: bool) -> None:
    found = refusals(version)
    if found:
        sys.exit("no release: " + "; ".join(found))
    place = REPOSITORY / "build/releases" / version
    tree, files = place / "tree", place / "files"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    git(REPOSITORY, "clone", "--quiet", str(REPOSITORY), str(tree))
    for setting in ("user.name", "user.email"):
        git(tree, "config", setting, git(REPOSITORY, "config", setting))
    write_version(tree, version, f"{datetime.now(UTC):%Y-%m-%d}")
    git(tree, "commit", "--quiet", "--all", "--message", f"Release {version}")
    git(tree, "tag", "--annotate", f"v{version}", "--message", f"trimagent {version}")
    print(git(tree, "show", "--format=%s", "--unified=0", "HEAD"))
    write_files(tree, files)
    print(f"\nin {files.relative_to(REPOSITORY)}:")
    print((files / "SHA256SUMS").read_text(), end="")
    if not real:
        print("a rehearsal: nothing has changed here. With --real this commit and the tag are taken over.")
        return
    git(REPOSITORY, "fetch", "--quiet", str(tree), f"refs/tags/v{version}:refs/tags/v{version}")
    git(REPOSITORY, "merge", "--quiet", "--ff-only", f"v{version}^{{commit}}")
    print(f"released here; to publish: git push --atomic origin HEAD v{version}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("version", nargs="?", metavar="VERSION")
    parser.add_argument("--real", action="store_true", help="not only a rehearsal")
    parser.add_argument("--files", type=Path, metavar="DIR")
    options = parser.parse_args()
    if options.files and not options.version:
        tag = f"v{version_of(REPOSITORY)}"
        if tag not in git(REPOSITORY, "tag", "--points-at", "HEAD").splitlines():
            sys.exit(f"no release: this commit has no tag {tag}, which CMakeLists.txt asks for")
        write_files(REPOSITORY, options.files)
    elif options.version and not options.files:
        release(options.version, options.real)
    else:
        parser.error("either a VERSION or --files")


if __name__ == "__main__":
    main()
