"""What the contenders are compared on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Load:
    name: str
    title: str
    kind: str  # "staged": a main of bench/java; "server": the model server; "start": starts only.
    main: str
    flags: tuple[str, ...] = ()  # {libraries} stands for the directory that those are built in.
    # Arguments by profile; for kind "start" the number of pairs of starts.
    arguments: dict[str, tuple[str, ...]] = field(default_factory=dict)
    pairs: dict[str, int] = field(default_factory=dict)
    environment: dict[str, str] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    libraries: bool = False  # Its main is in bench/libraries.
    contenders: tuple[str, ...] | None = None  # Those that it tells something of; None: all.
    rests: bool = True  # Its threads have nothing to do at times, long enough for a trim.


# The Java heap is touched at once, so that its growth is not taken for native memory.
_SMALL_HEAP = ("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch")
_LARGE_HEAP = ("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-XX:InitiatingHeapOccupancyPercent=35")
_LARGE_BLOCKS = ("reloads=0", "retire=yes", "smallest=4096")
# Loads about what a trim does to threads that share its arenas: for those that trim, in glibc.
_TRIMMERS = (
    "none", "jdk-1s", "spin",
    "trimagent", "trimagent-before", "trimagent-borrow", "trimagent-trim", "trimagent-arena-auto",
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


# What is freed without a sign, or is small, or is asked for at once: decided by what it is worth.
_BY_WORTH = ("none", "trimagent", "trimagent-before", "jdk-1s")
# No whole seconds, so that a timer's trims do not always fall alike.
_BEYOND_MS = 130


def _pytorch(period_s: int, quick_s: int, full_s: int) -> Load:
    interval = f"interval={1000 * period_s + _BEYOND_MS}"
    return Load(
        f"reload-pytorch-{period_s}",
        f"300 MiB of PyTorch's matrices, loaded anew by 4 threads each {period_s} s, without a class or a full GC",
        "staged",
        "bench.ReloadPytorch",
        ("-Xmx256m", "-DDJL_CACHE_DIR={libraries}/djl", "-Dai.djl.offline=true"),
        {"quick": (interval, f"seconds={quick_s}"), "full": (interval, f"seconds={full_s}")},
        environment={"OMP_NUM_THREADS": "1"},
        packages=("maven",),
        libraries=True,
        contenders=_BY_WORTH,
    )


def _blocks(period_s: int, collects: bool) -> Load:
    arguments = (
        "mib=512", "keep=0", "classes=0", "renew=yes", "victims=0",
        f"interval={1000 * period_s + _BEYOND_MS}", *(("gc=yes",) if collects else ()),
    )  # fmt: skip
    return Load(
        f"reload-blocks-{'gc-' if collects else ''}{period_s}",
        f"512 MiB of blocks of 64 B to 64 KiB, reloaded by 8 new threads each {period_s} s"
        + (", with a full GC" if collects else ", without a class or a full GC"),
        "staged",
        "bench.Reload",
        ("-Xmx256m",),
        {
            "quick": (*arguments, f"reloads={max(3, 32 // period_s)}"),
            "full": (*arguments, f"reloads={64 // period_s}"),
        },
        contenders=_BY_WORTH,
    )


def _small(name: str, title: str, main: str, *flags: str) -> Load:
    return Load(
        f"small-{name}",
        f"a JVM of 64 MiB of heap that frees 40 MiB of {title} once and serves on for half a minute",
        "staged",
        main,
        ("-Xmx64m", *flags),
        packages=("maven",),
        libraries=True,
        contenders=_BY_WORTH,
    )


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
    _pytorch(4, quick_s=32, full_s=42),
    _pytorch(6, quick_s=32, full_s=42),
    _pytorch(15, quick_s=62, full_s=62),
    _pytorch(30, quick_s=92, full_s=122),
    _pytorch(60, quick_s=122, full_s=122),
    *(_blocks(period_s, collects) for collects in (False, True) for period_s in (4, 5, 8, 15)),
    # Chunks of 64 KiB, as small containers choose them: larger ones are mapped and unmapped.
    _small(
        "netty",
        "pooled buffers of Netty's",
        "bench.SmallNetty",
        "-XX:MaxDirectMemorySize=128m",
        "-Dio.netty.allocator.maxOrder=3",
    ),
    _small("sqlite", "tables of SQLite's", "bench.SmallSqlite"),
    Load(
        "gate",
        "900 MiB freed by 6 threads, and a library that refuses work above 450 MiB of RSS, three times",
        "staged",
        "bench.Gate",
        ("-Xmx256m",),
        contenders=_BY_WORTH,
    ),
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
