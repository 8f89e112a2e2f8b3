"""What web pages may not do, over real sockets, with the headers that browsers send."""

import json
import logging
import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from prometheus_client.parser import text_string_to_metric_families

from service.http.app import create_app
from service.http.dialects.dialect import Dialect
from service.http.dialects.known_dialects import DIALECTS
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings, read_settings
from service.store.store import Store

if TYPE_CHECKING:
    from model.moderator import Moderator

Serve = Callable[..., AbstractContextManager[httpx.Client]]
Running = Callable[..., AbstractContextManager[httpx.Client]]

OPERATE = Path(__file__).parents[4] / "docs/operate.md"
EVIL = "http://evil.example"
FORUM = "https://forum.example"
CALL = {"comments": [{"id": "1", "text": "Good morning"}]}
RULING = {"comment": {"text": "have a nice day"}, "attributeScores": {"TOXICITY": {"summaryScore": {"value": 1}}}}
FORM = {"blog": "http://x", "user_ip": "1.2.3.4", "comment_content": "you are great"}
WRITES: dict[str, dict[str, Any]] = {
    "/v1/moderate": {"json": CALL},
    "/v1alpha1/comments:suggestscore": {"json": RULING},
    "/1.1/submit-spam": {"data": FORM},
}
PAGES = {
    "form": {"Origin": EVIL, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},
    "old browser": {"Origin": EVIL},
    "sandbox": {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    "other port": {"Origin": "http://127.0.0.1:1", "Sec-Fetch-Site": "same-site"},
    "no origin": {"Sec-Fetch-Site": "cross-site"},
    "neighbour": {"Sec-Fetch-Site": "same-site"},
    "liar": {"Origin": EVIL, "Sec-Fetch-Site": "same-origin"},
    "forwarded": {"Origin": EVIL, "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-For": "127.0.0.1"},
}


def _routes(app: FastAPI) -> list[tuple[str, str]]:
    """Return method and path of every route that judges, writes or needs a key, with the parameters of its path filled in."""
    routes = [route for route in app.routes if isinstance(route, APIRoute)]
    return [
        (method, route.path.replace("{callback}", "user_may_invite"))
        for route in routes
        for method in route.methods or ()
        if method not in {"GET", "HEAD"} or (route.openapi_extra or {}).get("security")
    ]


ROUTES = _routes(create_app(Settings()))


def _dialect(path: str) -> Dialect | None:
    """Return the dialect of a path."""
    places = {"/v1alpha1": "perspective", "/batch": "perspective", "/v1/moderations": "openai", "/coral": "coral", "/api": "detoxify"}
    places |= {"/synapse": "synapse", "/1.1": "akismet", "/1.2": "akismet", "/discourse": "discourse"}
    name = next((name for start, name in places.items() if path.startswith(start)), None)
    return next((dialect for dialect in DIALECTS if dialect.name == name), None)


def _refusal(path: str, kind: ProblemKind, detail: str) -> tuple[int, str | None, bytes]:
    """Return status, content type and body with which a call to a path is refused."""
    problem, dialect = ProblemError(kind, detail), _dialect(path)
    response = problem.response() if dialect is None else dialect.refuse(problem)
    return response.status_code, response.headers.get("content-type"), bytes(response.body)


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service that needs no key, with the limits of this module."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), cors_origins=FORUM)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


def test_list_of_routes_is_whole() -> None:
    """Every protocol that there is has a route among those that are attacked here, and so have we and the metrics."""
    assert {dialect.name for dialect in DIALECTS} == {dialect.name for _, path in ROUTES if (dialect := _dialect(path)) is not None}
    assert {("POST", "/v1/moderate"), ("GET", "/metrics"), ("POST", "/synapse/user_may_invite")} <= set(ROUTES)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_foreign_page_is_refused_everywhere(service: httpx.Client, method: str, path: str) -> None:
    """On every route that judges, writes or needs a key a foreign page is refused, in the protocol of the route."""
    for headers in PAGES.values():
        answer = service.request(method, path, content=b"{}", headers=headers | {"Content-Type": "application/json"})

        assert answer.status_code == 403
        detail = "Web pages of this origin may not call."
        status, content_type, body = _refusal(path, ProblemKind.FOREIGN_ORIGIN, detail)
        assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
        assert body.split(detail.encode())[0] == answer.content.split(detail.encode())[0]
        assert not [name for name in answer.headers if name.startswith("access-control-allow")]


def test_nothing_is_judged_or_stored(serve: Serve, store: Store) -> None:
    """Of what foreign pages send nothing is judged or stored; the refusals are counted under their routes and protocols."""
    with serve() as client:
        for path, body in WRITES.items():
            answers = [client.post(path, headers=headers, **body) for headers in PAGES.values()]
            answers.append(client.post(path, headers={"Host": "evil.example"}, **body))
            assert [answer.status_code for answer in answers] == [403] * len(answers)
        # As an image or a script asks, which names no origin; nothing is behind these addresses but what needs POST.
        assert [client.get(path, headers=PAGES["no origin"]).status_code for path in WRITES] == [405] * 3
        page = client.get("/metrics").text
        samples = [sample for family in text_string_to_metric_families(page) for sample in family.samples]
        rulings = store.rulings.count()
        # The same without the headers of a browser: that these calls would do something otherwise.
        assert [client.post(path, **body).status_code for path, body in WRITES.items()] == [200] * 3
        assert (rulings, store.rulings.count()) == (0, 2)

    counts = {
        (sample.labels["route"], sample.labels["dialect"]): sample.value for sample in samples if sample.labels.get("status") == "403"
    }
    calls = len(PAGES) + 1
    assert counts == {
        ("/v1/moderate", "tipstaff"): calls,
        ("/v1alpha1/comments:suggestscore", "perspective"): calls,
        ("/1.1/submit-spam", "akismet"): calls,
    }
    assert sum(sample.value for sample in samples if sample.name == "tipstaff_comments_total") == 0


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/v1/model", "/docs", "/openapi.json", "/health", "/$discovery/rest"])
def test_what_any_page_may_link_to(service: httpx.Client, path: str) -> None:
    """What needs no key may be opened from any page, but under a name that the service has."""
    opened = service.get(path, headers={"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"})
    foreign = service.get(path, headers={"Host": "evil.example"})

    assert opened.status_code == 200
    assert opened.headers["cross-origin-resource-policy"] == "same-origin"
    assert foreign.status_code == 403


def test_pages_that_may_call(service: httpx.Client) -> None:
    """The service's own pages and those of the origins in the settings call as before, and may read the answers."""
    own = f"http://{service.base_url.host}:{service.base_url.port}"
    for path, body in WRITES.items():
        answers = [
            service.post(path, **body),
            service.post(path, headers={"Origin": own, "Sec-Fetch-Site": "same-origin"}, **body),
            service.post(path, headers={"Sec-Fetch-Site": "none"}, **body),
            service.post(path, headers={"Origin": FORUM, "Sec-Fetch-Site": "cross-site"}, **body),
        ]
        assert [answer.status_code for answer in answers] == [200] * 4
        assert answers[-1].headers["access-control-allow-origin"] == FORUM


@pytest.mark.parametrize("headers", [{"Origin": FORUM}, {"Sec-Fetch-Site": "same-origin"}])
def test_page_has_to_name_the_type_of_a_body(service: httpx.Client, headers: dict[str, str]) -> None:
    """A page that may call has to say what it sends; clients that are no browser need not."""
    body = json.dumps(RULING).encode()
    path = "/v1alpha1/comments:suggestscore"

    refused = [
        service.post(path, content=body, headers=headers | kind) for kind in ({}, {"Content-Type": ""}, {"Content-Type": "text/plain"})
    ]

    assert [answer.json()["error"]["status"] for answer in refused] == ["INVALID_ARGUMENT"] * 3
    assert service.post("/v1/moderate", content=json.dumps(CALL).encode(), headers=headers).status_code == 415
    assert service.post(path, content=body).status_code == 200
    assert service.post("/v1/moderate", content=json.dumps(CALL).encode()).status_code == 200


def test_advice_for_operators(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    """A refusal says which settings let the caller in, and the log says so at the first of its kind, without the caller's words."""
    with caplog.at_level(logging.WARNING, "tipstaff.http"), serve() as client:
        hosts = [client.post("/v1/moderate", json=CALL, headers={"Host": "tipstaff.example.org"}) for _ in range(3)]
        origins = [client.post("/v1/moderate", json=CALL, headers={"Origin": FORUM}) for _ in range(3)]

    assert hosts[0].json()["type"] == "/docs#foreign-host"
    assert all(name in hosts[0].json()["detail"] for name in ("TIPSTAFF_ALLOWED_HOSTS", "TIPSTAFF_TRUSTED_PROXIES"))
    assert origins[0].json()["type"] == "/docs#foreign-origin"
    assert "TIPSTAFF_CORS_ORIGINS" in origins[0].json()["detail"]
    messages = [record.getMessage() for record in caplog.records]
    assert [next(name for name in ("ALLOWED_HOSTS", "CORS_ORIGINS") if name in message) for message in messages] == [
        "ALLOWED_HOSTS",
        "CORS_ORIGINS",
    ]
    assert "example" not in "".join(messages)


def test_any_host_of_a_trusted_proxy(serve: Serve) -> None:
    """A trusted proxy may pass on calls to any host; its own page's calls are known by host and scheme, others' are refused."""
    forwarded = {"Host": "tipstaff.example.org", "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    with serve(trusted_proxies="127.0.0.1", open=True) as client:

        def status(**headers: str) -> int:
            return client.post("/v1/moderate", json=CALL, headers=forwarded | headers).status_code

        assert status() == 200
        assert status(Origin="https://tipstaff.example.org") == 200
        assert [status(Origin=origin) for origin in ("http://tipstaff.example.org", "https://tipstaff.example.org:8443", EVIL)] == [403] * 3
        assert status(Origin=EVIL, **{"X-Forwarded-Host": "evil.example"}) == 403
    with serve(trusted_proxies="192.0.2.1", open=True) as client:
        assert status() == 403
    with serve(allowed_hosts="tipstaff.example.org") as client:
        assert status() == 200
        assert status(Host="other.example.org") == 403


@pytest.mark.parametrize("setting", ["trusted_proxies", "allowed_hosts"])
def test_recipe_for_a_proxy(serve: Serve, setting: str) -> None:
    """Through the proxy of the page for operators the service answers with either of the settings that the page names, and not without."""
    recipe = OPERATE.read_text(encoding="utf-8").partition("```nginx\n")[2].partition("\n## ")[0]
    name = re.search(r"server_name (\S+);", recipe)
    value = re.search(rf"TIPSTAFF_{setting.upper()}=(\S+)", recipe)
    assert name is not None
    assert value is not None
    assert "proxy_set_header Host $http_host;" in recipe
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in recipe
    headers = {"Host": name[1], "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    page = {"Origin": f"https://{name[1]}", "Sec-Fetch-Site": "same-origin"}

    with serve(open=True, **{setting: value[1]}) as client:
        assert [client.post("/v1/moderate", json=CALL, headers=headers | more).status_code for more in ({}, page, {"Origin": EVIL})] == [
            200,
            200,
            403,
        ]
    with serve(open=True) as client:
        assert client.post("/v1/moderate", json=CALL, headers=headers).status_code == 403


def test_paths_of_communities(running: Running, moderator: "Moderator", tmp_path: Path) -> None:
    """An address of a community is guarded as the address without it, in the same protocol."""
    communities = tmp_path / "communities.toml"
    communities.write_text('[community.garden]\npolicy = "default"\n', encoding="utf-8")
    with running(create_app(read_settings(data_dir=tmp_path, communities=communities), load=lambda _: moderator)) as client:
        answers = [client.post(f"/c/garden{path}", headers=PAGES["form"], **body) for path, body in WRITES.items()]
        metrics = client.get("/c/garden/metrics", headers=PAGES["no origin"])

    assert [answer.status_code for answer in (*answers, metrics)] == [403] * 4
    assert answers[1].json()["error"]["status"] == "PERMISSION_DENIED"


def _answer(client: httpx.Client, head: str) -> bytes:
    """Return the first line of the answer to a request that a client of ours would not send."""
    with socket.create_connection((client.base_url.host, client.base_url.port or 0), timeout=30) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode("latin-1"))
        return connection.makefile("rb").readline().strip()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("GET /healthz HTTP/1.1\nHost: 127.0.0.1\n\n", b"200"),
        ("GET /healthz HTTP/1.1\nHOST:\tLocalhost.:99 \n\n", b"200"),
        # Health checks of old load balancers.
        ("GET /healthz HTTP/1.0\n\n", b"200"),
        ("GET /healthz HTTP/1.0\nHost: evil.example\n\n", b"403"),
        ("GET /healthz HTTP/1.1\nHost: evil.example\n\n", b"403"),
        ("GET /healthz HTTP/1.1\nHost: user@127.0.0.1\n\n", b"403"),
        ("GET /healthz HTTP/1.1\nHost:\n\n", b"403"),
        ("GET /nowhere HTTP/1.1\nHost: evil.example\n\n", b"403"),
        ("OPTIONS /v1/moderate HTTP/1.1\nHost: evil.example\n\n", b"403"),
        ("GET /healthz HTTP/1.1\nHost: evil.example\nX-Forwarded-Host: 127.0.0.1\nForwarded: host=127.0.0.1\n\n", b"403"),
        (
            "POST /v1/moderate HTTP/1.1\nHost: 127.0.0.1\nOrigin: http://evil.example\nOrigin: http://127.0.0.1\nContent-Length: 0\n\n",
            b"403",
        ),
        ("POST /v1/moderate HTTP/1.1\nHost: 127.0.0.1\nOrigin:\nContent-Length: 0\n\n", b"403"),
        ("DELETE /v1/moderate HTTP/1.1\nHost: 127.0.0.1\nSec-Fetch-Site: cross-site\n\n", b"403"),
        # The host in the first line comes before the header, so both have to be right.
        ("GET http://127.0.0.1/healthz HTTP/1.1\nHost: 127.0.0.1\n\n", b"200"),
        ("GET http://evil.example/healthz HTTP/1.1\nHost: 127.0.0.1\n\n", b"403"),
        ("GET http://127.0.0.1/healthz HTTP/1.1\nHost: evil.example\n\n", b"403"),
        ("GET HTTP://evil.example:8000/healthz?x HTTP/1.0\n\n", b"403"),
        ("GET http://127.0.0.1@evil.example/healthz HTTP/1.1\nHost: 127.0.0.1\n\n", b"403"),
        ("POST http://evil.example/v1/moderate HTTP/1.1\nHost: evil.example\nOrigin: http://evil.example\nContent-Length: 0\n\n", b"403"),
        # Refused before the body: nothing of it was sent.
        ("POST /v1/moderate HTTP/1.1\nHost: 127.0.0.1\nOrigin: http://evil.example\nContent-Length: 4000000\n\n", b"403"),
    ],
)
def test_heads_that_only_attackers_send(service: httpx.Client, head: str, status: bytes) -> None:
    """The service is called by its own names alone, however a request names others beside them."""
    assert _answer(service, head).split(b" ")[1] == status
