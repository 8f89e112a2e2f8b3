"""The headers that protect answers, whoever makes them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import httpx
import pytest

from service.http.app import create_app
from service.http.responses import PROTECTION, json_response, protect_headers
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]

CALL = {"comments": [{"id": "1", "text": "Good morning"}]}
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client of a service whose pages of other origins may call, with a small limit of bodies."""
    settings = read_settings(
        data_dir=tmp_path_factory.mktemp("data"), cors_origins="https://forum.example", max_body_bytes=6000, max_comment_bytes=1000
    )
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "headers", "content", "status"),
    [
        ("POST", "/v1/moderate", JSON, b'{"comments": []}', 200),
        ("POST", "/v1/moderate", JSON, b"{", 400),
        ("POST", "/v1/moderate", JSON, b" " * 7000, 413),
        ("POST", "/v1/moderate", {"Content-Type": "text/plain"}, b"{}", 415),
        ("POST", "/v1/moderate", {"Origin": "http://evil.example"}, b"{}", 403),
        ("POST", "/v1/moderate", {"Host": "evil.example"}, b"{}", 403),
        ("OPTIONS", "/v1/moderate", {"Origin": "https://forum.example", "Access-Control-Request-Method": "POST"}, b"", 200),
        ("OPTIONS", "/v1/moderate", {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}, b"", 400),
        ("GET", "/v1/moderate", {}, b"", 405),
        ("GET", "/nowhere", {}, b"", 404),
        ("GET", "/healthz", {}, b"", 200),
        ("HEAD", "/readyz", {}, b"", 200),
        ("GET", "/v1/model", {}, b"", 200),
        ("GET", "/metrics", {}, b"", 200),
        ("GET", "/openapi.json", {}, b"", 200),
        ("GET", "/health", {}, b"", 200),
        ("GET", "/$discovery/rest", {}, b"", 200),
        ("POST", "/v1alpha1/comments:analyze", JSON, b"{}", 400),
        ("POST", "/v1/moderations", JSON, b'{"input": "Good morning"}', 200),
        ("POST", "/coral/moderate", JSON, b'{"comment": {"body": "Good morning"}}', 200),
        ("POST", "/api/v1/classify", JSON, b'{"content": "Good morning"}', 200),
        ("POST", "/synapse/none", JSON, b"{}", 404),
        ("POST", "/1.1/verify-key", {"Content-Type": "application/x-www-form-urlencoded"}, b"key=x", 200),
        ("POST", "/discourse/webhook", JSON, b"{}", 503),
    ],
)
def test_every_answer_is_protected(
    service: httpx.Client, method: str, path: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    """Answers and refusals of every protocol have each protecting header once; none says what serves, or promises HTTPS where it is not."""
    answer = service.request(method, path, headers=headers, content=content)

    assert answer.status_code == status
    assert {name: answer.headers.get_list(name) for name, _ in _protection()} == {name: [value] for name, value in _protection()}
    assert not {"server", "x-powered-by", "strict-transport-security"} & set(answer.headers)


def _protection() -> list[tuple[str, str]]:
    return [(name.decode(), value.decode()) for name, value in PROTECTION]


def test_page_and_its_files_are_protected(service: httpx.Client) -> None:
    """The page has a policy of its own, by which nobody frames it; its files may be kept, since their addresses name their content."""
    page, file, missing = (service.get(path) for path in ("/docs", "/docs/start.js", "/docs/none.js"))
    expected = dict(_protection())

    assert {name: page.headers.get_list(name) for name in expected} == {
        name: [page.headers["content-security-policy"] if name == "content-security-policy" else value] for name, value in expected.items()
    }
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["cross-origin-opener-policy"] == "same-origin"
    assert "camera=()" in page.headers["permissions-policy"]
    kept = expected | {"cache-control": "public, max-age=31536000, immutable"}
    assert {name: file.headers.get_list(name) for name in expected} == {name: [value] for name, value in kept.items()}
    assert {name: missing.headers.get_list(name) for name in expected} == {name: [value] for name, value in expected.items()}


def test_https_is_promised_where_it_is_spoken() -> None:
    """Over HTTPS an answer tells browsers to come back by HTTPS alone."""
    headers = [(b"content-type", b"text/plain"), (b"cache-control", b"max-age=5")]

    plain, encrypted = (protect_headers(headers, is_encrypted=is_encrypted) for is_encrypted in (False, True))

    assert plain[:2] == headers
    assert sorted(name for name, _ in plain) == sorted({b"content-type", *(name for name, _ in PROTECTION)})
    assert set(encrypted) - set(plain) == {(b"strict-transport-security", b"max-age=31536000")}


def test_answer_in_json() -> None:
    """An answer is JSON in UTF-8 with the status and the headers that it is given."""
    response = json_response({"word": "ä"}, status=201, headers={"X-Word": "a"})

    assert (response.status_code, bytes(response.body)) == (201, '{"word":"ä"}'.encode())
    assert (response.headers["content-type"], response.headers["x-word"]) == ("application/json", "a")
