"""Some hundred calls at once, as clients make them that wait for all answers together and never try again, over real sockets."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.service.http.server_process import ServerProcess

Serve = Callable[..., AbstractContextManager[httpx.Client]]

CALLS = 300
# No call of a burst is refused in a minute, so that the tests depend on no machine's speed.
WAITS = "60000"
TEXTS = [f"You are number {number} of the {'pathetic fools' if number % 3 else 'lovely people'} here" for number in range(CALLS)]


def _analyze(text: str) -> dict[str, Any]:
    return {"comment": {"text": text}, "requestedAttributes": {"TOXICITY": {}}, "languages": ["en"]}


def _moderation(text: str) -> dict[str, Any]:
    return {"input": text}


BURSTS = {"/v1alpha1/comments:analyze": _analyze, "/v1/moderations": _moderation}


async def _call(address: httpx.URL, path: str, message: object) -> int:
    """Make a call over a connection of its own; return the status of the answer, which has to be whole."""
    reader, writer = await asyncio.open_connection(address.host, address.port)
    body = json.dumps(message).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    try:
        writer.write(head.encode() + body)
        status, _, headers = (await reader.readuntil(b"\r\n\r\n")).lower().partition(b"\r\n")
        json.loads(await reader.readexactly(int(headers.partition(b"content-length:")[2].partition(b"\r\n")[0])))
        return int(status.split()[1])
    finally:
        writer.close()


async def _call_at_once(address: httpx.URL, path: str, build: Callable[[str], object]) -> Counter[int]:
    return Counter(await asyncio.gather(*(_call(address, path, build(text)) for text in TEXTS)))


@pytest.mark.parametrize(("path", "build"), BURSTS.items())
def test_a_burst_is_answered(serve: Serve, path: str, build: Callable[[str], object]) -> None:
    """Hundreds of calls at once, all of which may wait, are all answered."""
    with serve(queue_ms=f"1,perspective={WAITS},openai={WAITS}") as client:
        statuses = asyncio.run(_call_at_once(client.base_url, path, build))

    assert statuses == {200: CALLS}


def test_a_burst_that_may_not_wait_is_refused_in_part(serve: Serve) -> None:
    """Of hundreds of calls at once none of which may wait some are answered, and the others refused: so the wait is what answers them."""
    with serve(queue_ms="1") as client:
        statuses = asyncio.run(_call_at_once(client.base_url, "/v1alpha1/comments:analyze", _analyze))

    assert set(statuses) == {200, 503}


@pytest.mark.nightly
def test_a_burst_is_answered_by_a_service_as_it_is_started(tmp_path: Path) -> None:
    """A service in a process of its own answers both kinds of bursts, one after the other and both together."""

    async def call_together(address: httpx.URL) -> list[Counter[int]]:
        return await asyncio.gather(*(_call_at_once(address, path, build) for path, build in BURSTS.items()))

    with ServerProcess(tmp_path, queue_ms=f"100,perspective={WAITS},openai={WAITS}") as server:
        address = httpx.URL(server.ready())
        bursts = [asyncio.run(_call_at_once(address, path, build)) for path, build in BURSTS.items()]
        together = asyncio.run(call_together(address))

    assert bursts == [{200: CALLS}] * 2
    assert together == [{200: CALLS}] * 2
