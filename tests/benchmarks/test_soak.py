"""The picture of a soak, and the calls at a fixed rate that it is made from."""

import asyncio
from contextlib import suppress
from xml.etree import ElementTree

import pytest

from benchmarks.open_loop import MixedCall, OpenLoop, plain_request
from benchmarks.soak import Minute, draw_minutes

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("count", [1, 2, 600])
def test_the_picture_has_a_curve_for_memory_for_latency_and_for_errors(count: int) -> None:
    """A run of any length is drawn as one well-formed picture: one chart each, and a point of every curve for each minute."""
    minutes = [Minute(memory=340.0 + number, rate=200.0, p50=4.0, p99=30.0 + number, refused=number, failed=0) for number in range(count)]
    picture = ElementTree.fromstring(draw_minutes(minutes))
    assert len(picture.findall(f"{SVG}svg")) == 3
    curves = picture.findall(f".//{SVG}polyline")
    assert len(curves) == 5
    assert {len(curve.attrib["points"].split()) for curve in curves} == {count}


async def call_everybody() -> tuple[dict[str, int], int, dict[str, int]]:
    """Calls a server that answers by the path for a second; returns right answers, refusals and failures."""
    open_connections: set[asyncio.Task[None]] = set()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(EOFError):
            while (status := (await reader.readuntil(b"\r\n\r\n")).split(b"/")[1].split(b" ")[0]) != b"0":
                writer.write(b"HTTP/1.1 %s X\r\nContent-Length: 2\r\n\r\nok" % status)
        writer.close()
        await writer.wait_closed()

    def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_connections.add(asyncio.create_task(answer(reader, writer)))

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        kinds = [MixedCall(f"path {status}", 1, [plain_request("GET", f"/{status}")]) for status in (200, 503, 500, 0)]
        calls = OpenLoop(server.sockets[0].getsockname()[1], kinds, connections=4)
        outcome = await calls.run(seconds=1, rate=200)
        await calls.close()
        await asyncio.wait_for(asyncio.gather(*open_connections), 60)
    return {kind: len(latencies) for kind, latencies in outcome.latencies.items()}, outcome.refused, dict(outcome.failed)


def test_every_call_counts_as_what_came_of_it() -> None:
    """Right answers, refusals, wrong answers and connections that end without one are told apart, and go on after each other."""
    answered, refused, failed = asyncio.run(call_everybody())
    assert set(answered) == {"path 200"}
    assert answered["path 200"] > 10
    assert refused > 10
    assert set(failed) == {"path 500: 500", "path 0: IncompleteReadError"}
    assert min(failed.values()) > 10
