"""Calls a service at a fixed rate, whether or not it keeps up: latencies count from the moment at which a call was due."""

import asyncio
import random
import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

__all__ = ["MixedCall", "OpenLoop", "Outcome", "plain_request"]

_HOST = "127.0.0.1"
_TIMEOUT = 30.0  # seconds for an answer
_SERVED = range(200, 300)


def plain_request(method: str, path: str, body: bytes = b"", headers: Sequence[tuple[str, str]] = ()) -> bytes:
    """Return a request of HTTP/1.1 as bytes; a body is JSON unless the headers say otherwise."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", *(f"{name}: {value}" for name, value in headers)]
    if body:
        lines.append(f"Content-Length: {len(body)}")
        if not any(name.lower() == "content-type" for name, _ in headers):
            lines.append("Content-Type: application/json")
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass(frozen=True)
class MixedCall:
    """One kind of call in a mix.

    Attributes:
        name: of the kind.
        weight: how often it is made, relative to the others.
        requests: whole requests, which are sent in turn.
        answers: the statuses that are right.
    """

    name: str
    weight: float
    requests: Sequence[bytes]
    answers: frozenset[int] = frozenset(_SERVED)


@dataclass
class Outcome:
    """What came of the calls of some time.

    Attributes:
        seconds: how long the calls were made for.
        latencies: name of a kind → latencies of the calls with right answers, in milliseconds.
        refused: number of calls that were answered 503.
        failed: what else came instead of an answer → how often.
    """

    seconds: float = 0.0
    latencies: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    refused: int = 0
    failed: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return sum(map(len, self.latencies.values())) / self.seconds if self.seconds else 0.0

    def quantile(self, kind: str, percent: int) -> float:
        """Return a percentile, 1 to 99, of the latencies of a kind in milliseconds; 0 with fewer than two of them."""
        latencies = self.latencies[kind]
        return statistics.quantiles(latencies, n=100)[percent - 1] if len(latencies) > 1 else 0.0


class _Connection:
    """A connection that makes one call after another, and is opened again when it was closed."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def call(self, request: bytes) -> int:
        """Send a request and return the status of its answer."""
        if self._streams is None:
            self._streams = await asyncio.open_connection(_HOST, self._port)
        reader, writer = self._streams
        try:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            if b"connection: close" in head:
                await self.close()
            return int(head[9:12])
        except (OSError, EOFError, asyncio.CancelledError):
            await self.close()
            raise

    async def close(self) -> None:
        """Close the connection, if it is open."""
        streams, self._streams = self._streams, None
        if streams is not None:
            streams[1].close()
            with suppress(OSError):
                await streams[1].wait_closed()


class OpenLoop:
    """Makes the calls of a mix over a fixed number of connections.

    Args:
        port: of the service, on this machine.
        mix: the kinds of calls.
        connections: the most calls at a time.
        seed: of the order of the calls and of the pauses between them.
    """

    def __init__(self, port: int, mix: Sequence[MixedCall], *, connections: int = 64, seed: int = 7) -> None:
        self._mix = mix
        self._turns = [0] * len(mix)
        self._random = random.Random(seed)
        self._connections = [_Connection(port) for _ in range(connections)]

    async def run(self, *, seconds: float, rate: float | None = None) -> Outcome:
        """Make calls for some seconds.

        Args:
            seconds: how long; calls that have begun are waited for.
            rate: calls a second, at random moments; None for as many as the connections can make, one after the other.
        """
        outcome = Outcome()
        start = time.monotonic()
        if rate is None:
            await asyncio.gather(*(self._call_until(connection, start + seconds, outcome) for connection in self._connections))
        else:
            await self._call_at_rate(rate, start + seconds, outcome)
        outcome.seconds = time.monotonic() - start
        return outcome

    async def close(self) -> None:
        """Close the connections."""
        for connection in self._connections:
            await connection.close()

    async def _call_until(self, connection: _Connection, end: float, outcome: Outcome) -> None:
        while (now := time.monotonic()) < end:
            await self._call(connection, now, outcome)

    async def _call_at_rate(self, rate: float, end: float, outcome: Outcome) -> None:
        idle: asyncio.Queue[_Connection] = asyncio.Queue()
        for connection in self._connections:
            idle.put_nowait(connection)

        async def call_when_due(due: float) -> None:
            connection = await idle.get()
            await self._call(connection, due, outcome)
            idle.put_nowait(connection)

        due = time.monotonic()
        async with asyncio.TaskGroup() as tasks:
            while due < end:
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                tasks.create_task(call_when_due(due))
                due += self._random.expovariate(rate)

    async def _call(self, connection: _Connection, due: float, outcome: Outcome) -> None:
        number = self._random.choices(range(len(self._mix)), [kind.weight for kind in self._mix])[0]
        kind = self._mix[number]
        self._turns[number] += 1
        try:
            async with asyncio.timeout(_TIMEOUT):
                status = await connection.call(kind.requests[self._turns[number] % len(kind.requests)])
        except (OSError, EOFError, TimeoutError) as error:
            outcome.failed[f"{kind.name}: {type(error).__name__}"] += 1
            return
        if status in kind.answers:
            outcome.latencies[kind.name].append((time.monotonic() - due) * 1e3)
        elif status == 503:
            outcome.refused += 1
        else:
            outcome.failed[f"{kind.name}: {status}"] += 1
