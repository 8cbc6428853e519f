"""Contenders that work from outside, each a thread of the runner that starts processes."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
import time

from . import procfs
from .trims import Trim, jcmd_released_mib
from .windows import Span

JCMD_INTERVAL_S = 10.0
GDB_DELAY_S = 2.0  # After the first generation was freed.
GDB_LATEST_S = 10.0  # In loads that free none.
SPIN_DELAY_S = 1.0  # Likewise.
SPIN_S = 0.4  # As long as a trim of some gigabytes.


class Helper(threading.Thread):
    """Runs beside one JVM; its figures may be read after stop()."""

    def __init__(self, pid: int, began_s: float):
        super().__init__(daemon=True)
        self.pid = pid
        self.began_s = began_s
        self.trims: list[Trim] = []
        self.spans: list[Span] = []
        self.stopped_ms: float | None = None
        self.cpu_s = 0.0
        self.released = threading.Event()  # A generation was freed.
        self.ending = threading.Event()

    def stop(self) -> None:
        self.ending.set()
        self.released.set()
        if self.ident is not None:  # It was started: the load has said its base.
            self.join()

    def note(self, released_mib: float, began_s: float) -> None:
        now_s = time.monotonic()
        self.trims.append(Trim(now_s - self.began_s, released_mib, (now_s - began_s) * 1e3))

    def count_children(self, before: resource.struct_rusage) -> None:
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.cpu_s += after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


class Jcmd(Helper):
    def __init__(self, pid: int, began_s: float, jcmd: str):
        super().__init__(pid, began_s)
        self.jcmd = jcmd

    def run(self) -> None:
        while not self.ending.wait(JCMD_INTERVAL_S):
            children = resource.getrusage(resource.RUSAGE_CHILDREN)
            began_s = time.monotonic()
            done = subprocess.run([self.jcmd, str(self.pid), "System.trim_native_heap"], text=True, capture_output=True)
            self.note(jcmd_released_mib(done.stdout) or 0.0, began_s)
            self.count_children(children)


class Gdb(Helper):
    def run(self) -> None:
        self.released.wait(GDB_LATEST_S)
        if self.ending.wait(GDB_DELAY_S):
            return
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        before_mib = procfs.rss_mib(self.pid)
        began_s = time.monotonic()
        call = "call (int)((int(*)(unsigned long))malloc_trim)(0)"
        gdb = subprocess.Popen(
            ["gdb", "-nx", "-batch", "-p", str(self.pid), "-ex", call],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        stopped_s = 0.0
        looked_s = time.monotonic()
        try:
            while gdb.poll() is None:
                time.sleep(0.002)
                now_s = time.monotonic()
                # During the call all but one thread stand still, which the process's state hides.
                if procfs.state(self.pid) == "t" or stopped_s > 0:
                    stopped_s += now_s - looked_s
                looked_s = now_s
            self.note(max(0.0, before_mib - procfs.rss_mib(self.pid)), began_s)
        except (OSError, IndexError):
            pass  # gdb can end the process; the run then counts as ended early.
        finally:
            gdb.wait()
        self.stopped_ms = stopped_s * 1e3
        self.count_children(children)


class Spin(Helper):
    """Trims nothing: a process that only computes, for what any work on another CPU costs."""

    def run(self) -> None:
        self.released.wait()
        if self.ending.wait(SPIN_DELAY_S):
            return
        began_s = time.monotonic()
        code = f"import time\nend = time.monotonic() + {SPIN_S}\nwhile time.monotonic() < end: pass"
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-S", "-c", code], check=True)
        self.spans.append(Span(began_s, time.monotonic()))
        self.count_children(children)
