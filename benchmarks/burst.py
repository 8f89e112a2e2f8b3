"""Measures how long some hundred calls take that come at once, each over a connection of its own, as clients make them that wait for all.

The service starts as it comes, with the cascade. While the calls wait, others are made one after another that may not wait for long.
"""

import asyncio
import statistics
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from benchmarks.comments import load_comments
from benchmarks.dialects import DIALECTS, OWN_CALL, ProtocolCall
from benchmarks.figures import Figure, Skipped
from benchmarks.open_loop import plain_request
from benchmarks.startup import serving
from model.profile import Profile

__all__ = ["measure"]

_CALLS = 300
_ROUNDS = 5
_PAUSE = 0.03  # seconds between two of the other calls
_MAX_SECONDS = 3
_MAX_OTHER_MILLISECONDS = 200


@dataclass(frozen=True)
class _Burst:
    """What came of one burst.

    Attributes:
        seconds: until the last answer.
        statuses: status of an answer → how often it came.
        others: the milliseconds of each of the other calls that was answered with success.
        refused: how many of the other calls were refused.
    """

    seconds: float
    statuses: Counter[int]
    others: Sequence[float]
    refused: int


async def _call(port: int, call: ProtocolCall, text: str) -> tuple[int, float]:
    """Make a call; return the status of its answer, and the seconds until that was there."""
    start = time.monotonic()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(plain_request("POST", call.path, call.body(text).encode()))
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    await reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
    seconds = time.monotonic() - start
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    return int(head[9:12]), seconds


async def _burst(port: int, call: ProtocolCall, texts: Sequence[str]) -> _Burst:
    start = time.monotonic()
    calls = asyncio.gather(*(_call(port, call, text) for text in texts))
    others: list[asyncio.Task[tuple[int, float]]] = []
    while not calls.done():
        others.append(asyncio.create_task(_call(port, OWN_CALL, texts[len(others) % len(texts)])))
        await asyncio.wait([calls], timeout=_PAUSE)
    statuses = Counter(status for status, _ in await calls)
    seconds = time.monotonic() - start
    answers = await asyncio.gather(*others)
    served = [duration * 1e3 for status, duration in answers if status == 200]
    return _Burst(seconds, statuses, served, sum(status == 503 for status, _ in answers))


def measure() -> Iterator[Figure | Skipped]:
    """Yield the figures for Perspective and OpenAI."""
    texts = load_comments(_CALLS * (_ROUNDS + 1)).texts
    with serving(workers=1, profile=Profile.CASCADE) as service:
        for name in ("Perspective", "OpenAI"):
            parts = [texts[at : at + _CALLS] for at in range(0, len(texts), _CALLS)]
            # The first round warms up.
            bursts = [asyncio.run(_burst(service.port, DIALECTS[name], part)) for part in parts][1:]
            yield from _figures(name, bursts)


def _figures(name: str, bursts: Sequence[_Burst]) -> Iterator[Figure]:
    statuses = sum((burst.statuses for burst in bursts), Counter[int]())
    seconds = sorted(burst.seconds for burst in bursts)
    note = f"{len(bursts)} rounds {seconds[0]:.2f} to {seconds[-1]:.2f} s; statuses {dict(statuses)}"
    yield Figure(f"burst: {_CALLS} calls of {name} at once, until all are answered", seconds[-1], "s", at_most=_MAX_SECONDS, note=note)
    refused = statuses.total() - statuses[200]
    yield Figure(f"burst: of these calls of {name}, refused", refused, "", at_most=0)
    others = [duration for burst in bursts for duration in burst.others]
    note = f"{len(others)} answered, {sum(burst.refused for burst in bursts)} refused; p50 {statistics.median(others):.0f} ms"
    p99 = statistics.quantiles(others, n=100)[98]
    yield Figure("burst: p99 of calls to /v1/moderate meanwhile", p99, "ms", at_most=_MAX_OTHER_MILLISECONDS, note=note)
