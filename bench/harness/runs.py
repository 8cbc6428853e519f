"""Runs one load with one contender and measures it from outside."""

from __future__ import annotations

import json
import re
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

from . import helpers, launch, machine, procfs, trims, windows
from .contenders import Contender
from .launch import Files, Setting
from .loads import Load
from .sampler import Sample, Sampler

RUN_LIMIT_S = 900.0


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
    closed: bool = False  # The load has said so, before its own threads ended.
    log_zero_s: float = 0.0  # Where the agent's log counts from, by the monotonic clock.
    spans: list[windows.Span] = field(default_factory=list)  # When a helper ran that trims nothing.
    requests: list[windows.Request] = field(default_factory=list)
    busy: windows.Busy | None = None  # Where the load has threads that work at full speed.
    ended_early: bool = False  # Nothing else is known then but why.
    failure: str = ""


def _helper(setting: Setting, contender: Contender, pid: int, began_s: float) -> helpers.Helper | None:
    if contender.helper == "jcmd":
        return helpers.Jcmd(pid, began_s, setting.jdk.jcmd)
    if contender.helper == "gdb":
        return helpers.Gdb(pid, began_s)
    if contender.helper == "spin":
        return helpers.Spin(pid, began_s)
    return None


def run_served(setting: Setting, round_number: int, load: Load, contender: Contender) -> Run:
    """Runs a load that says base and result, or the scenes of the model server."""
    run = Run(round_number, load, contender, available_mib=procfs.available_mib())
    with tempfile.TemporaryDirectory(prefix="trimagent-bench-") as directory:
        files = Files(Path(directory))
        files.live.write_bytes(bytes(8))
        with files.errors.open("w") as errors:
            began_s = time.monotonic()
            process = subprocess.Popen(
                launch.command(setting, load, contender, files),
                env=launch.environment(load, contender),
                cwd=machine.MODEL_SERVER if load.kind == "server" else None,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
            )
        deadline = threading.Timer(RUN_LIMIT_S, process.kill)
        deadline.start()
        try:
            run.ended_early = not _watch(setting, run, process, began_s, files)
        finally:
            deadline.cancel()
            process.stdin.close()
            process.wait()
        if run.ended_early:
            stage = "died" if run.base_at_s else "did not start"
            run.failure = f"{stage}: {launch.failure(files, process.returncode)}"
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
            run.log_zero_s = procfs.started_at_s(process.pid)
            run.figures["ended_threads_cpu_ms"] = -procfs.ended_threads_cpu_s(process.pid) * 1e3
            if helper:
                helper.start()
        elif line == "closing\n":
            run.figures["ended_threads_cpu_ms"] += procfs.ended_threads_cpu_s(process.pid) * 1e3
            run.closed = True
        elif helper and (line.startswith("released") or (scene and scene.group(1).startswith("reload"))):
            helper.released.set()
    return False


def _watch(setting: Setting, run: Run, process: subprocess.Popen, began_s: float, files: Files) -> bool:
    """Measures a run from its start to its end; returns whether it came there."""
    sampler = Sampler(process.pid, began_s, files.live, run.contender.thread)
    sampler.start()
    helper = _helper(setting, run.contender, process.pid, began_s)
    finished = _listen(run, process, began_s, helper)
    run.samples = sampler.stop()
    if helper:
        helper.stop()
        run.trims = helper.trims
        run.spans = helper.spans
        run.figures["helper_cpu_ms"] = helper.cpu_s * 1e3
        if helper.stopped_ms is not None:
            run.figures["stopped_ms"] = helper.stopped_ms
    if not finished:
        return False
    if not run.closed:
        run.figures.pop("ended_threads_cpu_ms", None)
    run.requests = windows.read_requests(files.requests)
    run.busy = windows.read_busy(files.busy)
    _measure_end(run, process.pid)
    _hear_contender(setting, run, process.pid, files.log)
    if run.contender.log == "agent":
        _trim_once_more(setting, run, process.pid, files.log)
    _measure_leftover(setting, run, process.pid)
    return True


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
        # Helpers of the thread that trims have names that begin with its own.
        figures["trimmer_cpu_ms"] = procfs.threads_cpu_s(pid, run.contender.thread) * 1e3
        figures["wake_ups"] = procfs.thread_switches(pid, thread)


def _hear_contender(setting: Setting, run: Run, pid: int, log: Path) -> None:
    if run.contender.log == "agent":
        subprocess.run(
            [setting.jdk.jcmd, str(pid), "JVMTI.agent_load", str(launch.agent(setting, run.contender)), "status"],
            capture_output=True,
        )
        text = log.read_text()
        # The status repeats the last trims.
        run.trims = trims.agent_trims(text.partition(" status: ")[0], run.log_zero_s)
        run.status = trims.agent_status(text)
    elif run.contender.log == "jdk":
        run.trims = trims.jdk_trims(log.read_text())
    # What the log tells beyond the end is not part of the run.
    run.trims = [trim for trim in run.trims if trim.at_s <= run.end_at_s]


def _trim_once_more(setting: Setting, run: Run, pid: int, log: Path) -> None:
    """A last trim by the agent, so that what malloc_trim finds right after it is what the agent leaves."""
    subprocess.run(
        [setting.jdk.jcmd, str(pid), "JVMTI.agent_load", str(launch.agent(setting, run.contender)), "trim"],
        capture_output=True,
    )
    last = trims.demanded_trim(log.read_text())
    if last is not None:
        run.figures["demanded_mib"] = last.released_mib


def _measure_leftover(setting: Setting, run: Run, pid: int) -> None:
    """What one more malloc_trim can release."""
    done = subprocess.run([setting.jdk.jcmd, str(pid), "System.trim_native_heap"], text=True, capture_output=True)
    released_mib = trims.jcmd_released_mib(done.stdout)
    if released_mib is not None:
        run.figures["leftover_mib"] = released_mib
