"""What is compared: a table of the ways to get native memory back, and of doing nothing."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .loads import Load

LIBRARIES = "/usr/lib/x86_64-linux-gnu"
JNA_JAR = "/usr/share/java/jna.jar"

AGENT_THREAD = "trimagent"
JDK_THREAD = "Native Heap Trimmer"[:15]  # Linux keeps 15 characters.


@dataclass(frozen=True)
class Contender:
    name: str
    title: str
    # {agent}, {class_events} and {log} stand for the libraries and for the file that the trims are
    # logged to.
    flags: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    load_arguments: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    helper: str | None = None  # A process beside the JVM: "jcmd", "gdb" or "spin".
    thread: str | None = None  # The thread that trims, by its name in /proc.
    log: str | None = None  # Who writes {log}: "agent" or "jdk".
    before: bool = False  # {agent} is that of --before.
    only_loads: tuple[str, ...] | None = None  # None: all of them.
    not_loads: tuple[str, ...] = ()

    def suits(self, load: Load) -> bool:
        wanted = (load.contenders is None or self.name in load.contenders) and (
            self.only_loads is None or load.name in self.only_loads
        )
        return wanted and load.name not in self.not_loads


def _agent(name: str, options: str = "") -> Contender:
    title = "trimagent" + (f" {options}" if options else "")
    more = f",{options}" if options else ""
    return Contender(
        name,
        title,
        flags=("-agentpath:{agent}=log={log},log-level={level}" + more,),
        thread=AGENT_THREAD,
        log="agent",
    )


def _jdk(name: str, interval_ms: int) -> Contender:
    # A product flag since 17.0.9: it needs no unlocking.
    return Contender(
        name,
        f"-XX:TrimNativeHeapInterval={interval_ms}",
        flags=(f"-XX:TrimNativeHeapInterval={interval_ms}", "-Xlog:trimnative=debug:file={log}:uptime,timenanos"),
        thread=JDK_THREAD,
        log="jdk",
    )


def _preload(name: str, title: str, library: str, package: str, **environment: str) -> Contender:
    return Contender(
        name,
        title,
        environment={"LD_PRELOAD": f"{LIBRARIES}/{library}", **environment},
        packages=(package,),
    )


def _agent_on(allocator: str, library: str, package: str) -> Contender:
    """The agent with another malloc."""
    preloaded = _preload(allocator, "", library, package)
    return replace(
        _on(_agent(f"trimagent-{allocator}"), "reload-synthetic", "steady", "large-8"),
        title=f"trimagent on {allocator}",
        environment=preloaded.environment,
        packages=preloaded.packages,
    )


def _on(contender: Contender, *loads: str) -> Contender:
    """For the loads that tell something of it."""
    return replace(contender, only_loads=loads)


_BUSY = ("busy-1", "busy-4", "busy-default")
# Where memory lies free in few arenas or in tops, and how it is released can be told apart.
_RELEASING = (
    "reload-synthetic", "reload-synthetic-1", "reload-synthetic-4", "tops", "small",
    "large-1", "large-4", "large-default", "large-8", "large-64", *_BUSY,
)  # fmt: skip
_START_UPS = ("start-up", "start-up-classes")
_DECAY = "background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:1000"

CONTENDERS = (
    Contender("none", "no trimming"),
    _agent("trimagent"),
    replace(_agent("trimagent-before"), title="trimagent before", before=True),
    _agent("trimagent-512m", "threshold=512m"),
    _on(_agent("trimagent-borrow", "mode=borrow"), *_RELEASING),
    _on(_agent("trimagent-trim", "mode=trim"), *_RELEASING),
    _on(
        _agent("trimagent-arena-auto", "arena-max=auto"),
        "reload-synthetic",
        "steady",
        "tops",
        "large-default",
        "busy-default",
    ),
    _on(_agent("trimagent-trim-threshold", "trim-threshold=8m"), "tops", "steady", "reload-synthetic"),
    _on(_agent("trimagent-trim-threshold-1m", "trim-threshold=1m"), "tops"),
    _on(_agent("trimagent-arena-max", "arena-max=4"), "tops", "steady", "reload-synthetic"),
    _jdk("jdk-1s", 1000),
    _jdk("jdk-10s", 10000),
    _jdk("jdk-60s", 60000),
    Contender("jcmd-10s", "jcmd System.trim_native_heap each 10 s", helper="jcmd", not_loads=_START_UPS),
    Contender(
        "jna",
        "malloc_trim by JNA after each reload",
        load_arguments=("jna=yes",),
        packages=("libjna-java",),
        only_loads=("reload-synthetic", "small", "large-8", "large-64"),
    ),
    Contender("gdb", "gdb calling malloc_trim once", packages=("gdb",), helper="gdb", not_loads=_START_UPS),
    Contender("spin", "no trimming, a process that computes for 0.4 s", helper="spin", only_loads=_BUSY),
    Contender(
        "class-events",
        "an agent that only counts class loads",
        flags=("-agentpath:{class_events}",),
        only_loads=_START_UPS,
    ),
    Contender("arenas-2", "MALLOC_ARENA_MAX=2", environment={"MALLOC_ARENA_MAX": "2"}),
    _preload("jemalloc", "jemalloc", "libjemalloc.so.2", "libjemalloc2"),
    _preload("jemalloc-1s", f"jemalloc {_DECAY}", "libjemalloc.so.2", "libjemalloc2", MALLOC_CONF=_DECAY),
    _preload("tcmalloc", "tcmalloc (minimal)", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    _preload(
        "tcmalloc-fast",
        "tcmalloc, TCMALLOC_RELEASE_RATE=10",
        "libtcmalloc_minimal.so.4",
        "libtcmalloc-minimal4",
        TCMALLOC_RELEASE_RATE="10",
    ),
    _preload("mimalloc", "mimalloc", "libmimalloc.so.2.0", "libmimalloc2.0"),
    _agent_on("jemalloc", "libjemalloc.so.2", "libjemalloc2"),
    _agent_on("tcmalloc", "libtcmalloc_minimal.so.4", "libtcmalloc-minimal4"),
    _agent_on("mimalloc", "libmimalloc.so.2.0", "libmimalloc2.0"),
)
