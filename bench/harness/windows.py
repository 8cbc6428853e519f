"""What happens beside a trim and right after it: throughput while it runs, requests in the seconds after."""

from __future__ import annotations

import statistics
import struct
from dataclasses import dataclass
from pathlib import Path

from .trims import Trim

AFTER_S = 5.0
# Fewer slots than this before a trim are too few to compare with.
SLOTS_BEFORE_LEAST = 20
# For short trims: a median of a few slots says little.
SLOTS_BEFORE_WANTED = 500


@dataclass(frozen=True)
class Request:
    began_s: float  # By the monotonic clock.
    took_ms: float


@dataclass(frozen=True)
class Busy:
    """What threads at full speed got done in each slot of time."""

    began_s: float  # By the monotonic clock.
    slot_s: float
    calm: list[int]  # Operations that ended while the load rested,
    busy: list[int]  # and while it did not.

    def slot_at(self, at_s: float) -> int:
        return int((at_s - self.began_s) / self.slot_s)


@dataclass(frozen=True)
class Span:
    """A time in which something else runs; those that do not count only end the time before the next."""

    began_s: float
    ended_s: float
    counts: bool = True


def spans_of_trims(trims: list[Trim]) -> list[Span] | None:
    """None where nobody has told exactly when they were."""
    if any(trim.ended_s is None for trim in trims):
        return None
    return [Span(trim.began_s, trim.ended_s, not trim.petty) for trim in trims]


def read_requests(path: Path) -> list[Request]:
    if not path.exists():
        return []
    return [Request(began / 1e9, took / 1e6) for began, took in struct.iter_unpack(">qq", path.read_bytes())]


def read_busy(path: Path) -> Busy | None:
    if not path.exists():
        return None
    content = path.read_bytes()
    began_ns, slot_ns = struct.unpack_from("=QQ", content)
    slots = list(struct.iter_unpack("=II", content[16:]))
    return Busy(began_ns / 1e9, slot_ns / 1e9, [calm for calm, _ in slots], [busy for _, busy in slots])


def _slots_before(busy: Busy, first: int, wanted: int, earlier_s: float) -> list[int]:
    """Slots right before one, since the load's last step and the trim before."""
    since = max(first - wanted, busy.slot_at(earlier_s) + 1, 0)
    for at in range(since, first):
        if busy.busy[at] != 0:
            since = at + 1
    # An operation that waited for the load's last step ends in a slot that is not typical.
    while since < first and busy.calm[since] == 0:
        since += 1
    return busy.calm[since + 1 : first]


def _ratio_of(busy: Busy, span: Span, earlier_s: float) -> float | None:
    first, last = busy.slot_at(span.began_s), busy.slot_at(span.ended_s)
    if first < 0 or last - first < 2 or last > len(busy.calm) or any(busy.busy[first:last]):
        return None
    # Both the first and the last slot are the span's only in part.
    during = busy.calm[first + 1 : last]
    before = _slots_before(busy, first, max(last - first, SLOTS_BEFORE_WANTED), earlier_s)
    if len(before) < SLOTS_BEFORE_LEAST or sum(before) == 0:
        return None
    return statistics.mean(during) / statistics.mean(before)


def throughput_beside(busy: Busy, spans: list[Span]) -> float | None:
    """Operations in these times, relative to those in as much time right before; of all that count."""
    earlier_s = busy.began_s
    ratios: list[tuple[float, float]] = []
    for span in spans:
        ratio = _ratio_of(busy, span, earlier_s) if span.counts else None
        if ratio is not None:
            ratios.append((ratio, span.ended_s - span.began_s))
        earlier_s = span.ended_s
    total_s = sum(took_s for _, took_s in ratios)
    return sum(ratio * took_s for ratio, took_s in ratios) / total_s if total_s else None


def requests_after_trims(requests: list[Request], trims: list[Trim]) -> list[float]:
    """Latencies in ms of the requests that began in the seconds after trims that paid."""
    windows = [trim.ended_s for trim in trims if trim.ended_s is not None and not trim.petty]
    return [
        request.took_ms
        for request in requests
        if any(ended_s <= request.began_s < ended_s + AFTER_S for ended_s in windows)
    ]


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
