"""What is refused without an endpoint is refused in the form of the protocol to whose addresses the call was made."""

import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.responses import PlainTextResponse

from service.http.dialects.known_dialects import DIALECTS
from service.http.problems import ProblemError, ProblemKind
from service.http.refusal_forms import OwnPaths, Refusals

Serve = Callable[..., Any]
SECRET = "xyzzy-plugh-frotz"
GOOGLE, OPENAI, DETOXIFY, PROBLEM = ("error", "status"), ("error", "type"), ("error",), ("status",)
OWN = (
    *(("GET", "/v1alpha1/comments:analyze", 405, GOOGLE), ("POST", "/v1alpha1/comments:invent", 404, GOOGLE)),
    *(("POST", "/v1alpha1/comments%3Ainvent", 404, GOOGLE), ("PUT", "/$discovery/rest", 405, GOOGLE), ("GET", "/batch", 405, GOOGLE)),
    *(("POST", "/discovery/v1/apis", 404, GOOGLE), ("DELETE", "/v1alpha1/comments:suggestscore", 405, GOOGLE)),
    *(("GET", "/v1/moderations", 405, OPENAI), ("POST", "/v1/moderations/", 404, OPENAI)),
    *(("GET", "/api/v1/classify", 405, DETOXIFY), ("POST", "/health", 405, DETOXIFY)),
    *(("GET", "/coral/moderate", 405, PROBLEM), ("POST", "/discourse/none", 404, PROBLEM)),
    *(("POST", "/v1/moderate/", 404, PROBLEM), ("GET", "/v1alpha2/x", 404, PROBLEM), ("GET", "/v1/moderationsx", 404, PROBLEM)),
)


def _has(answer: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if not isinstance(answer, dict) or key not in answer:
            return False
        answer = answer[key]
    return True


@pytest.mark.parametrize(("method", "path", "status", "keys"), OWN)
def test_unknown_addresses_and_methods_are_refused_in_their_form(
    client: httpx.Client, method: str, path: str, status: int, keys: tuple[str, ...]
) -> None:
    """A wrong address or method below those of a protocol is refused in its form, with the methods that there are; ours as a problem."""
    answer = client.request(method, f"{path}?{SECRET}", json={"comment": SECRET})

    assert answer.status_code == status
    assert _has(answer.json(), keys), answer.text
    assert ("allow" in answer.headers) == (status == 405)
    assert SECRET not in answer.text


def test_google_codes_are_those_of_the_status(client: httpx.Client) -> None:
    """In Google's shape the code is the status, and its word the one that Google's clients know."""
    unknown, wrong = client.post("/v1alpha1/comments:invent").json()["error"], client.get("/v1alpha1/comments:analyze").json()["error"]

    assert (unknown["code"], unknown["status"], wrong["code"], wrong["status"]) == (404, "NOT_FOUND", 405, "UNIMPLEMENTED")


@pytest.mark.parametrize("path", ["/synapse/none/such", "/1.1/none"])
def test_refusals_in_plain_text_stay_so(client: httpx.Client, path: str) -> None:
    """Clients that take every JSON for a judgement, or read a word, get plain text for an address that does not exist."""
    answer = client.post(path)

    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (404, "text/plain")


def test_switched_off_protocol_owns_nothing(serve: Serve) -> None:
    """The addresses of a protocol that a site has switched off are like any others."""
    with serve(dialects="none") as client:
        answer = client.post("/v1alpha1/comments:analyze", json={})

    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def _exchange(address: str, request: bytes) -> tuple[int, Any]:
    """Send bytes and return the status and the JSON of the answer."""
    url = httpx.URL(address)
    with socket.create_connection((url.host, url.port or 80), timeout=30) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(65_536):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize(
    ("path", "status", "keys"),
    [("/v1alpha1/comments:analyze", 400, GOOGLE), ("/v1/moderations", 400, OPENAI), ("/v1/moderate", 0, PROBLEM)],
)
def test_what_never_becomes_a_call_is_refused_in_its_form(address: str, path: str, status: int, keys: tuple[str, ...]) -> None:
    """An address or headers that are too long, and a request without a host, are refused as the protocol's clients know it."""
    requests = {
        414: f"POST {path}?key={SECRET * 600} HTTP/1.1\r\nHost: localhost\r\n\r\n",
        431: f"POST {path} HTTP/1.1\r\nHost: localhost\r\nX-Long: {SECRET * 3000}\r\n\r\n",
        400: f"POST {path} HTTP/1.1\r\n\r\n",
    }
    for own_status, request in requests.items():
        answered, content = _exchange(address, request.encode())
        assert answered == (status or own_status)
        assert _has(content, keys), content
        assert SECRET not in json.dumps(content)


def test_every_route_of_a_dialect_is_its_own(app: FastAPI) -> None:
    """Each route of a protocol lies below its own addresses, and no route of ours does."""
    refusals = Refusals([OwnPaths(dialect.name, dialect.paths, dialect.refuse) for dialect in DIALECTS])
    names = {dialect.name for dialect in DIALECTS}
    routes = [route for route in app.routes if isinstance(route, APIRoute)]

    owners = {route.path: owner.dialect if (owner := refusals.find_owner(route.path)) else None for route in routes}
    for route in routes:
        tags = names.intersection(map(str, route.tags))
        if tags or route.include_in_schema:
            assert owners[route.path] == next(iter(tags), None), route.path
    assert set(owners.values()) == names | {None}


def test_faults_are_noted_for_their_protocol() -> None:
    """Who refuses a call notes the protocol in its scope, for the metrics; the path under which the service is found does not matter."""
    refusals = Refusals([OwnPaths("other", ("/other/", "/one"), lambda problem: PlainTextResponse(problem.detail))])
    scope: dict[str, Any] = {"path": "/under/one/two", "root_path": "/under"}

    assert refusals.refuse(ProblemError(ProblemKind.INTERNAL, "why"), scope).body == b"why"
    assert scope["dialect"] == "other"
    owned = [path for path in ("/other/", "/other", "/one", "/ones", "/") if refusals.find_owner(path) is not None]
    assert owned == ["/other/", "/one"]
