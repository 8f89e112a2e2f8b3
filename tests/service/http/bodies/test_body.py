"""Bodies are read within limits, over a real socket."""

import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import httpx
import pytest

from service.settings import Settings

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
    received = _send_raw(client, b"POST /v1/moderate HTTP/1.1\r\nHost: x\r\n" + header + b"\r\n\r\n")

    assert received.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in received


def test_slow_body_is_given_up(serve: Serve) -> None:
    """A client that does not send its body in time gets 408 and loses the connection."""
    with serve(body_timeout=1) as client:
        received = _send_raw(client, b"POST /v1/moderate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

    assert received.startswith(b"HTTP/1.1 408 ")
    assert b"/docs#body-too-slow" in received


def test_client_that_goes_away_causes_no_warning(client: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    """A connection that ends in the middle of a body is no error of the service."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
        connection.sendall(b"POST /v1/moderate HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

    assert client.get("/healthz").status_code == 200
    assert [record for record in caplog.records if record.levelno >= logging.WARNING] == []
