"""Headers of chance, as no browser sends them: none of them lets a foreign page in."""

import asyncio
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from service.http.admission.hosts import TARGET_HOST, parse_authority
from service.http.admission.origins import parse_origin
from service.http.admission.page_guard import PageGuard
from service.http.app import create_app
from service.http.state import ServiceState
from service.settings import Settings, read_settings

FORUM = "https://forum.example"
APP = create_app(Settings())
STATE = ServiceState.build(Settings(), metrics_dir=None)

HEADERS = st.lists(
    st.tuples(
        st.sampled_from([b"host", b"origin", b"sec-fetch-site", b"content-type"]),
        st.lists(
            st.sampled_from([b"localhost", b"127.0.0.1", b":8000", b"evil.example", b"http://", b"https://", b"null", b"@", b"[::1]", b"."])
            | st.sampled_from([b"same-origin", b"cross-site", b"none", FORUM.encode(), b"http://localhost:8000", b", ", b"\t"])
            | st.binary(max_size=3),
            max_size=4,
        ).map(b"".join),
    ),
    max_size=5,
)


@given(headers=HEADERS, version=st.sampled_from(["1.0", "1.1"]), target=st.sampled_from([None, b"localhost", b"evil.example:8000", b""]))
def test_no_headers_let_a_foreign_page_in(headers: list[tuple[bytes, bytes]], version: str, target: bytes | None) -> None:
    """However headers are put together, a call that writes passes only with hosts, an origin and a relation to it that are our own."""
    passed: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        passed.append(scope)

    async def send(_message: Any) -> None: ...

    guard = PageGuard(app, settings=read_settings(cors_origins=FORUM))
    scope: dict[str, Any] = {
        "type": "http",
        "http_version": version,
        "method": "POST",
        "path": "/v1/moderate",
        "root_path": "",
        "scheme": "http",
        "state": {"service": STATE},
    }
    scope |= {"server": ("127.0.0.1", 8000), "headers": headers, "app": APP} | ({} if target is None else {TARGET_HOST: target})
    asyncio.run(guard(scope, None, send))  # type: ignore[arg-type]

    if passed:
        hosts, origins, sites = ([value for name, value in headers if name == noted] for noted in (b"host", b"origin", b"sec-fetch-site"))
        assert len(hosts) == 1 or (hosts, version) == ([], "1.0")
        assert all(parsed and parsed.host in {"localhost", "127.0.0.1", "::1"} for parsed in map(parse_authority, hosts))
        assert target in {None, b"localhost"}
        assert max(len(origins), len(sites)) <= 1
        if origins != [FORUM.encode()]:
            assert set(sites) <= {b"same-origin", b"none"}
            own = [parse_authority(host) for host in hosts]
            assert all(parse_origin(str(origin, "latin-1"))[:2] == ("http", own[0].host) for origin in origins)  # type: ignore[index,union-attr]
