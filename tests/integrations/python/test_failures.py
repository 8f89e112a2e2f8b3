"""What the official client for Python does when a call fails: it waits, tries again within its deadline, and then says what was wrong."""

import logging
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tipstaff_client import (
    Client,
    DeadlineError,
    InvalidRequestError,
    OverloadedError,
    RateLimitError,
    ServiceUnreachableError,
    UnexpectedAnswerError,
)

from service.http.app import create_app
from service.settings import Settings, read_settings
from tests.integrations.python.conftest import MakeClient
from tests.integrations.raw_server import STRANGE_ANSWERS, Respond, answer_with, raw_server
from tests.service.http.conftest import Running, Serve

if TYPE_CHECKING:
    from pathlib import Path

    from model.moderator import Moderator

TEXT = "Shut up, you pathetic idiot."
WAIT = 60


@contextmanager
def first_retry() -> Iterator[threading.Event]:
    """Yield an event that is set when a client says, in its log, that it will try again."""
    event = threading.Event()

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            event.set()

    log, handler = logging.getLogger("tipstaff_client"), Handler()
    level = log.level
    log.addHandler(handler)
    log.setLevel(logging.DEBUG)
    try:
        yield event
    finally:
        log.removeHandler(handler)
        log.setLevel(level)


@pytest.mark.parametrize("make_client", ["sync"], indirect=True)
def test_rate_limit_is_waited_for(serve: Serve, make_client: MakeClient) -> None:
    """A call beyond a limit is sent again when the service says so; without tries left, the error says when that is."""
    with serve(limit_per_address="1/second; 5/hour", queue_ms=60_000) as service:
        address = str(service.base_url)
        patient, impatient = make_client(address, retries=50), make_client(address, retries=0, max_comments=1)

        labels = [patient.moderate(TEXT).label for _ in range(2)]
        with pytest.raises(RateLimitError) as error:
            impatient.moderate([TEXT] * 50)

    assert labels == ["toxic"] * 2
    assert (error.value.status, error.value.code) == (429, "rate-limited")
    assert error.value.retry_after is not None
    assert error.value.retry_after >= 1


@pytest.mark.parametrize("make_client", ["async"], indirect=True)
def test_service_that_is_loading_is_waited_for(running: Running, moderator: "Moderator", make_client: MakeClient, tmp_path: "Path") -> None:
    """A service that is not ready yet (503) says so to whoever does not wait; a call that waits succeeds once it is."""
    with first_retry() as has_failed, ThreadPoolExecutor(1) as thread:

        def load(_: Settings) -> "Moderator":
            assert has_failed.wait(WAIT)
            return moderator

        with running(create_app(read_settings(data_dir=tmp_path, queue_ms=60_000), load=load), ready=False) as service:
            impatient = make_client(str(service.base_url), retries=0)
            with pytest.raises(OverloadedError) as error:
                impatient.moderate(TEXT)
            is_ready = impatient.ready()
            client = make_client(str(service.base_url), retries=100, deadline=300)
            judged = thread.submit(client.moderate, TEXT).result()

    assert (error.value.status, error.value.code, is_ready) == (503, "not-ready", False)
    assert judged.label == "toxic"


@pytest.mark.parametrize("make_client", ["sync"], indirect=True)
def test_restart_is_waited_for(running: Running, moderator: "Moderator", make_client: MakeClient, tmp_path: "Path") -> None:
    """A client whose service is stopped and started again between two calls notices nothing."""

    def build() -> object:
        return create_app(read_settings(data_dir=tmp_path, queue_ms=60_000), load=lambda _: moderator)

    with running(build()) as service:
        client = make_client(str(service.base_url), retries=1000, deadline=300)
        port = service.base_url.port
        before = client.moderate(TEXT)
    with first_retry() as has_failed, ThreadPoolExecutor(1) as thread:
        call = thread.submit(client.moderate, TEXT)
        assert has_failed.wait(WAIT)
        with running(build(), port=port):
            after = call.result()

    assert before == after


