"""What the contenders are compared on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Load:
    name: str
    title: str
    kind: str  # "staged": a main of bench/java; "server": the model server; "start": starts only.
    main: str
    flags: tuple[str, ...] = ()
    # Arguments by profile; for kind "start" the number of pairs of starts.
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    contenders: tuple[str, ...] | None = None  # Those that it tells something of; None: all.
    rests: bool = True  # Its threads have nothing to do at times, long enough for a trim.


# The Java heap is touched at once, so that its growth is not taken for native memory.
_SMALL_HEAP = ("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch")
_LARGE_HEAP = ("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-XX:InitiatingHeapOccupancyPercent=35")
_LARGE_BLOCKS = ("reloads=0", "retire=yes", "smallest=4096")
# Loads about what a trim does to threads that share its arenas: for those that trim, in glibc.
_TRIMMERS = (
    "none", "trimagent", "trimagent-borrow", "trimagent-trim", "trimagent-arena-auto", "jdk-1s", "spin",
)  # fmt: skip


def _arenas(count: int) -> dict[str, str]:
    return {"MALLOC_ARENA_MAX": str(count)}


def _large(name: str, where: str, threads: int, *more: str, **fields) -> Load:
    """4 GiB freed at once; more are arguments of the load."""
    arguments = (*_LARGE_BLOCKS, *more, f"threads={threads}")
    return Load(
        name,
        f"4 GiB (full profile: 8 GiB) freed at once in {where}",
        "staged",
        "bench.Reload",
        _SMALL_HEAP,
        {"quick": (*arguments, "mib=4096"), "full": (*arguments, "mib=8192")},
        **fields,
    )


# The first release comes when all is loaded, and not right before a whole second of the JVM's time, so
# that the timer's trim finds the load at rest. Requests come each millisecond, so that a few seconds
# after a trim have a p99.9.
_OFTEN = ("first=3300", "interval=10000", "request-period-us=1000")
_BUSY = ("first=4300", "interval=6000", "busy=yes", "requests=0", "victims=0")


def _narrow(name: str, where: str, threads: int, *more: str, **fields) -> Load:
    return _large(name, where, threads, *more, contenders=_TRIMMERS, **fields)


def _busy(name: str, where: str, threads: int, **fields) -> Load:
    return _narrow(name, f"{where}, with a thread at full speed beside", threads, *_BUSY, **fields)


def _reload_in(arenas: int) -> Load:
    return Load(
        f"reload-synthetic-{arenas}",
        f"the same in {arenas} arena{'s' if arenas > 1 else ''}",
        "staged",
        "bench.Reload",
        _SMALL_HEAP,
        {"quick": ("reloads=3", "interval=12350"), "full": ("reloads=6", "interval=14350")},
        environment=_arenas(arenas),
        contenders=_TRIMMERS,
    )


LOADS = (
    Load(
        "reload-synthetic",
        "1 GiB of blocks of 64 B to 64 KiB, reloaded by 8 threads each 12.35 s (full: 14.35 s), 1 in 100 surviving",
        "staged",
        "bench.Reload",
        _SMALL_HEAP,
        {"quick": ("reloads=3", "interval=12350"), "full": ("reloads=6", "interval=14350")},
    ),
    _reload_in(1),
    _reload_in(4),
    Load(
        "reload-xgboost",
        "three XGBoost models of 115 MiB, reloaded while they serve",
        "server",
        "fixtures.model.ModelServer",
        ("-Xmx256m",),
        {
            "quick": ("models=3", "reloads=2", "interval=12350"),
            "full": ("models=3", "reloads=6", "interval=12350"),
        },
        packages=("maven", "libgomp1"),
    ),
    Load(
        "steady",
        "native threads replacing blocks of 64 B to 64 KiB at full speed",
        "staged",
        "bench.Steady",
        _SMALL_HEAP,
        {"quick": ("seconds=35",), "full": ("seconds=100",)},
        rests=False,
    ),
    Load(
        "bursty",
        "bursts of 100 MiB on each of 4 threads, with pauses of 0.5 to 1.5 s",
        "staged",
        "bench.Bursty",
        _SMALL_HEAP,
        {"quick": ("seconds=40",), "full": ("seconds=100",)},
        rests=False,
    ),
    Load(
        "tops",
        "8 threads that free up to 48 MiB each and rest: what malloc_trim leaves behind",
        "staged",
        "bench.Tops",
        _SMALL_HEAP,
        {"quick": ("seconds=10", "rest=8"), "full": ("seconds=40", "rest=12")},
    ),
    Load(
        "gc-heavy",
        "a Java heap of 2 GiB with young, concurrent old and full collections",
        "staged",
        "bench.GcHeavy",
        _LARGE_HEAP,
        {"quick": ("seconds=35",), "full": ("seconds=90",)},
    ),
    Load(
        "idle",
        "an idle JVM",
        "staged",
        "bench.Idle",
        _SMALL_HEAP,
        {"quick": ("seconds=35",), "full": ("seconds=60",)},
    ),
    Load(
        "small",
        "models of blocks of 16 B to 1 KiB: fastbins, and millions of chunks",
        "staged",
        "bench.Reload",
        _SMALL_HEAP,
        {
            "quick": ("mib=512", "smallest=16", "largest=1024", "reloads=1", "retire=yes", "interval=14000"),
            "full": ("mib=1024", "smallest=16", "largest=1024", "reloads=3", "retire=yes", "interval=14000"),
        },
    ),
    _narrow("large-1", "1 arena", 4, *_OFTEN, environment=_arenas(1)),
    _narrow("large-4", "4 arenas", 8, *_OFTEN, environment=_arenas(4)),
    # More threads than glibc makes arenas for, so that all of its arenas are the load's.
    _narrow("large-default", "as many arenas as glibc makes", 32, *_OFTEN),
    _large("large-8", "8 arenas", 8, "interval=14000"),
    # glibc's limit is 8 arenas a CPU; room for the JVM's own threads beside those of the load.
    _large("large-64", "64 arenas", 64, "interval=14000", environment=_arenas(80)),
    _busy("busy-1", "1 arena", 4, environment=_arenas(1)),
    _busy("busy-4", "4 arenas", 8, environment=_arenas(4)),
    _busy("busy-default", "as many arenas as glibc makes", 32),
    Load(
        "start-up",
        "a trivial main",
        "start",
        "fixtures.Hello",
        ("-Xmx64m",),
        pairs={"quick": 41, "full": 101},
    ),
    Load(
        "start-up-classes",
        "a main that loads 20,000 classes",
        "start",
        "fixtures.ManyClasses",
        ("-Xmx256m",),
        pairs={"quick": 5, "full": 25},
    ),
)
