"""Runs one load with one contender and measures it from outside."""

from __future__ import annotations

import json
import os
import re
import statistics
import struct
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import helpers, machine, procfs, trims
from .contenders import Contender
from .loads import Load

SAMPLE_INTERVAL_S = 0.05
RUN_LIMIT_S = 900.0


@dataclass(frozen=True)
class Sample:
    at_s: float  # Since the JVM's start.
    rss_mib: float
    minor_faults: int
    live_mib: float  # As the load itself counts; 0 where it does not.
    trimmer_cpu_s: float  # Of the thread that trims; 0 where there is none.


@dataclass
class Run:
    """What was seen of one run, before it is compared with others."""

    round: int
    load: Load
    contender: Contender
    samples: list[Sample] = field(default_factory=list)
    base_at_s: float = 0.0
    base_mib: float = 0.0
    base_cpu_s: float = 0.0
    available_mib: float = 0.0  # Of the system, before the start.
    end_at_s: float = 0.0
    # Scenes of the model server: when, and what it says is live.
    scenes: list[tuple[float, float]] = field(default_factory=list)
    trims: list[trims.Trim] = field(default_factory=list)
    status: trims.AgentStatus | None = None
    figures: dict[str, float] = field(default_factory=dict)  # Columns that are known already.
    ended_early: bool = False  # Nothing else is known then.


@dataclass(frozen=True)
class Setting:
    jdk: machine.Jdk
    build: machine.Build
    profile: str


class _Sampler(threading.Thread):
    def __init__(self, pid: int, began_s: float, live: Path, trimmer: str | None):
        super().__init__(daemon=True)
        self.pid = pid
        self.began_s = began_s
        self.live = live
        self.trimmer = trimmer
        self.trimmer_thread: int | None = None
        self.samples: list[Sample] = []
        self.ending = threading.Event()

    def run(self) -> None:
        due_s = time.monotonic()
        while not self.ending.wait(max(0.0, due_s - time.monotonic())):
            due_s = max(due_s + SAMPLE_INTERVAL_S, time.monotonic())
            try:
                self.samples.append(self._take())
            except (OSError, IndexError):
                return  # The process has ended.

    def _take(self) -> Sample:
        (live_bytes,) = struct.unpack("=q", self.live.read_bytes())
        return Sample(
            time.monotonic() - self.began_s,
            procfs.rss_mib(self.pid),
            procfs.minor_faults(self.pid),
            live_bytes / (1 << 20),
            self._trimmer_cpu_s(),
        )

    def _trimmer_cpu_s(self) -> float:
        if self.trimmer is not None and self.trimmer_thread is None:
            self.trimmer_thread = procfs.find_thread(self.pid, self.trimmer)
        if self.trimmer_thread is None:
            return 0.0
        return procfs.thread_cpu_s(self.pid, self.trimmer_thread)

    def stop(self) -> list[Sample]:
        self.ending.set()
        self.join()
        return self.samples


def _command(setting: Setting, load: Load, contender: Contender, log: Path, live: Path) -> list[str]:
    flags = [flag.format(agent=setting.build.agent, log=log) for flag in contender.flags]
    command = [setting.jdk.java, *load.flags, *flags]
    if load.kind == "staged":
        command += [
            f"-Dbench.library={setting.build.library}",
            f"-Dbench.live={live}",
            "-cp",
            setting.build.class_path,
        ]
    elif load.kind == "server":
        command += ["-cp", "target/classes:target/lib/*"]
    else:
        command += ["-cp", str(setting.build.fixture_classes)]
    return [*command, load.main, *load.arguments.get(setting.profile, ()), *contender.load_arguments]


def _environment(load: Load, contender: Contender) -> dict[str, str]:
    foreign = ("LD_PRELOAD", "MALLOC_", "GLIBC_TUNABLES", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **load.environment, **contender.environment}


def _helper(setting: Setting, contender: Contender, pid: int, began_s: float) -> helpers.Helper | None:
    if contender.helper == "jcmd":
        return helpers.Jcmd(pid, began_s, setting.jdk.jcmd)
    if contender.helper == "gdb":
        return helpers.Gdb(pid, began_s)
    return None


