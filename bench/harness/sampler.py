"""Looks at a process each 50 ms while a load runs."""

from __future__ import annotations

import struct
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from . import procfs

SAMPLE_INTERVAL_S = 0.05


@dataclass(frozen=True)
class Sample:
    at_s: float  # Since the JVM's start.
    rss_mib: float
    minor_faults: int
    live_mib: float  # As the load itself counts; 0 where it does not.
    trimmer_cpu_s: float  # Of the thread that trims; 0 where there is none.


class Sampler(threading.Thread):
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
