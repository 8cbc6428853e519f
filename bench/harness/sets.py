"""Loads and contenders that answer one question together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Set:
    title: str
    loads: tuple[str, ...]
    contenders: tuple[str, ...]


PYTORCH = tuple(f"reload-pytorch-{period_s}" for period_s in (4, 6, 15, 30, 60))
BLOCKS = tuple(f"reload-blocks-{kind}{period_s}" for kind in ("", "gc-") for period_s in (4, 5, 8, 15))
SMALL = ("small-netty", "small-sqlite")

SETS = {
    "borrow": Set(
        "trimming without holding an arena's lock, against malloc_trim and the JDK's timer",
        (
            "reload-synthetic", "reload-synthetic-1", "reload-synthetic-4", "tops",
            "large-1", "large-4", "large-default", "large-8", "busy-1", "busy-4", "busy-default",
        ),
        (
            "none", "trimagent", "trimagent-before", "trimagent-borrow", "trimagent-trim",
            "trimagent-arena-auto", "jdk-1s", "spin",
        ),
    ),
    "sum": Set(
        "memory that is freed without a sign, and small JVMs: what is kept free, and the CPU that it costs",
        (*PYTORCH, *BLOCKS, *SMALL, "gate"),
        ("none", "trimagent", "trimagent-before", "jdk-1s"),
    ),
}  # fmt: skip
