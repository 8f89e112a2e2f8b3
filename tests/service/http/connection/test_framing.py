"""What is no part of a body is limited, however it is cut into pieces, and over real sockets in bounded memory."""

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import httpx
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.http.connection.wire import MAX_HEADER_BYTES, exchange
from tests.service.http.server_process import ServerProcess

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
BODY = b'f\r\n{"comments":[]}\r\n'
MEGABYTE = 1_000_000
STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def _statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"(?:^|\}|\])HTTP/1\.1 (\d{3}) ", answer)]


def _header(size: int) -> bytes:
    return b"x: ".ljust(max(size, 5), b"a") + b"\r\n"


HEADERS = st.lists(st.integers(5, 400).map(_header), max_size=8).map(b"".join)
MANY_HEADERS = st.integers(90, 110).map(lambda count: b"x: y\r\n" * count)
TARGETS = st.one_of(st.just(b"/"), st.integers(1, 9000).map(lambda size: b"/" + b"a" * size))
BLANK_LINES = st.sampled_from([b"", b"\r\n", b"\r\n\r\n"])
HOSTS = st.sampled_from([b"Host: a\r\n", b"Host: a\r\n", b"Host: a\r\n", b"", b"Host: a\r\nHost: b\r\n"])
VERSIONS = st.sampled_from([b"1.1", b"1.1", b"1.0"])
PLAIN_BODIES = st.binary(max_size=3000).map(lambda body: b"Content-Length: %d\r\n\r\n" % len(body) + body)
CHUNKS = st.lists(st.binary(min_size=1, max_size=300), max_size=5).map(
    lambda chunks: b"".join(b"%x\r\n" % len(chunk) + chunk + b"\r\n" for chunk in chunks)
)
CHUNKED_BODIES = st.tuples(CHUNKS, HEADERS | MANY_HEADERS).map(lambda parts: b"Transfer-Encoding: chunked\r\n\r\n%s0\r\n%s\r\n" % parts)
REQUESTS = st.tuples(BLANK_LINES, TARGETS, VERSIONS, HOSTS, HEADERS | MANY_HEADERS, PLAIN_BODIES | CHUNKED_BODIES).map(
    lambda parts: b"%sPOST %s HTTP/%s\r\n%s%s%s" % parts
)


@given(requests=st.lists(REQUESTS, min_size=1, max_size=4), cuts=st.lists(st.integers(1, 40_000), max_size=12))
def test_pieces_make_no_difference(requests: list[bytes], cuts: list[int]) -> None:
    """Requests are answered, or refused, in the same way whether they arrive at once or in pieces, wherever those are cut."""
    sent = b"".join(requests)
    edges = [0, *sorted({cut % len(sent) for cut in cuts}), len(sent)]

    whole = exchange([sent])
    pieces = exchange([sent[begin:end] for begin, end in pairwise(edges)])

    assert pieces == whole
    assert _statuses(whole)


@given(pieces=st.lists(st.one_of(st.binary(max_size=200), REQUESTS, st.sampled_from([GET, b"\r\n", CHUNKED, BODY])), max_size=6))
def test_no_bytes_are_a_fault(pieces: list[bytes]) -> None:
    """Whatever arrives is answered in HTTP or not at all, and never with a fault of the service."""
    answer = exchange(pieces)

    assert answer == b"" or answer.startswith(b"HTTP/1.1 ")
    assert not any(status >= 500 for status in _statuses(answer))


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (GET + b"x: " + b"a" * (MAX_HEADER_BYTES - 100) + b"\r\n\r\n", 200),
        (GET + b"x: " + b"a" * MAX_HEADER_BYTES + b"\r\n\r\n", 431),
        (GET + b"a" * MAX_HEADER_BYTES + b": x\r\n\r\n", 431),
        (GET + b"x:\r\n" * 99 + b"\r\n", 200),
        (GET + b"x:\r\n" * 100 + b"\r\n", 431),
        (GET + b"x:" + b" " * 100_000 + b"y\r\n\r\n", 431),
        (b"\r\n" * 50_000, 431),
        (b"GET /" + b"a" * 8000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 431),
        (b"GET /" + b"a" * 8192 + b" HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (GET + b"host: b\r\n\r\n", 400),
        (b"GET / HTTP/1.0\r\n\r\n", 200),
        (b"GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (CHUNKED + BODY + b"0\r\n" + b"x: y\r\n" * 50 + b"\r\n", 200),
        (CHUNKED + BODY + b"0\r\n" + b"x: y\r\n" * 100 + b"\r\n", 431),
        (CHUNKED + BODY + b"0\r\n" + _header(MAX_HEADER_BYTES) + b"\r\n", 431),
        (CHUNKED + b"f;" + b"a" * 100_000, 431),
        (CHUNKED + b"1\r\n \r\n" * 100_000 + b"0\r\n\r\n", 200),
        (CHUNKED + b"nonsense\r\n", 400),
    ],
)
def test_limits(sent: bytes, status: int) -> None:
    """A request within the limits is answered; beyond them, and without one host, it is refused once, and the connection ends."""
    answer = exchange([sent, GET + b"\r\n"])

    refused = status != 200
    old = b"HTTP/1.0" in sent
    assert _statuses(answer) == ([status] if refused or old else [200, 200])
    assert (b"connection: close\r\n" in answer) == (refused or old)
    assert (b"application/problem+json" in answer) == refused


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
OFFERED = b"POST /offered HTTP/1.1\r\nHost: localhost\r\n" + OFFER


