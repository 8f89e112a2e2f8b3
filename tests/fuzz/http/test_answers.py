"""An answer is checked against the OpenAPI document, HTTP and the house's own rules."""

from collections.abc import Sequence

import pytest

from fuzz.http.answers import AnswerChecker
from fuzz.http.calls import CANARY
from fuzz.http.connection import Answer
from fuzz.http.mutations import Request
from fuzz.promises import BrokenPromiseError

JSON = ("content-type", "application/json")
CHECKER = AnswerChecker(
    {"paths": {"/v1/moderate": {"post": {"responses": {"200": {}, "422": {}, "500": {}, "503": {}}}}}}, secrets=["a-key"]
)


def request(path: str = "/v1/moderate", *, method: str = "POST", **how: bool) -> Request:
    return Request(method, path, b"", **how)


def answer(status: int, body: bytes = b"{}", headers: Sequence[tuple[str, str]] = (JSON,)) -> Answer:
    return Answer(status, headers, body)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (request(), answer(200)),
        (request("/c/a%20b/v1/moderate"), answer(422)),
        (request("/v1/mod%65rate"), answer(200)),
        (request(), answer(503, headers=[JSON, ("retry-after", "1")])),
        (request(), answer(503, b'{"type":"/docs#not-set-up"}')),
        (request("/none"), answer(404)),
        (request(method="PUT"), answer(405)),
        (request(has_odd_head=True), answer(431)),
        (request(is_framed=False, has_odd_head=True), answer(400, b"no", [("content-type", "text/plain")])),
    ],
)
def test_answers_as_documented_pass(asked: Request, said: Answer) -> None:
    """What is documented for the call, or said of any odd head, is fine."""
    CHECKER.check(asked, said)


@pytest.mark.parametrize(
    ("asked", "said", "promise"),
    [
        (request(), answer(500), "no call is a fault"),
        (request(is_framed=False, has_odd_head=True), answer(500), "no call is a fault"),
        (request(), answer(502), "only documented statuses"),
        (request(), answer(431), "only documented statuses"),
        (request("/none"), answer(422), "only documented statuses"),
        (request(), answer(503), "503 says when"),
        (request(), answer(200, b"{'a'}"), "what is called JSON"),
        (request(), answer(200, b'{"a": Infinity}'), "what is called JSON"),
        (request(), answer(422, b"[]", [("content-type", "application/problem+json")]), "a problem document"),
        (request(), answer(200, CANARY.encode(), []), "no answer holds the text"),
        (request(), answer(200, b"", [("x-debug", CANARY)]), "no answer holds the text"),
        (request(), answer(200, b'"a-key"'), "no answer holds the text"),
        (request(), answer(200, headers=[JSON, ("x-request-id", "1")]), "headers of protection"),
    ],
)
def test_other_answers_are_found(asked: Request, said: Answer, promise: str) -> None:
    """Whatever may not be said breaks the promise that names it."""
    with pytest.raises(BrokenPromiseError, match=promise):
        CHECKER.check(asked, said)
