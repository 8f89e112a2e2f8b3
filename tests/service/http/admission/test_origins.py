"""Which web pages may call."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.http.admission.origins import Origins, OwnAddress, parse_origin
from service.http.app import create_app
from service.settings import read_settings

if TYPE_CHECKING:
    from model.moderator import Moderator

Running = Callable[..., AbstractContextManager[httpx.Client]]
Serve = Callable[..., AbstractContextManager[httpx.Client]]

DIRECT = OwnAddress("http", b"127.0.0.1:8000", 8000)
ALLOWED = "https://forum.example"


@pytest.mark.parametrize(
    ("own", "same", "others"),
    [
        (
            DIRECT,
            ["http://127.0.0.1:8000"],
            ["https://127.0.0.1:8000", "http://127.0.0.1:8001", "http://127.0.0.1", "http://localhost:8000"],
        ),
        (OwnAddress("http", b"LOCALHOST:8000", 8000), ["http://localhost:8000"], ["http://localhost", "http://x.localhost:8000"]),
        (OwnAddress("http", b"[::1]:8000", 8000), ["http://[::1]:8000"], ["http://[::2]:8000", "http://127.0.0.1:8000"]),
        (OwnAddress("http", b"localhost", 80), ["http://localhost", "http://localhost:80"], ["https://localhost", "http://localhost:8000"]),
        # Through a proxy that takes HTTPS and does not say so.
        (
            OwnAddress("http", b"t.example", 8000),
            ["https://t.example", "http://t.example"],
            ["https://t.example:8443", "https://u.example"],
        ),
        (OwnAddress("http", b"t.example:8443", 8000), ["https://t.example:8443"], ["https://t.example", "https://t.example:8000"]),
        # Through one that says so, or without one.
        (OwnAddress("https", b"t.example", 8000), ["https://t.example"], ["http://t.example", "https://t.example:8000"]),
        (OwnAddress("https", b"t.example:8443", 8443), ["https://t.example:8443"], ["http://t.example:8443", "https://t.example"]),
        (OwnAddress("http", b"", 8000), [], ["http://", "null", "http://127.0.0.1:8000"]),
    ],
)
def test_own_origin(own: OwnAddress, same: list[str], others: list[str]) -> None:
    """A page has the service's own origin if scheme, host and port are those by which it calls, as far as a proxy tells them."""
    found = {origin: own.is_origin(origin.encode()) for origin in (*same, *others)}

    assert found == dict.fromkeys(same, True) | dict.fromkeys(others, False)


@pytest.mark.parametrize(
    "text",
    [
        *("null", "", "127.0.0.1:8000", "http://", "http:///", "http://127.0.0.1:8000/", "http://127.0.0.1:8000/x", "file://"),
        *("http://127.0.0.1:8000?x", "http://127.0.0.1:8000#x", "http://127.0.0.1:8000?", "http://127.0.0.1:99999999", "http://[::1"),
        *("http://a@127.0.0.1:8000", "http://127.0.0.1:8000, http://evil.example", "http://evil.example\\@127.0.0.1:8000"),
        *("ftp://127.0.0.1:8000", "http://\xe9", " http://127.0.0.1:8000", "http://127.0.0.1:8000\t", "http://127.0.0.1:\t8000"),
    ],
)
def test_text_that_is_no_origin(text: str) -> None:
    """What browsers never send as an origin is none, however much it looks like one, so that nothing is taken for our own."""
    assert parse_origin(text) is None
    assert not Origins(read_settings()).allow([text.encode("latin-1")], [], own=DIRECT)


def test_what_browsers_say_of_a_page() -> None:
    """Our own pages may call, and those in the settings; no others, other ports of this host included. Who says nothing is no page."""
    own, foreign = b"http://127.0.0.1:8000", b"http://evil.example"
    origins = Origins(read_settings(cors_origins="https://Forum.example:443"))

    def allows(origin: bytes | None, site: bytes | None) -> bool:
        return origins.allow([origin] if origin is not None else [], [site] if site is not None else [], own=DIRECT)

    assert all(allows(origin, site) for origin in (None, own) for site in (None, b"same-origin", b"none"))
    assert all(allows(ALLOWED.encode(), site) for site in (None, b"cross-site", b"same-site"))
    assert not any(allows(origin, site) for origin in (None, own) for site in (b"cross-site", b"same-site", b"", b"SAME-ORIGIN", b"?"))
    assert not any(allows(origin, site) for origin in (foreign, b"null", b"") for site in (None, b"same-origin", b"none", b"cross-site"))
    assert not origins.allow([own, own], [], own=DIRECT)
    assert not origins.allow([own], [b"same-origin", b"cross-site"], own=DIRECT)
    assert not origins.allow([ALLOWED.encode(), foreign], [], own=DIRECT)


def test_any_origin_may_be_allowed() -> None:
    """With ``*`` in the settings every page may call, sandboxed ones included."""
    origins = Origins(read_settings(cors_origins="*"))

    assert all(origins.allow([origin], [b"cross-site"], own=DIRECT) for origin in (b"http://evil.example", b"null"))
    # A page that does not say where it comes from does not ask whether it may.
    assert not origins.allow([], [b"cross-site"], own=DIRECT)


@given(st.text(max_size=30) | st.text("htps:/127.0@[]#?", max_size=30))
def test_any_text_is_an_origin_or_none(text: str) -> None:
    """Whatever a header holds, it is an origin that can be written and read again, or none."""
    origin = parse_origin(text)

    assert origin is None or parse_origin(str(origin)) == origin


