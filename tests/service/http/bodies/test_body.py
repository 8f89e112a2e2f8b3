"""Bodies are read within limits, over a real socket."""

import hmac
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path

import httpx
import pytest

from service.settings import Settings
from service.store.stored_types import Scope
from tests.waiting import wait_until

Serve = Callable[..., AbstractContextManager[httpx.Client]]


@pytest.mark.parametrize(
    "kind",
    [None, "application/json", "Application/JSON; charset=UTF-8", "text/json", "application/ld+json", 'application/json;charset="utf-8"'],
)
def test_json_by_any_name_is_accepted(client: httpx.Client, kind: str | None) -> None:
    """Every usual way to declare JSON is accepted, and so is no declaration."""
    headers = {} if kind is None else {"Content-Type": kind}

    response = client.post("/v1/moderate", content=b'{"comments":[]}', headers=headers)

    assert response.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": ""},
        {"Content-Encoding": "gzip"},
    ],
)
def test_other_content_is_refused(client: httpx.Client, headers: dict[str, str]) -> None:
    """A body that is declared to be something else, or compressed, is 415."""
    response = client.post("/v1/moderate", content=b'{"comments":[]}', headers=headers)

    assert response.status_code == 415
    assert response.json()["type"] == "/docs#not-json-content"


def _in_pieces(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 10_000):
        yield body[at : at + 10_000]


@pytest.mark.parametrize("chunked", [False, True])
def test_large_body_is_refused(client: httpx.Client, settings: Settings, chunked: bool) -> None:
    """One byte more than allowed is 413, with or without a declared length; as many as allowed are read."""
    body = b'{"comments":[]}'.ljust(settings.max_body_bytes)

    fits = client.post("/v1/moderate", content=_in_pieces(body) if chunked else body)
    response = client.post("/v1/moderate", content=_in_pieces(body + b" ") if chunked else body + b" ")

    assert fits.status_code == 200
    assert response.status_code == 413
    assert response.json()["type"] == "/docs#body-too-large"


def _send_raw(client: httpx.Client, content: bytes) -> bytes:
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=60) as connection:
        connection.sendall(content)
        received = b""
        while chunk := connection.recv(65536):
            received += chunk
    return received


@pytest.mark.parametrize("header", [b"Content-Length: 99999999999999999", b"Expect: 100-continue\r\nContent-Length: 100001"])
def test_large_body_is_refused_before_it_is_sent(client: httpx.Client, header: bytes) -> None:
    """A declared length far above the limit, or above it when the client waits for permission to send, is refused at once."""
    received = _send_raw(client, b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in received


def test_slow_body_is_given_up(serve: Serve) -> None:
    """A client that does not send its body in time gets 408 and loses the connection."""
    with serve(body_timeout=1) as client:
        received = _send_raw(client, b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")

    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"/docs#body-too-slow" in received


def test_client_that_goes_away_causes_no_warning(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that ends in the middle of a body is no error of the service."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(b"POST /v1/moderate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{")

    assert client.get("/healthz").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []


_JSON = b"Content-Type: application/json\r\n"
_FORGED = b"X-Coral-Signature: sha256=" + b"0" * 64 + b"\r\n"
_KEYLESS = [
    (b"/v1/moderate", _JSON),
    (b"/v1/moderations", _JSON),
    (b"/v1alpha1/comments:analyze", _JSON),
    (b"/v1alpha1/comments:suggestscore", _JSON),
    (b"/api/v1/classify", _JSON),
    (b"/synapse/check_event_for_spam", _JSON),
    (b"/synapse/ping", _JSON),
    (b"/coral/moderate", _JSON),
    (b"/coral/moderate", _JSON + b"X-Coral-Signature: none\r\n"),
    (b"/discourse/webhook", _JSON),
]


@pytest.fixture
def keyed(serve: Serve, make_key: Callable[..., str], tmp_path: Path) -> Iterator[tuple[httpx.Client, str]]:
    """A client of a service with keys and secrets, and its key."""
    key = make_key(tmp_path, Scope.SCORE)
    limits = {"max_comment_bytes": 1000, "max_body_bytes": 100_000, "max_comments": 10, "body_timeout": 300, "queue_ms": 60_000}
    secrets = {"coral_secrets": "coral", "discourse_secrets": "discourse"}
    with serve(**limits, **secrets, discourse_url="http://127.0.0.1:9", discourse_api_key="x") as client:
        yield client, key


@pytest.mark.parametrize(("path", "headers"), _KEYLESS)
def test_key_comes_before_body(keyed: tuple[httpx.Client, str], path: bytes, headers: bytes) -> None:
    """A call without the key or the signature that it needs is refused although its body has not arrived."""
    client, _ = keyed
    with socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=60) as connection:
        connection.sendall(b"POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: 90000\r\n\r\n{" % (path, headers))
        assert connection.recv(65536).startswith((b"HTTP/1.1 401 ", b"HTTP/1.1 403 "))


def _sign(body: bytes) -> str:
    return "sha256=" + hmac.digest(b"coral", body, "sha256").hex()


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        (b"/batch", b"Content-Type: multipart/mixed; boundary=x\r\n"),
        (b"/1.1/comment-check", b"Content-Type: application/x-www-form-urlencoded\r\n"),
        (b"/coral/moderate", _JSON + _FORGED),
    ],
)
def test_unfinished_bodies_keep_nobody_out(keyed: tuple[httpx.Client, str], path: bytes, headers: bytes) -> None:
    """However many bodies without a key are held back before their end, calls with a key, and with a signature, are answered."""
    client, key = keyed
    held = b"POST %s HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: 100000\r\n\r\n" % (path, headers) + b"x" * 99_999
    large = b'{"comments":[]}'.ljust(100_000)
    coral = b'{"comment":{"body":"Good morning"},"author":{"id":"1"}}'.ljust(100_000)
    signed = {"X-Coral-Signature": _sign(coral), "Content-Type": "application/json"}
    with ExitStack() as stack:
        for _ in range(64):
            connection = stack.enter_context(socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=60))
            connection.sendall(held)
        with_key = client.post("/v1/moderate", content=_in_pieces(large), headers={"X-API-KEY": key})

        def is_answered() -> bool:
            # A body that began less than a second ago does not give way to another from the same address.
            return client.post("/coral/moderate", content=_in_pieces(coral), headers=signed).status_code == 200

        wait_until(is_answered, what="a signed call is answered")

    assert with_key.status_code == 200


def test_body_about_one_comment_is_small(serve: Serve) -> None:
    """A call about one comment may be as large as that comment can be, and no larger; a call about many may be larger."""
    with serve() as client:
        fits = client.post("/coral/moderate", json={"comment": {"body": "Good morning " * 20_000}, "author": {"id": "1"}})
        large = b'{"comment":{"body":"Good morning"}}'.ljust(1_000_000)
        headers = {"Content-Type": "application/json"}
        refusals = [
            client.post(path, content=large, headers=headers).status_code
            for path in ("/coral/moderate", "/synapse/check_event_for_spam", "/v1alpha1/comments:analyze")
        ]
        many = client.post("/v1/moderate", content=b'{"comments":[]}'.ljust(1_000_000), headers=headers)

    assert fits.status_code == 200
    # Google wants 400 for that.
    assert refusals == [413, 413, 400]
    assert many.status_code == 200


def test_single_bytes_make_a_body(client: httpx.Client) -> None:
    """A body that arrives byte by byte is read like any other."""
    body = b'{"comments":[]}'

    response = client.post("/v1/moderate", content=(bytes([byte]) for byte in body), headers={"Content-Type": "application/json"})

    assert response.status_code == 200
