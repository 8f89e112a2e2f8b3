"""Answers to what is not a call yet."""

import json

import pytest

from service.http.connection.refusals import (
    head_too_large,
    not_http,
    render_refusal,
    target_too_long,
    too_many_connections,
    too_many_headers,
)
from service.http.problems import ProblemError
from service.http.responses import PROTECTION


@pytest.mark.parametrize(
    ("problem", "status"),
    [
        (not_http("It has no header Host."), 400),
        (target_too_long(8192), 414),
        (head_too_large(32_768), 431),
        (too_many_headers(100), 431),
        (too_many_connections(), 503),
    ],
)
def test_refusals_are_problem_documents(problem: ProblemError, status: int) -> None:
    """Each refusal is a whole answer with a problem document, an id and the news that the connection ends, protected as others are."""
    head, _, body = render_refusal(problem.response(), is_encrypted=False).partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)

    assert first.startswith(f"HTTP/1.1 {status} ")
    assert json.loads(body)["status"] == status
    assert headers["content-length"] == str(len(body))
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert {name: headers[name.decode()].encode() for name, _ in PROTECTION} == dict(PROTECTION)
    assert headers["x-request-id"]
    assert ("retry-after" in headers) == (status == 503)