def test_silence_ends_with_the_deadline(make_client: MakeClient) -> None:
    """Something that accepts calls and never answers holds nobody up for longer than the attempts and the deadline allow."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(DeadlineError):
            make_client(address, timeout=0.1, retries=1).moderate(TEXT)
        with pytest.raises(DeadlineError):
            make_client(address, retries=100).moderate([TEXT] * 3, deadline=0.2)


def test_answer_in_drops_ends_with_the_deadline(make_client: MakeClient) -> None:
    """An answer that comes byte by byte, and never ends, does not count as one."""
    stopped = threading.Event()

    def drip(connection: socket.socket, request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n")
        while not stopped.wait(0.01):
            connection.sendall(b" ")

    with raw_server(drip) as address:
        with pytest.raises(DeadlineError):
            make_client(address, timeout=0.3, retries=0).moderate(TEXT)
        stopped.set()


def test_service_learns_how_long_it_is_waited_for(make_client: MakeClient) -> None:
    """Each attempt says how long its answer is waited for, which is never longer than what is left of the deadline."""
    requests: list[bytes] = []
    refuse = answer_with("503 Service Unavailable", "text/plain", b"")

    def respond(connection: socket.socket, request: bytes) -> None:
        requests.append(request.lower())
        refuse(connection, request)

    with raw_server(respond) as address, pytest.raises(OverloadedError):
        make_client(address, retries=2, timeout=50, deadline=40).moderate(TEXT)

    assert len(requests) == 3
    for request in requests:
        (milliseconds,) = [int(line.split()[1][:-2]) for line in request.split(b"\r\n") if line.startswith(b"x-request-timeout:")]
        assert 0 < milliseconds <= 40_000


def test_waits_that_the_deadline_does_not_allow_are_not_begun(make_client: MakeClient) -> None:
    """A service that asks for a wait beyond the deadline is not called again: its refusal is the answer, at once."""
    calls: list[bytes] = []

    def respond(connection: socket.socket, request: bytes) -> None:
        calls.append(request)
        head = b"HTTP/1.1 503 Busy\r\nRetry-After: 3600\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        connection.sendall(head)

    with raw_server(respond) as address, pytest.raises(OverloadedError) as error:
        make_client(address, retries=100).moderate(TEXT)

    assert error.value.retry_after == 3600
    assert len(calls) == 1


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        ("7", 7, 7),
        ("Fri, 01 Jan 2100 00:00:00 GMT", 86_400, 86_400),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0, 0),
        ("soon", None, None),
        ("-1", None, None),
        ("9" * 400, None, None),
    ],
)
def test_retry_after_is_read_in_both_forms(make_client: MakeClient, value: str, least: float | None, most: float | None) -> None:
    """The header may hold seconds or a date; what is neither counts as absent, and nobody is made to wait for more than a day."""

    def respond(connection: socket.socket, _: bytes) -> None:
        connection.sendall(f"HTTP/1.1 429 Many\r\nRetry-After: {value}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    with raw_server(respond) as address, pytest.raises(RateLimitError) as error:
        make_client(address, retries=0).moderate(TEXT)

    assert error.value.retry_after is None if least is None else least <= (error.value.retry_after or 0) <= (most or 0)


def test_nobody_there(make_client: MakeClient) -> None:
    """A service that cannot be reached is an error that names its address, and not the password in it."""
    with socket.create_server(("127.0.0.1", 0)) as unused:
        port = unused.getsockname()[1]

    with pytest.raises(ServiceUnreachableError, match=f"http://127.0.0.1:{port}") as error:
        make_client(f"http://user:password@127.0.0.1:{port}", retries=1).moderate(TEXT)

    assert "password" not in str(error.value)


@pytest.mark.parametrize("respond", STRANGE_ANSWERS.values(), ids=STRANGE_ANSWERS)
def test_what_is_not_tipstaff(make_client: MakeClient, respond: Respond) -> None:
    """Whatever else may answer at an address, the call ends with an error of the client's own."""
    with raw_server(respond) as address, pytest.raises((UnexpectedAnswerError, ServiceUnreachableError)):
        make_client(address, retries=0).moderate(TEXT)


def test_what_was_yielded_stays_true() -> None:
    """A stream whose second batch is refused has yielded the judgements of the first."""
    refusals: list[socket.socket] = []
    scores = b'{"fine": 1, "toxic": 0, "hateful": 0}'
    decision = b'{"id": 0, "label": "fine", "verdict": "approve", "scores": ' + scores + b"}"
    accept = answer_with("200 OK", "application/json", b'{"model": "m", "policy": "p", "decisions": [' + decision + b"]}")

    def respond(connection: socket.socket, request: bytes) -> None:
        (answer_with("422 Wrong", "text/plain", b"") if refusals else accept)(connection, request)
        refusals.append(connection)

    with raw_server(respond) as address, Client(address, retries=0, max_comments=1) as client:
        stream = client.stream([TEXT, TEXT])
        judged = next(stream)
        with pytest.raises(InvalidRequestError):
            next(stream)

    assert judged.verdict == "approve"
