"""Attacks a service in ways that once slowed, filled or stopped one, all at once: ``python -m benchmarks.attackers PORT KEY [ATTACK ...]``.

Each attack comes from an address of its own in 127.0.0.0/8, as strangers would. It goes on until SIGTERM; then the number of each kind
of answer is printed as one line of JSON: attack → status, or what came instead of an answer → how often.
"""

import asyncio
import json
import os
import resource
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from types import MappingProxyType

from benchmarks.open_loop import plain_request

__all__ = ["ATTACKS", "main"]

_HOST = "127.0.0.1"
_PATIENCE = 1.0  # seconds that an attacker waits for an answer before it leaves
_SILENT_CONNECTIONS = 2_100
_UNFINISHED_BODIES = 64
_BODY_BYTES = 4 * 1024 * 1024
_FLOOD_BYTES = 100_000_000
_PIECE_BYTES = 64 * 1024
_BREATH = 0.05  # seconds between two attempts of an attack
_MARKUP_LETTERS = 5_000  # of the letters outside of the basic plane that HTML is made of
_NICENESS = 10  # so that measured callers come first on the cores that they share with the attackers
_FILES = 10_000  # that may be open at a time
_TAIL_DIGITS = 4_301  # one more than Python's int reads

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Attacker:
    """One attack, from one address.

    Args:
        port: of the service.
        key: a key that may have comments judged.
        number: of the attack, which gives its address.
        counts: answer → how often it came.
    """

    def __init__(self, port: int, key: str, number: int, counts: Counter[str]) -> None:
        self.key = key
        self._port = port
        self._address = f"127.0.0.{10 + number}"
        self._counts = counts

    async def connect(self) -> Streams:
        """Open a connection."""
        return await asyncio.open_connection(_HOST, self._port, local_addr=(self._address, 0))

    async def read_status(self, reader: asyncio.StreamReader) -> None:
        """Count the status of an answer; nobody waits long for it."""
        try:
            async with asyncio.timeout(_PATIENCE):
                line = await reader.readline()
            self._counts[line.split(b" ")[1].decode() if line.count(b" ") > 1 else "closed"] += 1
        except TimeoutError:
            self._counts["left before an answer"] += 1
        except OSError:
            self._counts["closed"] += 1

    async def send(self, *pieces: bytes) -> None:
        """Send pieces over a connection of its own, and read one status."""
        try:
            reader, writer = await self.connect()
        except OSError:
            self._counts["refused a connection"] += 1
            return
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            await self.read_status(reader)
        except OSError:
            self._counts["closed"] += 1
        finally:
            writer.close()

    async def flood(self, head: bytes, piece: bytes) -> None:
        """Send a head and then the same piece for as long as the service reads it."""
        try:
            reader, writer = await self.connect()
        except OSError:
            self._counts["refused a connection"] += 1
            return
        with suppress(OSError):
            writer.write(head)
            for _ in range(_FLOOD_BYTES // len(piece)):
                writer.write(piece)
                await writer.drain()
                if reader.at_eof():
                    break
        await self.read_status(reader)
        writer.close()

    def moderate(self, comments: list[str], **fields: object) -> bytes:
        """Return a call to /v1/moderate with the key."""
        body = json.dumps({"comments": [{"id": str(at), "text": text} for at, text in enumerate(comments)], **fields})
        return plain_request("POST", "/v1/moderate", body.encode(), [("Authorization", f"Bearer {self.key}")])


async def _tails(attacker: Attacker) -> None:
    tail = "&#" + "9" * _TAIL_DIGITS + ";"
    await attacker.send(attacker.moderate(["hello", f"you idiot {tail}"]))
    analyze = {"comment": {"text": f"you idiot {tail}"}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}
    await attacker.send(plain_request("POST", f"/v1alpha1/comments:analyze?key={attacker.key}", json.dumps(analyze).encode()))


async def _headers(attacker: Attacker) -> None:
    head = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
    await attacker.flood(head, b"x:\r\n" * (_PIECE_BYTES // 4))
    await attacker.flood(head + b"X: ", b"y" * _PIECE_BYTES)
    await attacker.flood(head, b"z" * _PIECE_BYTES)


async def _trailers(attacker: Attacker) -> None:
    head = plain_request("POST", "/v1/moderate", headers=[("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")])
    await attacker.flood(head + b"2\r\n{}\r\n0\r\n", b"x:\r\n" * (_PIECE_BYTES // 4))


async def _explanations(attacker: Attacker) -> None:
    """Ask for as much as may be explained in a call, and for more, and leave."""
    sentences = "you are not the only one who thinks so, " * 500
    allowed, refused = [sentences[:2_000]] * 4, [sentences[:20_000]] * 10
    calls = [attacker.moderate(texts, explain=True) for texts in (allowed, allowed, allowed, refused)]
    await asyncio.gather(*map(attacker.send, calls * 2))


async def _listed_phrases(attacker: Attacker) -> None:
    await attacker.send(attacker.moderate(["you " * 3_900]))


async def _markup(attacker: Attacker) -> None:
    html = "".join(f"<b>{chr(0x1D400 + at % 26)}</b>" for at in range(_MARKUP_LETTERS // 8))
    body = json.dumps({"comments": [{"id": "1", "text": html, "format": "html"}]}).encode()
    await attacker.send(plain_request("POST", "/v1/moderate", body, [("Authorization", f"Bearer {attacker.key}")]))


async def _web_pages(attacker: Attacker) -> None:
    form = b"blog=http://x&user_ip=1.2.3.4&comment_content=you+are+great"
    headers = [("Origin", "http://evil.example"), ("Sec-Fetch-Site", "cross-site"), ("Content-Type", "application/x-www-form-urlencoded")]
    await attacker.send(plain_request("POST", "/1.1/submit-spam", form, headers))


async def _silence(attacker: Attacker) -> None:
    """Keep many connections open that send nothing, and open those again that are closed."""
    connections: list[Streams] = []
    try:
        while True:
            connections = [streams for streams in connections if not streams[0].at_eof()]
            for _ in range(min(100, _SILENT_CONNECTIONS - len(connections))):
                with suppress(OSError):
                    connections.append(await attacker.connect())
            await asyncio.sleep(_BREATH)
    finally:
        for _, writer in connections:
            writer.close()


async def _unfinished_bodies(attacker: Attacker) -> None:
    """Keep many bodies unfinished by one byte."""

    async def hold() -> None:
        for path in ("/coral/moderate", "/v1/moderate"):
            head = plain_request("POST", path, headers=[("Content-Length", str(_BODY_BYTES)), ("Content-Type", "application/json")])
            with suppress(OSError, TimeoutError):
                reader, writer = await attacker.connect()
                try:
                    async with asyncio.timeout(30 * _PATIENCE):
                        writer.write(head)
                        writer.write(b" " * (_BODY_BYTES - 1))
                        await writer.drain()
                        await attacker.read_status(reader)
                        await reader.read()
                finally:
                    writer.close()

    await asyncio.gather(*(hold() for _ in range(_UNFINISHED_BODIES)))


ATTACKS: Mapping[str, Callable[[Attacker], Awaitable[None]]] = MappingProxyType(
    {
        "tails": _tails,
        "headers": _headers,
        "trailers": _trailers,
        "explanations": _explanations,
        "listed phrases": _listed_phrases,
        "markup": _markup,
        "web pages": _web_pages,
        "silence": _silence,
        "unfinished bodies": _unfinished_bodies,
    }
)
"""Name → one round of an attack."""


async def _attack_until_ended(port: int, key: str, names: Sequence[str]) -> Mapping[str, Counter[str]]:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)

    async def repeat(name: str, attacker: Attacker) -> None:
        while True:
            await ATTACKS[name](attacker)
            await asyncio.sleep(_BREATH)

    attackers = ((name, Attacker(port, key, number, counts[name])) for number, name in enumerate(names))
    tasks = [asyncio.create_task(repeat(name, attacker)) for name, attacker in attackers]
    print("attacking", flush=True)
    await ended.wait()
    for task in tasks:
        task.cancel()
    for result in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(result, Exception):
            raise result
    return counts


def main(arguments: list[str]) -> None:
    """Attack the service whose port and key are named, in the ways that are named; in all ways if none is."""
    port, key, *names = arguments
    os.nice(_NICENESS)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (_FILES if most == resource.RLIM_INFINITY else min(_FILES, most), most))
    print(json.dumps(asyncio.run(_attack_until_ended(int(port), key, names or list(ATTACKS)))), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
