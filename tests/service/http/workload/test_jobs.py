"""Large calls that are judged in threads, over real sockets: of clients that wait, of clients that leave, and of several at once."""

import copy
import json
import os
import re
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from tests.waiting import wait_until

if TYPE_CHECKING:
    from model.moderator import Moderator

Serve = Callable[..., AbstractContextManager[httpx.Client]]

_THREADS = os.cpu_count() or 1
_RULING = {"comment": {"text": "you idiot"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
_COMMENTS = 2
# A fine text, so that the n-grams alone are asked about a single comment of it.
_FINE = "Good morning to all of you, and thank you for the lovely pictures"


class PausedExplanations:
    """A moderator that explains nothing before it is released, and counts what it explains.

    Attributes:
        released: set it, and the moderator explains.
        order: the id of the first comment of each call that is explained, in the order in which they began.
        explained: how many comments were explained, or begun.
    """

    def __init__(self, moderator: "Moderator") -> None:
        self.warm = moderator.warm
        self._moderator = copy.copy(moderator)
        self._explain = moderator._explain
        self._moderator._explain = self._explain_paused
        self.released = threading.Event()
        self.order: list[str] = []
        self.explained = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._moderator, name)

    def decide(self, comments: Sequence[Any], **options: Any) -> Any:
        if options.get("explain"):
            self.order.append(comments[0].id)
        return self._moderator.decide(comments, **options)

    def _explain_paused(self, *arguments: Any, **options: Any) -> Any:
        self.explained += 1
        assert self.released.wait(120)
        return self._explain(*arguments, **options)


@pytest.fixture
def paused(moderator: "Moderator") -> Iterator[PausedExplanations]:
    """The shipped model, whose explanations are paused; they are released at the latest when the test ends."""
    paused = PausedExplanations(moderator)
    yield paused
    paused.released.set()


def _message(name: str) -> dict[str, Any]:
    comments = [{"id": name, "text": "you pathetic idiot, " * 10} for _ in range(_COMMENTS)]
    return {"comments": comments, "explain": True}


def _send(client: httpx.Client, path: str, message: object) -> socket.socket:
    """Send a call, and return its connection without waiting for the answer."""
    connection = socket.create_connection((client.base_url.host, client.base_url.port or 80))
    body = json.dumps(message).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: {client.base_url.host}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)
    return connection


def _metric(client: httpx.Client, name: str) -> float:
    match = re.search(rf"^{re.escape(name)} (.*)$", client.get("/metrics").text, re.MULTILINE)
    return float(match[1]) if match else 0.0


def _wait_for_metric(client: httpx.Client, name: str, value: float) -> None:
    wait_until(lambda: _metric(client, name) == value, what=f"{name} is {value:g}")


def test_what_nobody_waits_for_is_not_done(serve: Serve, paused: PausedExplanations) -> None:
    """Clients that leave have their calls cancelled: those that wait never begin, those that have begun end with their next step.

    Meanwhile rulings, forms, small calls and metrics are answered, although every thread that judges is busy.
    """
    count = 4 * _THREADS
    with serve(paused, queue_ms=5000, max_explained_bytes=100_000) as client:
        with ExitStack() as connections:
            for number in range(count):
                connections.enter_context(_send(client, "/v1/moderate", _message(str(number))))
            _wait_for_metric(client, "tipstaff_large_waiting", count)
        _wait_for_metric(client, 'tipstaff_cancelled_judging_total{reason="left"}', count)

        small = {"comments": [{"id": "1", "text": _FINE}]}
        form = {"blog": "http://b", "user_ip": "192.0.2.1", "comment_content": "buy this " * 20_000}
        # A ruling is kept in any case; until the deadline it waits for what the model says.
        ruling = client.post("/v1alpha1/comments:suggestscore", json=_RULING, headers={"X-Request-Timeout": "1"})
        assert ruling.status_code == 200
        assert client.post("/v1/moderate", json=small).status_code == 200
        assert client.post("/1.1/submit-spam", data=form | {"is_test": "1"}).status_code in {200, 400}
        begun = paused.explained
        paused.released.set()
        large = client.post("/v1/moderate", json=_message("large"))

    assert large.status_code == 200
    assert begun <= _THREADS
    assert paused.explained == begun + _COMMENTS
    assert len(paused.order) <= _THREADS + 1


