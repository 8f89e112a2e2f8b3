"""What holds for every address: problem documents, documentation, silence about texts."""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from fastapi import FastAPI

from service.http.app import create_app
from service.http.problems import ProblemKind
from service.http.routes.api_docs import page
from service.settings import Settings, read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]

SECRET = "xyzzy-plugh-frotz"
HOSTILE = "<script>alert(1)</script>\"'&`<b>`"


@pytest.mark.parametrize(
    ("method", "path", "status", "title"),
    [
        ("GET", "/nowhere", 404, "Not Found"),
        ("GET", f"/{SECRET}?{SECRET}", 404, "Not Found"),
        ("POST", "/v1/moderate/", 404, "Not Found"),
        ("GET", "/v1/moderate", 405, "Method Not Allowed"),
        ("DELETE", "/healthz", 405, "Method Not Allowed"),
    ],
)
def test_wrong_addresses_are_problems_too(client: httpx.Client, method: str, path: str, status: int, title: str) -> None:
    """An unknown address or method is a problem document that does not quote the address."""
    response = client.request(method, path)

    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert {key: response.json()[key] for key in ("type", "title", "status")} == {"type": "about:blank", "title": title, "status": status}
    assert SECRET not in response.text
    assert ("allow" in response.headers) == (status == 405)


def test_our_own_mistakes_give_nothing_away(
    running: Running, settings: Settings, moderator: "Moderator", caplog: pytest.LogCaptureFixture
) -> None:
    """A fault of the service is a 500 problem document; answer and log hold no value, the log says where it was."""
    app = create_app(settings, load=lambda _: moderator)

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError(SECRET)

    @app.get("/typed")
    async def typed(number: int) -> None: ...

    with running(app) as client:
        response = client.get("/boom")
        wrong = client.get("/typed", params={"number": SECRET})

    assert (response.status_code, response.json()["type"]) == (500, "/docs#internal")
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "query.number")
    assert SECRET not in response.text + wrong.text
    logged = [record.getMessage() for record in caplog.records if record.name == "tipstaff.http" and record.levelno == logging.ERROR]
    assert len(logged) == 1
    assert logged[0].startswith("RuntimeError in GET /boom\n")
    assert "in boom" in logged[0]
    own = (record for record in caplog.records if not record.name.startswith(("httpx", "httpcore")))
    assert not any(SECRET in record.getMessage() or record.exc_info for record in own)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if "$ref" in node:
            yield node["$ref"]
        for inner in node.values():
            yield from _references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def test_the_openapi_document_is_whole(client: httpx.Client, app: FastAPI) -> None:
    """The document lists our addresses, and everything that it refers to is in it."""
    document = client.get("/openapi.json").json()

    assert document == app.openapi()
    assert {"/v1/moderate", "/healthz", "/readyz", "/v1/model"} <= set(document["paths"])
    references = set(_references(document))
    assert references
    assert references <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert document["components"]["schemas"]["ModerateRequest"]["properties"]["comments"]["maxItems"] == 20


class _Page(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.ids += [value or "" for name, value in attrs if name == "id"]
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_the_documentation_needs_no_other_host(client: httpx.Client) -> None:
    """/docs is one page without scripts or anything from elsewhere; each type of problem and each link has its place."""
    response = client.get("/docs")

    read = _Page(response.text)
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["content-security-policy"].startswith("default-src 'none'")
    assert not {"script", "img", "iframe", "link", "form"} & set(read.tags)
    assert len(read.ids) == len(set(read.ids))
    assert {kind.code for kind in ProblemKind} | {"comment-too-long", "comment-empty"} <= set(read.ids)
    assert {link.removeprefix("#") for link in read.links if link.startswith("#")} <= set(read.ids)
    assert {link for link in read.links if not link.startswith("#")} == {"openapi.json"}
    for path in ("/v1/moderate", "/healthz", "/readyz", "/v1/model"):
        assert path in response.text


def test_the_documentation_escapes_everything() -> None:
    """Nothing in an OpenAPI document can become mark-up of the page."""
    schema = {"title": HOSTILE, "description": HOSTILE, "properties": {HOSTILE: {"type": HOSTILE, "description": HOSTILE}}}
    content = {HOSTILE: {"schema": {"$ref": f"#/components/schemas/{HOSTILE}"}, "example": {HOSTILE: HOSTILE}}}
    operation = {
        "operationId": HOSTILE,
        "summary": HOSTILE,
        "description": HOSTILE,
        "requestBody": {"content": content},
        "responses": {HOSTILE: {"description": HOSTILE, "content": content}},
    }
    document = {
        "info": {"title": HOSTILE, "version": HOSTILE, "description": HOSTILE},
        "paths": {HOSTILE: {HOSTILE: operation}},
        "components": {"schemas": {HOSTILE: schema, "E": {"enum": [HOSTILE]}}},
    }

    tags = _Page(page(document)).tags

    assert "script" not in tags
    assert "b" not in tags


@pytest.mark.parametrize(
    ("origins", "allowed"), [("", None), ("https://forum.example, http://localhost:3000", "https://forum.example"), ("*", "*")]
)
def test_scripts_of_other_origins(running: Running, moderator: "Moderator", tmp_path: Path, origins: str, allowed: str | None) -> None:
    """Scripts of web pages may call from the origins that are set, from none by default."""
    ask = {"Origin": "https://forum.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    with running(create_app(read_settings(data_dir=tmp_path, cors_origins=origins), load=lambda _: moderator)) as client:
        asked = client.options("/v1/moderate", headers=ask)
        answered = client.get("/healthz", headers={"Origin": "https://forum.example"})
        stranger = client.get("/healthz", headers={"Origin": "https://stranger.example"})

    assert asked.headers.get("access-control-allow-origin") == allowed
    assert answered.headers.get("access-control-allow-origin") == allowed
    assert stranger.headers.get("access-control-allow-origin") == (allowed if allowed == "*" else None)
