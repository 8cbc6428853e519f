"""The table of what is recorded; a new trace is a new entry."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Program:
    name: str
    title: str
    main: str
    arguments: tuple[str, ...] = ()
    flags: tuple[str, ...] = ("-Xmx256m",)
    kind: str = "library"  # "library": a main of programs/; "synthetic": of bench/java; "server": the model server.
    before: tuple[str, ...] = ()  # A run of the same main with these arguments that is not recorded.
    project: str = "."  # Where in programs/ its pom.xml is, if it has one of its own.
    packages: tuple[str, ...] = ()
    facts: dict[str, str] = field(default_factory=dict)  # More lines for the header.


def _reload(name: str, title: str, main: str, reload_s: int, seconds: int, **more) -> Program:
    """A main whose arguments are the seconds between reloads and in all."""
    return Program(
        f"{name}-{reload_s}s",
        f"{title}, each {reload_s} s",
        main,
        (str(reload_s), str(seconds)),
        facts={"reload_s": str(reload_s)},
        **more,
    )


def _synthetic(name: str, title: str, main: str, *arguments: str, **more) -> Program:
    flags = ("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch")
    return Program(name, title, main, ("victims=0", *arguments), flags, "synthetic", **more)


_PYTORCH = "PyTorch by DJL: 300 MiB of matrices loaded by 4 threads, the old ones closed, one thread serving"

# What Spark's own start script opens to it.
_OPENED = tuple(
    f"--add-opens=java.base/{package}=ALL-UNNAMED"
    for package in (
        "java.lang", "java.lang.invoke", "java.lang.reflect", "java.io", "java.net", "java.nio", "java.util",
        "java.util.concurrent", "java.util.concurrent.atomic", "sun.nio.ch", "sun.nio.cs", "sun.security.action",
        "sun.util.calendar",
    )
)  # fmt: skip

TABLE = (
    _reload("pytorch", _PYTORCH, "programs.Pytorch", 6, 120),
    _reload("pytorch", _PYTORCH, "programs.Pytorch", 15, 165),
    _synthetic(
        "reload-synthetic",
        "the bench's reload-synthetic: 1 GiB of blocks of 64 B to 64 KiB by 8 threads, 1 in 100 surviving, each 14 s",
        "bench.Reload",
        "reloads=7",
        "interval=14000",
        facts={"reload_s": "14"},
    ),
    _synthetic(
        "bursty",
        "the bench's bursty: bursts of 100 MiB on each of 4 threads, with pauses of 0.5 to 1.5 s",
        "bench.Bursty",
        "seconds=90",
    ),
    _synthetic(
        "steady",
        "the bench's steady: 2 threads replacing blocks of 64 B to 64 KiB at full speed",
        "bench.Steady",
        "seconds=90",
    ),
    Program(
        "xgboost",
        "the demo's model server: three XGBoost models of 115 MiB, reloaded each 20 s, then retired",
        "fixtures.model.ModelServer",
        ("models=3", "reloads=5", "interval=20000"),
        kind="server",
        packages=("libgomp1",),
        facts={"reload_s": "20"},
    ),
    Program(
        "netty",
        "two Netty echo servers, pooled and unpooled: bursts of 24 to 164 MiB, quiet for 3 to 20 s",
        "programs.NettyEcho",
        ("150",),
        flags=("-Xmx256m", "-XX:MaxDirectMemorySize=1g"),
    ),
    _reload(
        "onnxruntime",
        "ONNX Runtime: a session with 150 MiB of weights opened anew, the old one closed, one thread serving",
        "programs.OnnxRuntime",
        8,
        120,
        before=("write",),
    ),
    Program(
        "sqlite",
        "SQLite in memory: loaded, sorted and joined, half deleted and packed, closed",
        "programs.Sqlite",
        ("150",),
    ),
    Program(
        "rocksdb",
        "RocksDB: a column family loaded, read through a cache of 160 MiB, compacted, dropped; closed at times",
        "programs.RocksDb",
        ("180",),
    ),
    Program(
        "duckdb",
        "DuckDB in memory: aggregations, joins and sorts over 5 million rows, paused for 2 to 12 s",
        "programs.DuckDb",
        ("150",),
    ),
    Program(
        "spark",
        "Spark in local mode, off-heap: aggregations, joins and sorts over 2 million rows, paused for 2 to 12 s",
        "programs.Spark",
        ("150",),
        flags=("-Xmx1g", *_OPENED),
        project="spark",
    ),
    Program(
        "tomcat",
        "Tomcat: a web application of 300 classes and some native memory, redeployed each 15 s while requests come",
        "programs.TomcatRedeploy",
        ("application", "15", "150"),
        flags=(
            "-Xmx256m",
            "--add-opens=java.base/java.lang=ALL-UNNAMED",
            "--add-opens=java.rmi/sun.rmi.transport=ALL-UNNAMED",
        ),
        facts={"reload_s": "15"},
    ),
)