@pytest.mark.parametrize(("origin", "is_allowed"), [(ALLOWED, True), ("https://stranger.example", False), ("null", False)])
def test_preflight(serve: Serve, origin: str, is_allowed: bool) -> None:
    """A page that may call learns so, also where it wants to reach a private network; another learns nothing at all."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
        "Access-Control-Request-Private-Network": "true",
    }
    with serve(cors_origins=ALLOWED) as client:
        answer = client.options("/v1/moderate", headers=headers)
    with serve() as client:
        refusal = client.options("/v1/moderate", headers=headers)

    allowance = {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}
    assert answer.is_success == is_allowed
    if is_allowed:
        assert allowance["access-control-allow-origin"] == ALLOWED
        assert allowance["access-control-allow-private-network"] == "true"
    else:
        assert allowance == {}
    assert refusal.status_code == 405
    assert not [name for name in refusal.headers if name.startswith("access-control-")]


def preflight(client: httpx.Client, names: str, *, origin: str = ALLOWED) -> httpx.Response:
    """Ask as a browser does whether a page may make a call with these headers."""
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": names.encode("latin-1")}
    return client.options("/v1/moderations", headers=asked)  # type: ignore[arg-type]


def may_send(answer: httpx.Response, names: str) -> bool:
    """Return whether a browser that gets this answer to its question makes the call."""
    allowed = {name.strip().lower() for name in answer.headers.get("access-control-allow-headers", "").split(",")}
    return answer.is_success and {name.strip() for name in names.split(",")} <= allowed


@pytest.fixture(scope="module")
def calling_page(running: Running, moderator: "Moderator", tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A service whose settings name one origin."""
    settings = read_settings(data_dir=tmp_path_factory.mktemp("data"), cors_origins=ALLOWED)
    with running(create_app(settings, load=lambda _: moderator)) as client:
        yield client


@pytest.mark.parametrize(
    "names",
    [
        "content-type",
        "authorization,content-type,x-request-timeout",
        "x-api-key",
        "x-goog-api-key",
        "content-type,x-goog-api-client,x-goog-api-key,x-goog-api-version,x-goog-user-project",
        "x-clientdetails,x-goog-authuser,x-goog-encode-response-if-executable,x-javascript-user-agent,x-origin,x-referer,x-requested-with",
        "authorization,content-type,openai-beta,openai-organization,openai-project,user-agent,x-stainless-arch,x-stainless-helper-method,"
        "x-stainless-lang,x-stainless-os,x-stainless-package-version,x-stainless-retry-count,x-stainless-runtime,"
        "x-stainless-runtime-version,x-stainless-timeout,x-stainless-of-a-later-version",
        "api-key,content-type,idempotency-key",
        "baggage,sentry-trace,traceparent,tracestate",
        "accept,accept-language,content-language,x-request-id",
    ],
)
def test_headers_of_clients_in_pages_pass(calling_page: httpx.Client, names: str) -> None:
    """A page of an origin in the settings may send what the clients send that it may use; a page of another learns nothing of that."""
    answer = preflight(calling_page, names)
    refusal = preflight(calling_page, names, origin="https://stranger.example")

    assert may_send(answer, names)
    assert set(answer.headers["vary"].split(", ")) >= {"Origin", "Access-Control-Request-Headers"}
    assert int(answer.headers["access-control-max-age"]) > 0
    assert refusal.status_code == 400
    assert not [name for name in refusal.headers if name.startswith("access-control-")]


@pytest.mark.parametrize(
    "names",
    [
        *(
            "x-forwarded-for",
            "cookie",
            "x-stainless",
            "x-stainless-",
            "x-stainless-\xe9",
            "x-stainless-a b",
            "x-stainless-a:b",
            "x-stainless-a\tb",
        ),
        *("xx-stainless-os", "x-goog-" + "a" * 61, "x-stainless-os;x-evil", "content-type,x-evil", "*", "openai"),
        ",".join(f"x-stainless-{number}" for number in range(100)),
    ],
)
def test_other_headers_do_not_pass(calling_page: httpx.Client, names: str) -> None:
    """What no client is known to send does not pass, what is no name of a header neither, nor do hundreds; and none of it is repeated."""
    answer = preflight(calling_page, names)

    assert not may_send(answer, names)
    assert answer.status_code == 400
    assert len(answer.headers["access-control-allow-headers"]) < 4000
    assert not {"x-forwarded-for", "cookie", "x-evil", "*"} & set(answer.headers["access-control-allow-headers"].lower().split(", "))


def test_any_origin_may_send_the_same(serve: Serve) -> None:
    """Where every page may call, every page may send these headers, and no others."""
    with serve(cors_origins="*") as client:
        answer = preflight(client, "content-type,x-stainless-lang", origin="https://stranger.example")
        refusal = preflight(client, "content-type,cookie", origin="https://stranger.example")

    assert answer.headers["access-control-allow-origin"] == "*"
    assert may_send(answer, "content-type,x-stainless-lang")
    assert not may_send(refusal, "content-type,cookie")


def test_page_may_read_what_clients_read(calling_page: httpx.Client) -> None:
    """A page may read the headers by which clients decide whether to try again, and which say what an answer leaves out."""
    answer = calling_page.post("/v1/moderations", json={"input": "Good morning"}, headers={"Origin": ALLOWED})
    exposed = {name.strip().lower() for name in answer.headers["access-control-expose-headers"].split(",")}

    assert answer.status_code == 200
    assert exposed == {
        *("retry-after", "retry-after-ms", "x-should-retry", "www-authenticate", "x-request-id"),
        *("x-tipstaff-model", "x-tipstaff-omitted-attributes", "x-tipstaff-nearest-attributes"),
    }
