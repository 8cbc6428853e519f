#!/usr/bin/env python3
"""Records the series that the tests of the alerts use, from real JVMs: record.py LIBRARY CLASSES [SCENE...].

Each scene is a fixture whose metrics are read each ten seconds, as a Prometheus server would. A line of a recording is
a series and its values; _ where there was none. Times of files are in seconds from the start. Needs root, for a memory
limit of cgroup v1 or v2, and the tests of LIBRARY's build.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

SAMPLES = 11
APART_S = 10
HERE = pathlib.Path(__file__).resolve().parent


class Scene:
    """One JVM. It ends before the last samples, so that these are without its file."""

    def __init__(self, name, fixture, options="", starter=(), environment=()):
        self.name = name
        self.fixture = fixture
        self.options = options
        self.starter = list(starter)
        self.environment = dict(environment)
        self.series = {}

    def start(self, library, classes, directory):
        self.file = directory / f"{self.name}.prom"
        agent = f"-agentpath:{library}=metrics={self.file},check=10s{self.options}"
        self.jvm = subprocess.Popen(
            [*self.starter, "java", "-Xmx64m", agent, "-cp", classes, *self.fixture],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
        )

    def sample(self, number, began):
        """Takes in the file as it is now."""
        try:
            lines = self.file.read_text().splitlines()
            age = self.file.stat().st_mtime - began
        except FileNotFoundError:
            return
        here = [line.rsplit(" ", 1) for line in lines if not line.startswith("#")]
        here.append([f'node_textfile_mtime_seconds{{file="/textfile/{self.file.name}"}}', f"{max(age, 0):.0f}"])
        for series, value in here:
            self.series.setdefault(series, ["_"] * SAMPLES)[number] = value

    def write(self):
        used = [
            f"{series}\t{' '.join(values)}\n"
            for series, values in self.series.items()
            if "_bucket{" not in series and "_sum{" not in series
        ]
        (HERE / "recorded" / f"{self.name}.tsv").write_text("".join(used))


def memory_cgroup(limit_mib):
    """A shell command that runs its arguments under a memory limit."""
    v1 = pathlib.Path("/sys/fs/cgroup/memory")
    group = (v1 if v1.is_dir() else pathlib.Path("/sys/fs/cgroup")) / f"trimagent-record-{os.getpid()}"
    group.mkdir()
    limit = group / ("memory.limit_in_bytes" if v1.is_dir() else "memory.max")
    limit.write_text(str(limit_mib << 20))
    return group, ["/bin/sh", "-c", f'echo $$ > {group}/cgroup.procs && exec "$@"', "sh"]


def main():
    library, classes, *wanted = sys.argv[1:]
    group, limited = memory_cgroup(195)
    models = "fixtures.Models"
    foreign = pathlib.Path(library).resolve().parent / "test/libforeign.so"
    scenes = [
        Scene("good", [models, "100", "1", "3000"]),
        # Memory is taken for so dear that it is given back at once, and each model takes it again.
        Scene("regrets", [models, "100", "100", "3000"], ",worth=1m"),
        Scene("limit", [models, "140", "0", "1"], starter=limited),
        # Ends at a limit of its own, so that it is only a leak.
        Scene("leak", ["fixtures.Growth", "leak", "400"], ",growing-after=20s"),
        Scene("lost", [models, "60", "100", "5000"], ",log=/dev/full,log-level=debug"),
        Scene("inert", ["fixtures.Quiet"], environment={"LD_PRELOAD": str(foreign)}.items()),
    ]
    scenes = [scene for scene in scenes if not wanted or scene.name in wanted]
    with tempfile.TemporaryDirectory() as directory:
        began = time.time()
        for scene in scenes:
            scene.start(library, classes, pathlib.Path(directory))
        for number in range(SAMPLES):
            time.sleep(max(0, began + number * APART_S - time.time()))
            if number == SAMPLES - 2:
                for scene in scenes:
                    scene.jvm.terminate()
                    scene.jvm.wait()
            for scene in scenes:
                scene.sample(number, began)
    for scene in scenes:
        scene.write()
    group.rmdir()


if __name__ == "__main__":
    main()
