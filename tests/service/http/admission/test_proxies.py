"""Callers behind a trusted proxy."""

import asyncio
from typing import Any

import pytest

from service.http.admission.proxies import TrustedProxies, came_through_proxy
from service.settings import read_settings


def _pass_through(proxies: str, peer: tuple[str, int] | None, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    """Return the scope of a call as the app sees it."""
    seen: list[Any] = []

    async def app(scope: Any, _receive: Any, _send: Any) -> None:
        seen.append(scope)

    scope = {"type": "http", "client": peer, "scheme": "http", "headers": headers}
    asyncio.run(TrustedProxies(app, settings=read_settings(trusted_proxies=proxies))(scope, None, None))  # type: ignore[arg-type]
    return dict(seen[0])


FORWARDED = [(b"x-forwarded-for", b"192.0.2.7"), (b"x-forwarded-proto", b"https")]


@pytest.mark.parametrize(
    ("proxies", "peer", "is_trusted"),
    [
        ("127.0.0.1", "127.0.0.1", True),
        # As a service that listens on :: sees a caller by IPv4.
        ("127.0.0.1", "::ffff:127.0.0.1", True),
        ("10.0.0.0/8,::1", "10.9.8.7", True),
        ("10.0.0.0/8,::1", "::1", True),
        ("*", "192.0.2.1", True),
        ("127.0.0.1", "127.0.0.2", False),
        ("10.0.0.0/8", "::ffff:11.0.0.1", False),
    ],
)
def test_caller_behind_a_proxy(proxies: str, peer: str, is_trusted: bool) -> None:
    """A trusted proxy says who calls and by which scheme; whoever else says so is the caller."""
    scope = _pass_through(proxies, (peer, 1234), FORWARDED)

    assert came_through_proxy(scope) == is_trusted
    assert (scope["client"][0], scope["scheme"]) == (("192.0.2.7", "https") if is_trusted else (peer.removeprefix("::ffff:"), "http"))


def test_call_without_a_proxy() -> None:
    """A call whose caller is unknown came through no proxy, and neither did one of a service that trusts none."""
    assert not came_through_proxy(_pass_through("127.0.0.1", None, FORWARDED))
    assert not came_through_proxy({"type": "http"})