def run_served(setting: Setting, round_number: int, load: Load, contender: Contender) -> Run:
    """Runs a load that says base and result, or the scenes of the model server."""
    run = Run(round_number, load, contender, available_mib=procfs.available_mib())
    with tempfile.TemporaryDirectory(prefix="trimagent-bench-") as directory:
        log = Path(directory) / "log"
        live = Path(directory) / "live"
        live.write_bytes(bytes(8))
        began_s = time.monotonic()
        process = subprocess.Popen(
            _command(setting, load, contender, log, live),
            env=_environment(load, contender),
            cwd=machine.MODEL_SERVER if load.kind == "server" else None,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        deadline = threading.Timer(RUN_LIMIT_S, process.kill)
        deadline.start()
        try:
            _watch(setting, run, process, began_s, log, live)
        finally:
            deadline.cancel()
            process.stdin.close()
            process.wait()
    return run


def _listen(run: Run, process: subprocess.Popen, began_s: float, helper: helpers.Helper | None) -> bool:
    """Notes what the load says up to its end; returns whether it came there."""
    for line in process.stdout:
        now_s = time.monotonic() - began_s
        if line.startswith("result "):
            run.figures.update(json.loads(line.removeprefix("result ")))
            run.end_at_s = now_s
            return True
        if line == "ready\n":
            run.end_at_s = now_s
            return True
        scene = re.fullmatch(r"(.*): rss \d+ MiB, live about (\d+) MiB, served (\d+)\n", line)
        if scene:
            run.scenes.append((now_s, float(scene.group(2))))
            run.figures["requests"] = float(scene.group(3))
        if line == "base\n" or (scene and scene.group(1) == "started"):
            run.base_at_s = now_s
            run.base_mib = procfs.rss_mib(process.pid)
            run.base_cpu_s = procfs.cpu_s(process.pid)
            if helper:
                helper.start()
        elif helper and (line.startswith("released") or (scene and scene.group(1).startswith("reload"))):
            helper.released.set()
    return False


def _watch(
    setting: Setting, run: Run, process: subprocess.Popen, began_s: float, log: Path, live: Path
) -> None:
    sampler = _Sampler(process.pid, began_s, live, run.contender.thread)
    sampler.start()
    helper = _helper(setting, run.contender, process.pid, began_s)
    finished = _listen(run, process, began_s, helper)
    run.samples = sampler.stop()
    if helper:
        helper.stop()
        run.trims = helper.trims
        run.figures["helper_cpu_ms"] = helper.cpu_s * 1e3
        if helper.stopped_ms is not None:
            run.figures["stopped_ms"] = helper.stopped_ms
    if not finished:
        run.ended_early = True
        return
    _measure_end(run, process.pid)
    _hear_contender(setting, run, process.pid, log)
    if run.contender.log == "agent":
        _trim_once_more(setting, run, process.pid, log)
    _measure_leftover(setting, run, process.pid)


def _measure_end(run: Run, pid: int) -> None:
    figures = run.figures
    figures["process_cpu_s"] = procfs.cpu_s(pid) - run.base_cpu_s
    figures["peak_rss_mib"] = procfs.peak_rss_mib(pid)
    figures["final_rss_mib"] = procfs.rss_mib(pid)
    figures["huge_pages_mib"] = procfs.huge_pages_mib(pid)
    figures["system_mib"] = run.available_mib - procfs.available_mib()
    cgroup_mib = procfs.cgroup_mib(pid)
    if cgroup_mib is not None:
        figures["cgroup_mib"] = cgroup_mib
    thread = procfs.find_thread(pid, run.contender.thread) if run.contender.thread else None
    if thread is not None:
        figures["trimmer_cpu_ms"] = procfs.thread_cpu_s(pid, thread) * 1e3
        figures["wake_ups"] = procfs.thread_switches(pid, thread)


def _hear_contender(setting: Setting, run: Run, pid: int, log: Path) -> None:
    if run.contender.log == "agent":
        subprocess.run(
            [setting.jdk.jcmd, str(pid), "JVMTI.agent_load", str(setting.build.agent), "status"],
            capture_output=True,
        )
        text = log.read_text()
        # The status repeats the last trims.
        run.trims = trims.agent_trims(text.partition(" status: ")[0])
        run.status = trims.agent_status(text)
    elif run.contender.log == "jdk":
        run.trims = trims.jdk_trims(log.read_text())
    # What the log tells beyond the end is not part of the run.
    run.trims = [trim for trim in run.trims if trim.at_s <= run.end_at_s]


def _trim_once_more(setting: Setting, run: Run, pid: int, log: Path) -> None:
    """A last trim by the agent, so that what malloc_trim finds right after it is what the agent leaves."""
    subprocess.run(
        [setting.jdk.jcmd, str(pid), "JVMTI.agent_load", str(setting.build.agent), "trim"],
        capture_output=True,
    )
    last = trims.demanded_trim(log.read_text())
    if last is not None:
        run.figures["demanded_mib"] = last.released_mib


def _measure_leftover(setting: Setting, run: Run, pid: int) -> None:
    """What one more malloc_trim can release."""
    done = subprocess.run(
        [setting.jdk.jcmd, str(pid), "System.trim_native_heap"], text=True, capture_output=True
    )
    released_mib = trims.jcmd_released_mib(done.stdout)
    if released_mib is not None:
        run.figures["leftover_mib"] = released_mib


def _start_once(
    command: list[str], environment: dict[str, str]
) -> tuple[float, float, float] | None:
    """Wall ms, CPU ms and peak RSS in MiB of one start; None where it failed."""
    began_s = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_s = time.monotonic() - began_s
    process.returncode = os.waitstatus_to_exitcode(status)  # For Popen, which has not waited.
    if process.returncode != 0:
        return None
    return wall_s * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3, usage.ru_maxrss / 1024


def run_starts(setting: Setting, round_number: int, load: Load, none: Contender, contender: Contender) -> Run:
    """Starts a JVM without and with the contender in turn; ratios are medians over the pairs."""
    run = Run(round_number, load, contender)
    seen: dict[str, list[tuple[float, float, float]]] = {"without": [], "with": []}
    with tempfile.TemporaryDirectory(prefix="trimagent-bench-") as directory:
        log = Path(directory) / "log"
        variants = {"without": none, "with": contender}
        for pair in range(load.pairs[setting.profile]):
            order = ("without", "with") if pair % 2 == 0 else ("with", "without")
            for name in order:
                command = _command(setting, load, variants[name], log, Path("unused"))
                start = _start_once(command, _environment(load, variants[name]))
                if start is None:
                    run.ended_early = True
                    return run
                seen[name].append(start)

    def median_ratio(column: int) -> float:
        pairs = zip(seen["with"], seen["without"], strict=True)
        return statistics.median(with_[column] / without[column] for with_, without in pairs)

    run.figures = {
        "start_ms": statistics.median(start[0] for start in seen["with"]),
        "start_ratio": median_ratio(0),
        "start_cpu_ratio": median_ratio(1),
        "peak_rss_mib": statistics.median(start[2] for start in seen["with"]),
        "start_rss_added_kib": 1024
        * statistics.median(
            with_[2] - without[2] for with_, without in zip(seen["with"], seen["without"], strict=True)
        ),
    }
    return run