@pytest.mark.parametrize("cut", [1, 60, 140, 150, 10_000])
@pytest.mark.parametrize(
    "request_with_offer",
    [
        OFFERED + b"Content-Length: 7\r\n\r\nGET / H",
        OFFERED + b"Transfer-Encoding: chunked\r\n\r\n3\r\nGET\r\n4\r\n / H\r\n0\r\n\r\n",
        OFFERED + b"Content-Length: 0\r\n\r\n",
        OFFERED + b"\r\n",
    ],
    ids=["length", "chunks", "empty", "none"],
)
def test_offer_of_another_protocol_is_declined(request_with_offer: bytes, cut: int) -> None:
    """A request that offers HTTP/2, as Java's client does, or a web socket, is answered with its body, and so is the one after it."""
    sent = request_with_offer + GET + b"\r\n"

    answer = exchange([sent[:cut], sent[cut:]])

    assert _statuses(answer) == [200, 200]
    assert (b'"GET / H"]' in answer) == (b"GET" in request_with_offer)
    assert b'["/offered"' in answer
    assert b'["/healthz"' in answer


def test_trailers_are_no_headers() -> None:
    """A trailer never becomes a header of its call: it could name a key or an address after the proxy has looked."""
    answer = exchange([CHUNKED + BODY[:10], BODY[10:] + b"0\r\nX-API-Key: secret\r\n\r\n"])

    assert _statuses(answer) == [200]
    assert b"secret" not in answer


def test_refusal_waits_for_the_answers_before_it() -> None:
    """A request that is refused while earlier ones are being answered takes the place of none of their answers."""
    answer = exchange([GET + b"\r\n" + GET + b"\r\n" + GET + _header(MAX_HEADER_BYTES) + b"\r\n"])

    assert _statuses(answer) == [200, 200, 431]


@pytest.mark.parametrize("count", [2, 500])
def test_requests_in_one_piece_are_answered_in_order(count: int) -> None:
    """Requests that arrive together are all answered, each in its turn."""
    answer = exchange([b"".join(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number for number in range(count))])

    assert re.findall(rb'\["/(\d+)"', answer) == [b"%d" % number for number in range(count)]


@pytest.mark.parametrize("bytes_read", [0, 100, 2000])
def test_clients_that_leave_in_the_middle_of_answers_are_no_fault(bytes_read: int, caplog: pytest.LogCaptureFixture) -> None:
    """A client that sends many calls at once and goes away before it has read all answers leaves no trace in the log."""
    exchange([(GET + b"\r\n") * 50], bytes_read=bytes_read)

    assert caplog.records == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A service in a process of its own, so that its memory can be seen."""
    with ServerProcess(tmp_path_factory.mktemp("data"), profile="fast") as server:
        server.ready()
        yield server


def _flood(port: int, begin: bytes, piece: bytes) -> bytes:
    """Send 100 MB, as long as the service takes them, and return its answer."""
    answer = b""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=60)) as connection:
        try:
            connection.sendall(begin)
            for _ in range(100):
                connection.sendall(piece)
        except OSError:
            pass
        try:
            while chunk := connection.recv(65536):
                answer += chunk
        except OSError:
            pass
    return answer


@pytest.mark.parametrize(
    ("begin", "piece"),
    [
        (GET, b"x:\r\n" * (MEGABYTE // 4)),
        (GET + b"x: ", b"a" * MEGABYTE),
        (GET, b"a" * MEGABYTE),
        (b"GET /", b"a" * MEGABYTE),
        (GET + b"x:", b" " * MEGABYTE),
        (b"", b"\r\n" * (MEGABYTE // 2)),
        (CHUNKED + BODY + b"0\r\n", b"x: y\r\n" * (MEGABYTE // 6)),
        (CHUNKED + BODY + b"0\r\nx: ", b"a" * MEGABYTE),
        (CHUNKED + b"f;", b"a" * MEGABYTE),
        (b"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000000\r\n\r\n", b"a" * MEGABYTE),
    ],
    ids=["headers", "value", "name", "target", "blanks", "blank lines", "trailers", "trailer", "extension", "unread body"],
)
def test_floods_stay_out_of_memory(server: ServerProcess, begin: bytes, piece: bytes) -> None:
    """Of 100 MB that are no part of a body, or of a body that nobody reads, next to nothing is kept, and others are answered."""
    address = httpx.URL(server.address())
    process = psutil.Process(server.pid)
    before = process.memory_info().rss
    assert address.port is not None

    answer = _flood(address.port, begin, piece)

    assert _statuses(answer) in ([431], [414], [404])
    assert process.memory_info().rss - before < 20 * MEGABYTE
    assert httpx.get(address.join("/healthz"), timeout=60).status_code == 200
