"""Reads what the contenders say about their trims."""

from __future__ import annotations

import re
from dataclasses import dataclass

USELESS_MIB = 1.0  # A trim that released less was for nothing.
# One that released less hardly paid: on a load that serves, what the requests have just used.
PETTY_MIB = 16.0

_UNITS_MIB = {"B": 1 / (1 << 20), "K": 1 / 1024, "M": 1.0, "G": 1024.0, "T": 1024.0 * 1024}
_SIZE = r"[\d.]+[BKMGT]?"


@dataclass(frozen=True)
class Trim:
    at_s: float  # When it was told, in seconds since the JVM's start.
    released_mib: float
    took_ms: float | None
    expected_mib: float | None = None
    # When it began, by the monotonic clock; None where nobody has told it exactly.
    began_s: float | None = None

    @property
    def ended_s(self) -> float | None:
        known = self.began_s is not None and self.took_ms is not None
        return self.began_s + self.took_ms / 1e3 if known else None

    @property
    def useless(self) -> bool:
        return self.released_mib < USELESS_MIB

    @property
    def petty(self) -> bool:
        return self.released_mib < PETTY_MIB


@dataclass(frozen=True)
class AgentStatus:
    trim_cpu_ms: float
    estimates: int
    estimate_cpu_ms: float
    wake_ups: int
    tops_mib: float | None  # None where the last estimate has not looked at them.


def _mib(text: str) -> float:
    unit = text[-1] if text[-1].isalpha() else "B"
    return float(text.rstrip("BKMGT")) * _UNITS_MIB[unit]


def _ms(text: str) -> float:
    found = re.fullmatch(r"([\d.]+)(ms|s)", text)
    return float(found.group(1)) * (1000 if found.group(2) == "s" else 1)


def agent_trims(log: str, zero_s: float, reason: str = r"\S+") -> list[Trim]:
    """The agent's lines, at debug level, whose clock has its zero at zero_s of the monotonic one."""
    decorations = r"^\[([\d.]+)s\]\[[^\]]*\]\[[^\]]*\] trim #(\d+) "
    # What is logged of a trim is logged after a look at what it has done; its beginning at once.
    begins = re.findall(decorations + r"\S+ begins", log, re.MULTILINE)
    began_s = {number: zero_s + float(at) for at, number in begins}
    told = re.findall(decorations + rf"released ({_SIZE}|unknown)", log, re.MULTILINE)
    released = {number: size for _, number, size in told}
    pattern = re.compile(
        decorations + rf"{reason}(?: \(.*?\))?: RSS(?:\+swap)? (?:({_SIZE})->({_SIZE})|unknown).*?"
        rf" in ([\d.]+m?s),.* expected (?:at most )?({_SIZE}|unknown)",
        re.MULTILINE,
    )
    trims = []
    for at, number, before, after, took, expected in pattern.findall(log):
        if released.get(number, "unknown") != "unknown":
            freed = _mib(released[number])
        else:
            freed = _mib(before) - _mib(after) if before else 0.0
        expected_mib = None if expected == "unknown" else _mib(expected)
        trims.append(Trim(float(at), freed, _ms(took), expected_mib, began_s.get(number)))
    return trims


def demanded_trim(log: str) -> Trim | None:
    """The last trim that the agent made on demand."""
    return next(reversed(agent_trims(log, 0.0, "demand")), None)


def agent_status(log: str) -> AgentStatus | None:
    found = re.findall(r"CPU in trims ([\d.]+m?s), CPU in (\d+) estimates ([\d.]+m?s), wake-ups (\d+)", log)
    if not found:
        return None
    trim_cpu, estimates, estimate_cpu, wake_ups = found[-1]
    status = log[log.rindex(" status: ") :]
    tops = re.search(rf"last estimate: .*, tops of other arenas ({_SIZE}),", status)
    tops_mib = _mib(tops.group(1)) if tops else None
    return AgentStatus(_ms(trim_cpu), int(estimates), _ms(estimate_cpu), int(wake_ups), tops_mib)


def jdk_trims(log: str) -> list[Trim]:
    """The lines of -Xlog:trimnative; the changes are those of the whole process. Its ns are monotonic."""
    pattern = re.compile(
        rf"^\[([\d.]+)s\]\[(\d+)ns\].*Periodic Trim \(\d+\): ({_SIZE})->({_SIZE}) \(([+-])({_SIZE})\) ([\d.]+)ms",
        re.MULTILINE,
    )
    return [
        Trim(
            float(at),
            _mib(change) if sign == "-" else 0.0,
            float(took),
            began_s=int(ended_ns) / 1e9 - float(took) / 1e3,
        )
        for at, ended_ns, _, _, sign, change, took in pattern.findall(log)
    ]


def jcmd_released_mib(output: str) -> float | None:
    """What System.trim_native_heap says it released."""
    found = re.search(rf"RSS\+Swap: {_SIZE}->{_SIZE} \(([+-])({_SIZE})\)", output)
    if found is None:
        return None
    return _mib(found.group(2)) if found.group(1) == "-" else 0.0
