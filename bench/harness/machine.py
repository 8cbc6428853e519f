"""What the benchmark stands on: packages, builds, and the names of the machine's parts."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .contenders import JNA_JAR

REPOSITORY = Path(__file__).resolve().parents[2]
BENCH = REPOSITORY / "bench"
FIXTURES = REPOSITORY / "java-fixtures"
MODEL_SERVER = FIXTURES / "model-server"
LIBRARIES = BENCH / "libraries"

BASE_PACKAGES = ("cmake", "ninja-build", "gcc", "libc6-dev", "binutils", "openjdk-17-jdk-headless")
PLOT_PACKAGES = ("python3-matplotlib",)


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Runs a command to its end; shows its output and fails where it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    if done.returncode != 0:
        print(done.stdout)
        raise SystemExit(f"failed: {' '.join(str(part) for part in command)}")
    return done.stdout


def need(packages: list[str]) -> None:
    """Installs the Debian packages that are missing, or ends where that is not possible here."""
    done = subprocess.run([REPOSITORY / "dev", "need", *packages])
    if done.returncode != 0:
        sys.exit(done.returncode)


def need_plots() -> None:
    """Ends a run that could not draw its plots before it measures. Only the system's Python sees Debian's packages."""
    system = sys.prefix == "/usr"
    if system:
        need(list(PLOT_PACKAGES))
        importlib.invalidate_caches()
    if importlib.util.find_spec("matplotlib") is None:
        advice = "" if system else "; start this with /usr/bin/python3, which takes Debian's"
        sys.exit(f"{sys.executable} lacks matplotlib, which draws the plots{advice}")


@dataclass(frozen=True)
class Jdk:
    home: Path

    @property
    def java(self) -> str:
        return str(self.home / "bin/java")

    @property
    def jcmd(self) -> str:
        return str(self.home / "bin/jcmd")

    @property
    def javac(self) -> str:
        return str(self.home / "bin/javac")

    def version(self) -> str:
        text = subprocess.run([self.java, "-version"], text=True, capture_output=True).stderr
        return text.splitlines()[1].strip()


def find_jdk() -> Jdk:
    home = os.environ.get("JAVA_HOME")
    if home is None:
        home = str(Path(shutil.which("javac") or "javac").resolve().parents[1])
    return Jdk(Path(home))


@dataclass(frozen=True)
class Build:
    library: Path
    class_path: str
    fixture_classes: Path
    agent: Path
    before: Path  # The agent of another build, where there is one to compare.
    class_events: Path


@dataclass(frozen=True)
class Wanted:
    """What of the build only some loads and contenders need."""

    jna: bool
    server: bool
    libraries: bool


def _fetch_libraries() -> Path:
    """Has Maven fetch them where the list has changed; jars of other versions go."""
    jars = LIBRARIES / "target/lib"
    if not jars.exists() or jars.stat().st_mtime < (LIBRARIES / "pom.xml").stat().st_mtime:
        shutil.rmtree(jars, ignore_errors=True)
        run("mvn", "-q", "-B", "package", cwd=LIBRARIES)
    return jars


def _build_classes(jdk: Jdk, classes: Path, wanted: Wanted) -> str:
    """Returns the class path, with the libraries that classes were compiled against."""
    sources = sorted((BENCH / "java/bench").glob("*.java"))
    path = []
    if wanted.jna:
        path.append(JNA_JAR)
    else:
        sources = [source for source in sources if source.name != "JnaTrimmer.java"]
    if wanted.libraries:
        path.append(f"{_fetch_libraries()}/*")
        sources += sorted((LIBRARIES / "java/bench").glob("*.java"))
    run(jdk.javac, "-Xlint:all", "-Werror", "-d", classes, "-cp", ":".join(path) or ".", *sources)
    return ":".join([str(classes), *path])


def build(jdk: Jdk, agent: Path, before: Path | None, work: Path, wanted: Wanted) -> Build:
    """Builds the loads below the repository's build directory, and keeps copies of the agents."""
    native = REPOSITORY / "build/bench-native"
    run("cmake", "-S", BENCH / "native", "-B", native, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={jdk.home}")
    run("cmake", "--build", native, "--", "--quiet")

    class_path = _build_classes(jdk, work / "classes", wanted)
    fixture_classes = work / "fixture-classes"
    run(jdk.javac, "-nowarn", "-d", fixture_classes, *sorted((FIXTURES / "src/fixtures").glob("*.java")))

    if wanted.server:
        run("mvn", "-q", "-B", "package", cwd=MODEL_SERVER)
        run(
            jdk.java, "-Xmx256m", "-cp", "target/classes:target/lib/*", "fixtures.model.ModelServer",
            "train=only", cwd=MODEL_SERVER,
        )  # fmt: skip

    # Copies, since the agent may be built anew while this runs.
    copies = {work / "libtrimagent.so": agent, work / "libtrimagent-before.so": before}
    for copy, library in copies.items():
        if library is not None and library.exists():
            shutil.copy(library, copy)
    return Build(native / "libbenchload.so", class_path, fixture_classes, *copies, native / "libclassevents.so")


ONLINE = "/sys/devices/system/cpu/online"


def believing_in(cpus: int, work: Path) -> tuple[str, ...]:
    """Words that start a program whose C library takes the machine for one of so many CPUs: with a file of ours in the
    place of the one that it reads, in a mount namespace of the program's own."""
    file = work / "online"
    file.write_text(f"0-{cpus - 1}\n" if cpus > 1 else "0\n")
    words = ("unshare", "--mount", "sh", "-c", f'mount --bind "$0" {ONLINE} && exec "$@"', str(file))
    told = subprocess.run([*words, "getconf", "_NPROCESSORS_ONLN"], text=True, capture_output=True)
    if told.returncode != 0 or told.stdout.strip() != str(cpus):
        sys.exit(f"the number of CPUs cannot be feigned: no root, or no mount namespaces {told.stderr.strip()}")
    return words


HUGE_PAGES = Path("/sys/kernel/mm/transparent_hugepage/enabled")


def huge_pages() -> str:
    """What of the machine's choices is in force."""
    chosen = re.search(r"\[(\w+)\]", HUGE_PAGES.read_text()) if HUGE_PAGES.exists() else None
    return chosen.group(1) if chosen else "none"


@contextlib.contextmanager
def with_huge_pages(wanted: str | None) -> Iterator[None]:
    """Sets them for the whole machine meanwhile, and back on every way out."""
    before = huge_pages()
    if wanted is None or wanted == before:
        yield
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    try:
        HUGE_PAGES.write_text(wanted)
    except OSError as error:
        sys.exit(f"huge pages cannot be set: {error.strerror}")
    try:
        yield
    finally:
        HUGE_PAGES.write_text(before)


def stripped_kib(library: Path, work: Path) -> float:
    stripped = work / "stripped.so"
    run("strip", "-o", stripped, library)
    return stripped.stat().st_size / 1024


def facts(jdk: Jdk) -> dict[str, str]:
    """The machine's parts, without its name or paths."""
    cpu = re.search(r"^model name\s*:\s*(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s+(\d+) kB", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "CPU": f"{os.cpu_count()} × {cpu.group(1) if cpu else platform.machine()}",
        "memory": f"{int(memory.group(1)) / (1 << 20):.1f} GiB",
        "kernel": f"Linux {platform.release()}",
        "huge pages": huge_pages(),
        "glibc": platform.libc_ver()[1],
        "JDK": jdk.version(),
        "load average at the start": f"{os.getloadavg()[0]:.1f}",
    }
