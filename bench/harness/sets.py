"""Loads and contenders that answer one question together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Set:
    title: str
    loads: tuple[str, ...]
    contenders: tuple[str, ...]


SETS = {
    "borrow": Set(
        "trimming without holding an arena's lock, against malloc_trim and the JDK's timer",
        (
            "reload-synthetic", "reload-synthetic-1", "reload-synthetic-4", "tops",
            "large-1", "large-4", "large-default", "large-8", "busy-1", "busy-4", "busy-default",
        ),
        ("none", "trimagent", "trimagent-borrow", "trimagent-trim", "trimagent-arena-auto", "jdk-1s", "spin"),
    ),
}  # fmt: skip
