"""Reads /proc: all memory in MiB, all times in seconds."""

from __future__ import annotations

import os
import re
import time
from pathlib import Path

PAGE_MIB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def rss_mib(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_MIB


def _stat(pid: int) -> list[str]:
    # The name in parentheses may hold anything; the fields after it begin with the state.
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def state(pid: int) -> str:
    return _stat(pid)[0]


def minor_faults(pid: int) -> int:
    return int(_stat(pid)[7])


def cpu_s(pid: int) -> float:
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) * TICK_S


def started_at_s(pid: int) -> float:
    """When the process was started, by the monotonic clock, to a tick of 10 ms: the agent's zero."""
    since_boot_s = time.clock_gettime(time.CLOCK_BOOTTIME) - time.clock_gettime(time.CLOCK_MONOTONIC)
    return int(_stat(pid)[19]) * TICK_S - since_boot_s


def _kib_field(path: str, name: str) -> float:
    found = re.search(rf"^{name}:\s+(\d+) kB", Path(path).read_text(), re.MULTILINE)
    return int(found.group(1)) / 1024 if found else 0.0


def peak_rss_mib(pid: int) -> float:
    return _kib_field(f"/proc/{pid}/status", "VmHWM")


def huge_pages_mib(pid: int) -> float:
    return _kib_field(f"/proc/{pid}/smaps_rollup", "AnonHugePages")


def available_mib() -> float:
    return _kib_field("/proc/meminfo", "MemAvailable")


def cgroup_mib(pid: int) -> float | None:
    """What the memory cgroup of the process counts, version 2 or 1; None where there is none."""
    for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        candidates = []
        if controllers == "":
            candidates.append(Path(f"/sys/fs/cgroup{path}/memory.current"))
        elif controllers == "memory":
            candidates.append(Path(f"/sys/fs/cgroup/memory{path}/memory.usage_in_bytes"))
        for candidate in candidates:
            if candidate.exists():
                return int(candidate.read_text()) / (1 << 20)
    return None


def find_thread(pid: int, name: str) -> int | None:
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            if (task / "comm").read_text().rstrip("\n") == name:
                return int(task.name)
        except OSError:
            continue  # It has ended.
    return None


def thread_cpu_s(pid: int, thread: int) -> float:
    return int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0]) / 1e9


def threads_cpu_s(pid: int, prefix: str = "") -> float:
    """Of all threads that live and whose names begin so."""
    total_s = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        try:
            if prefix == "" or (task / "comm").read_text().startswith(prefix):
                total_s += thread_cpu_s(pid, int(task.name))
        except OSError:
            continue  # It has ended.
    return total_s


def ended_threads_cpu_s(pid: int) -> float:
    """
    Of the threads that have ended: what the process has taken and its threads that live have not. A
    thread that lives for milliseconds is in no list of threads, but it is in this difference.
    """
    clock = (~pid << 3) | 2  # The kernel's number for the CPU clock of another process.
    before_s = time.clock_gettime(clock)
    living_s = threads_cpu_s(pid)
    return (before_s + time.clock_gettime(clock)) / 2 - living_s


def thread_switches(pid: int, thread: int) -> int:
    """Voluntary context switches: the thread has slept so often, or waited for a lock."""
    status = Path(f"/proc/{pid}/task/{thread}/status").read_text()
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.MULTILINE).group(1))