def test_calls_of_a_batch_end_with_their_client(serve: Serve, paused: PausedExplanations) -> None:
    """When a client leaves in the middle of one of Perspective's batches, the call in progress is cancelled; no other begins."""
    analyze = {"comment": {"text": "You idiot. " * 90}, "requestedAttributes": {"TOXICITY": {}}, "spanAnnotations": True}
    inner_head = "POST /v1alpha1/comments:analyze HTTP/1.1\r\nContent-Type: application/json"
    part = f"--b\r\nContent-Type: application/http\r\n\r\n{inner_head}\r\n\r\n{json.dumps(analyze)}\r\n"
    body = (part * 3 + "--b--").encode()
    head = f"POST /batch HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/mixed; boundary=b\r\nContent-Length: {len(body)}\r\n\r\n"
    blocked = threading.Event()
    decide = paused._moderator.decide

    def decide_late(*arguments: Any, **options: Any) -> Any:
        paused.order.append("batch")
        assert blocked.wait(120)
        return decide(*arguments, **options)

    paused._moderator.decide = decide_late  # type: ignore[method-assign]
    with serve(paused) as client:
        with socket.create_connection((client.base_url.host, client.base_url.port or 80)) as connection:
            connection.sendall(head.encode() + body)
            _wait_for_metric(client, "tipstaff_large_waiting", 1)
        _wait_for_metric(client, 'tipstaff_cancelled_judging_total{reason="left"}', 1)
        blocked.set()
        wait_until(lambda: _metric(client, "tipstaff_in_progress") <= 1, what="at most the call for the metrics is in progress")

    assert paused.order == ["batch"]


def _call_from(address: str, client: httpx.Client, message: dict[str, Any]) -> httpx.Response:
    with httpx.Client(base_url=client.base_url, transport=httpx.HTTPTransport(local_address=address), timeout=120) as caller:
        return caller.post("/v1/moderate", json=message)


def test_callers_share_the_threads(serve: Serve, paused: PausedExplanations) -> None:
    """A large call from another address begins before most of those that a caller has waiting already."""
    count = 4 * _THREADS
    with serve(paused, queue_ms=5000, max_explained_bytes=100_000) as client, ThreadPoolExecutor(count + 1) as pool:
        greedy = [pool.submit(_call_from, "127.0.0.1", client, _message(str(number))) for number in range(count)]
        _wait_for_metric(client, "tipstaff_large_waiting", count)
        other = pool.submit(_call_from, "127.0.0.2", client, _message("other"))
        _wait_for_metric(client, "tipstaff_large_waiting", count + 1)
        paused.released.set()
        statuses = {call.result().status_code for call in [*greedy, other]}

    assert statuses == {200}
    assert paused.order.index("other") <= 2 * _THREADS


def test_the_service_has_a_deadline_of_its_own(serve: Serve, paused: PausedExplanations) -> None:
    """A call that is not judged in the time that the service allows is answered 504, whatever it allows itself; its work is cancelled."""
    with serve(paused, judging_timeout=1, max_explained_bytes=100_000) as client:
        answer = client.post("/v1/moderate", json=_message("1"), headers={"X-Request-Timeout": "3600"})
        cancelled = _metric(client, 'tipstaff_cancelled_judging_total{reason="deadline"}')

    assert (answer.status_code, answer.json()["type"]) == (504, "/docs#deadline")
    assert "in the 1 s that this service allows" in answer.json()["detail"]
    assert cancelled >= 1
