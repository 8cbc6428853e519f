"""How a JVM is started with a load and a contender, and what it says where it does not start."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path

from . import machine
from .contenders import Contender
from .loads import Load

FAILURE_MAX = 160


@dataclass(frozen=True)
class Setting:
    jdk: machine.Jdk
    build: machine.Build
    profile: str
    starter: tuple[str, ...] = ()  # Words in front of each JVM's command.


@dataclass(frozen=True)
class Files:
    """What a run leaves in a directory of its own."""

    directory: Path

    @property
    def log(self) -> Path:
        """The contender's."""
        return self.directory / "log"

    @property
    def errors(self) -> Path:
        return self.directory / "errors"

    @property
    def live(self) -> Path:
        return self.directory / "live"

    @property
    def requests(self) -> Path:
        return self.directory / "requests"

    @property
    def busy(self) -> Path:
        return self.directory / "busy"


def agent(setting: Setting, contender: Contender) -> Path:
    """The library of the agent that this contender is."""
    return setting.build.before if contender.before else setting.build.agent


def command(setting: Setting, load: Load, contender: Contender, files: Files) -> list[str]:
    # The agent says when a trim begins in its debug lines; starts are measured as users have them.
    level = "info" if load.kind == "start" else "debug"
    values = {
        "agent": agent(setting, contender),
        "class_events": setting.build.class_events,
        "log": files.log,
        "level": level,
        "libraries": machine.LIBRARIES / "target",
    }
    flags = [flag.format(**values) for flag in (*load.flags, *contender.flags)]
    java = [*setting.starter, setting.jdk.java, *flags]
    if load.kind == "staged":
        java += [
            f"-Dbench.library={setting.build.library}",
            f"-Dbench.files={files.directory}",
            "-cp",
            setting.build.class_path,
        ]
    elif load.kind == "server":
        java += ["-cp", "target/classes:target/lib/*"]
    else:
        java += ["-cp", str(setting.build.fixture_classes)]
    return [*java, load.main, *load.arguments.get(setting.profile, ()), *contender.load_arguments]


def environment(load: Load, contender: Contender) -> dict[str, str]:
    foreign = ("LD_PRELOAD", "MALLOC_", "GLIBC_TUNABLES", "JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return {**kept, **load.environment, **contender.environment}


def failure(files: Files, code: int | None) -> str:
    """Why a JVM ended: the agent's own message, or else the first line of what went to stderr."""
    text = files.errors.read_text(errors="replace") if files.errors.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    own = [line for line in lines if line.startswith("trimagent: ")]
    told = (own or lines or [f"exit code {code}, without a word"])[0]
    # The list of what is allowed is long; and results name no directories of the machine.
    return re.sub(r"/\S*/", "", told.partition(", allowed: ")[0])[:FAILURE_MAX]
