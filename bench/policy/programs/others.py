"""Programs that no decision of the policy was made by: nothing is recorded of them."""

from __future__ import annotations

from recorded import Program

_ARROW_OPENED = ("--add-opens=java.base/java.nio=ALL-UNNAMED",)

TABLE = (
    Program(
        "deflate",
        "the JDK's own zlib: 800 compressed sessions opened by 8 threads each 12 s, closed 2 s later",
        "programs.Deflate",
        ("60",),
        project="others",
    ),
    Program(
        "arrow",
        "Apache Arrow: 6000 vectors filled by 4 threads, dropped half a second later, quiet for 3 to 12 s",
        "programs.Arrow",
        ("60",),
        flags=("-Xmx256m", *_ARROW_OPENED),
        project="others",
    ),
    Program(
        "nd4j-8s",
        "ND4J: 175 MiB of arrays made anew each 8 s, the old ones closed, one thread serving",
        "programs.Nd4jReload",
        ("8", "60"),
        project="others",
    ),
)
