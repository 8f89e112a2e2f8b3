"""The web pages whose scripts and forms may call: those of this service itself, and those of origins that the settings name."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from service.http.admission.hosts import Authority, parse_authority
from service.setting_types import split_commas
from service.settings import Settings

__all__ = ["CrossOriginHeaders", "Origin", "Origins", "parse_origin"]

_ANY = "*"
_DEFAULT_PORTS = {"http": 80, "https": 443}
_MAX_LENGTH = 300
_ORIGIN = re.compile(r"(https?)://([!-~]+)")
_OWN_SITES = frozenset({b"same-origin", b"none"})
# What the clients of our own protocol and of the dialects send, in so far as they run in a page: the last five are those of Google's.
_REQUEST_HEADERS = (
    "Api-Key",
    "Authorization",
    "Baggage",
    "Cache-Control",
    "Content-Type",
    "Idempotency-Key",
    "Pragma",
    "Sentry-Trace",
    "Traceparent",
    "Tracestate",
    "User-Agent",
    "X-API-KEY",
    "X-Request-ID",
    "X-Request-Timeout",
    "X-Requested-With",
    "X-ClientDetails",
    "X-JavaScript-User-Agent",
    "X-Origin",
    "X-Referer",
    "X-User-Agent",
)
# The clients of OpenAI and Google have many more of their own, and new ones with every version.
_CLIENT_HEADER = re.compile(r"(openai|x-goog|x-stainless)-[a-z0-9-]{1,60}")
_MAX_REQUESTED_HEADERS = 60
_ANSWER_HEADERS = (
    "Retry-After",
    "Retry-After-Ms",
    "WWW-Authenticate",
    "X-Request-ID",
    "X-Should-Retry",
    "X-Tipstaff-Model",
    "X-Tipstaff-Nearest-Attributes",
    "X-Tipstaff-Omitted-Attributes",
)
_REQUESTED_HEADERS = "access-control-request-headers"
_PREFIX = "access-control-"


class Origin(NamedTuple):
    """Where a web page comes from."""

    scheme: str
    host: str
    port: int

    def __str__(self) -> str:
        """Return the origin as browsers write it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + ("" if self.port == _DEFAULT_PORTS[self.scheme] else f":{self.port}")


def parse_origin(text: str) -> Origin | None:
    """Return an origin such as ``https://forum.example:8443``; None if it is not well-formed, as ``null`` is not."""
    match = _ORIGIN.fullmatch(text) if len(text) <= _MAX_LENGTH else None
    authority = parse_authority(match[2].encode()) if match is not None else None
    if match is None or authority is None:
        return None
    scheme = match[1]
    return Origin(scheme, authority.host, authority.port or _DEFAULT_PORTS[scheme])


def _written_origins(settings: Settings) -> Sequence[str]:
    """Return the origins in the settings as browsers write them."""
    return [str(parse_origin(text) or text) for text in split_commas(settings.cors_origins)]


class Origins:
    """Tells whether the page that makes a call may do so.

    Browsers name the origin of the page in ``Origin`` and how it is related to this service in ``Sec-Fetch-Site``, and no page can
    change that. Other clients send neither; what they do is not a matter of origins.

    Args:
        settings: the origins of other pages that may call.
    """

    def __init__(self, settings: Settings) -> None:
        written = _written_origins(settings)
        self._allows_any = _ANY in written
        self._allowed = frozenset(origin.encode() for origin in written)

    def allow(self, origins: Sequence[bytes], sites: Sequence[bytes], *, own: "OwnAddress") -> bool:
        """Return whether a page may call.

        Args:
            origins: the ``Origin`` headers of the call.
            sites: its ``Sec-Fetch-Site`` headers.
            own: where the call is addressed.
        """
        if len(origins) > 1 or len(sites) > 1:
            return False
        if origins and (self._allows_any or origins[0] in self._allowed):
            return True
        # Another port of this host is another origin: what listens there may be anybody's.
        return all(site in _OWN_SITES for site in sites) and all(own.is_origin(origin) for origin in origins)


class OwnAddress(NamedTuple):
    """Where a call is addressed, as far as this service can know.

    Attributes:
        scheme: the scheme; behind a proxy that does not tell it, that of the connection from the proxy.
        host: the ``Host`` header.
        server_port: the port at which the connection arrived.
    """

    scheme: str
    host: bytes
    server_port: int | None

    def is_origin(self, text: bytes) -> bool:
        """Return whether a page of this origin comes from the address of the call."""
        origin, authority = parse_origin(str(text, "latin-1")), parse_authority(self.host)
        if origin is None or authority is None or origin.host != authority.host:
            return False
        return origin.scheme in self._schemes(authority) and origin.port == (authority.port or _DEFAULT_PORTS[origin.scheme])

    def _schemes(self, authority: Authority) -> Sequence[str]:
        """Return the schemes by which a browser may have called."""
        if self.scheme == "https":
            return ("https",)
        # A call by HTTP that names another port than the one where it arrived came through a proxy, which may take HTTPS.
        is_direct = (authority.port or _DEFAULT_PORTS["http"]) == self.server_port
        return ("http",) if is_direct else ("http", "https")


class CrossOriginHeaders(CORSMiddleware):
    """A middleware that tells browsers that pages of the origins in the settings may call; pages of others are told nothing.

    Args:
        app: the app.
        settings: name the origins.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        super().__init__(
            app,
            allow_origins=_written_origins(settings),
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=_REQUEST_HEADERS,
            expose_headers=_ANSWER_HEADERS,
            # Browsers ask whether a page of the internet may call an address of a private network; an origin that is named may.
            allow_private_network=True,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Answer whether a page may make the call that it intends."""
        names = [name.strip().lower() for name in request_headers.get(_REQUESTED_HEADERS, "").split(",", _MAX_REQUESTED_HEADERS)]
        client_headers = [name for name in names if _CLIENT_HEADER.fullmatch(name)]
        others = [name for name in names if name and not _CLIENT_HEADER.fullmatch(name)]
        kept = {name: value for name, value in request_headers.items() if name != _REQUESTED_HEADERS}
        response = super().preflight_response(Headers(kept | ({_REQUESTED_HEADERS: ",".join(others)} if others else {})))
        if not self.is_allowed_origin(request_headers["origin"]):
            for name in [name for name in response.headers if name.startswith(_PREFIX)]:
                del response.headers[name]
        elif client_headers:
            allowed = [response.headers["access-control-allow-headers"], *dict.fromkeys(client_headers)]
            response.headers["access-control-allow-headers"] = ", ".join(allowed)
        return response
