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
    rests: bool = True  # Its threads have nothing to do at times, long enough for a trim.


# The Java heap is touched at once, so that its growth is not taken for native memory.
_SMALL_HEAP = ("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch")
_LARGE_HEAP = ("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch", "-XX:InitiatingHeapOccupancyPercent=35")
_LARGE_BLOCKS = ("reloads=0", "retire=yes", "smallest=4096", "interval=14000")


def _large(threads: int, **more) -> Load:
    return Load(
        f"large-{threads}",
        f"4 GiB (full profile: 8 GiB) freed at once in {threads} arenas",
        "staged",
        "bench.Reload",
        _SMALL_HEAP,
        {
            "quick": (*_LARGE_BLOCKS, "mib=4096", f"threads={threads}"),
            "full": (*_LARGE_BLOCKS, "mib=8192", f"threads={threads}"),
        },
        **more,
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
    Load(
        "reload-xgboost",
        "three XGBoost models of 115 MiB, reloaded while they serve",
        "server",
        "fixtures.model.ModelServer",
        ("-Xmx256m",),
        {
            "quick": ("models=3", "reloads=2", "interval=12000"),
            "full": ("models=3", "reloads=6", "interval=12000"),
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
    _large(8),
    # glibc's limit is 8 arenas a CPU; room for the JVM's own threads beside those of the load.
    _large(64, environment={"MALLOC_ARENA_MAX": "80"}),
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
