"""The proxies that are believed about who calls."""

from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from service.http.admission.hosts import normalise_address
from service.settings import Settings

__all__ = ["TrustedProxies", "came_through_proxy"]

_SCOPE_KEY = "tipstaff.proxy"
_MAPPED_PREFIX = "::ffff:"


class TrustedProxies:
    """A middleware that takes the address and the scheme of a caller from the headers of a trusted proxy.

    Args:
        app: the app.
        settings: name the proxies.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._headers: Any = ProxyHeadersMiddleware(app, trusted_hosts=list(settings.proxies))  # type: ignore[arg-type]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on as if its caller had made it without the proxy, and note that it came through one."""
        client = scope.get("client")
        if client is not None:
            if client[0].startswith(_MAPPED_PREFIX):
                # Where the service listens on an IPv6 address for both kinds, callers by IPv4 have such addresses.
                client = scope["client"] = (normalise_address(client[0]) or client[0], client[1])
            scope[_SCOPE_KEY] = client[0] in self._headers.trusted_hosts
        await self._headers(scope, receive, send)


def came_through_proxy(scope: Scope) -> bool:
    """Return whether a trusted proxy passed a call on."""
    return bool(scope.get(_SCOPE_KEY, False))
