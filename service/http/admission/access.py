"""Who may call: whoever has a key for it, and everybody where the service is open."""

import logging
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import Request

from service.http.admission.queue import Queue
from service.http.admission.rate_limits import RateLimits
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings
from service.store.stored_types import Scope

if TYPE_CHECKING:
    from service.store.keyring import KeyRing

__all__ = ["Access", "Caller", "extract_secret", "is_loopback"]

_log = logging.getLogger("tipstaff.http")

_HOW_TO_SEND = "Authorization: Bearer KEY, X-API-KEY: KEY, or key=KEY in the query"
_CHALLENGE = 'Bearer realm="tipstaff"'
# More fields than any dialect's query has; what is beyond is no query of theirs.
_MAX_QUERY_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls.

    Attributes:
        key: the id of the key, None if the service is open and none was given.
        community: whose policy applies, if the key belongs to one.
    """

    key: str | None = None
    community: str | None = None


_ANYBODY = Caller()


def is_loopback(host: str) -> bool:
    """Return whether an address to listen on can be reached from this machine alone."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def extract_secret(request: Request) -> str | None:
    """Return the secret of the key that a call carries in ``Authorization: Bearer``, ``X-API-KEY`` or the query's ``key``.

    The first of these that is there counts; an empty one is none.
    """
    api_key = None
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            kind, _, secret = value.strip().partition(b" ")
            if kind.lower() == b"bearer" and (secret := secret.strip()):
                return str(secret, "latin-1")
        elif name == b"x-api-key":
            api_key = str(value.strip(), "latin-1")
    if api_key:
        return api_key
    query: bytes = request.scope["query_string"]
    return _secret_of_query(query) if b"key=" in query else None


def _secret_of_query(query: bytes) -> str | None:
    try:
        return parse_qs(str(query, "latin-1"), max_num_fields=_MAX_QUERY_FIELDS).get("key", [None])[0]
    except ValueError:
        return None


class Access:
    """Lets calls in; made once for each service, for its event loop's thread.

    A service is open, which means that no key is needed to score and to give feedback, if the settings say so; if they
    say nothing, while it listens on a loopback address, trusts no proxy (others come through it) and no key was ever made.
    As long as no key was ever made, an open service takes whatever key a client brings along: forum software that called
    another service goes on sending its key.

    Args:
        settings: say whether the service is open, and how often who may call.
        waiting: what waits to be judged.
    """

    def __init__(self, settings: Settings, waiting: Queue) -> None:
        self._waiting = waiting
        self._open = settings.open
        self._alone = is_loopback(settings.host) and not settings.proxies
        self._rates = RateLimits.of(settings)
        self._ring: KeyRing | None = None

    def watch(self, ring: "KeyRing") -> None:
        """Take the keys from here from now on; say in the log if that leaves a service that nobody or everybody may call."""
        self._ring = ring
        if not self._is_open(ring) and not ring:
            _log.warning(
                "there is no valid key and this service is not open, so that every call is answered 401: "
                "make a key with `tipstaff keys create NAME`, or set TIPSTAFF_OPEN=true to let everybody in who can reach it"
            )
        elif self._is_open(ring) and not self._alone:
            _log.warning("this service is open: whoever can reach it may call it without a key (TIPSTAFF_OPEN)")

    async def close(self) -> None:
        """Let go of what is open."""
        if self._rates is not None:
            await self._rates.close()

    def _is_open(self, ring: "KeyRing") -> bool:
        return self._alone and not ring.ever if self._open is None else self._open

    async def admit(self, request: Request, *, scope: Scope, secret: str | None, signed: bool) -> Caller:
        """Let a call in.

        Args:
            request: the call; of it only the address counts from which it came.
            scope: what it does; ``admin`` needs a key even where the service is open.
            secret: the key that came with it, if any.
            signed: whether its caller has been proved otherwise, so that no key is needed.

        Raises:
            ProblemError: no key came, or one that is unknown, revoked or not for this; its owner or its address called too
                often; the service is overloaded; or the keys are not read yet.
        """
        self._waiting.enter(request.scope)
        ring = self._ring
        if ring is None:
            raise ProblemError(ProblemKind.NOT_READY, "The keys are being read: try again shortly.", headers={"Retry-After": "1"})
        if self._rates is not None:
            await self._rates.count_address(request.client)
        if signed:
            return _ANYBODY
        if self._is_open(ring) and (secret is None or not ring.ever) and scope is not Scope.ADMIN:
            return _ANYBODY
        if secret is None:
            raise _unauthenticated(ring)
        key = ring.find(secret) or await ring.lookup(secret)
        if key is None:
            raise ProblemError(
                ProblemKind.UNAUTHENTICATED,
                "The key that came with this call is not known here, or was revoked.",
                headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
            )
        if self._rates is not None:
            await self._rates.count_key(key.id)
        if scope not in key.scopes:
            raise _forbidden(scope)
        return Caller(key.id, key.community)


def _forbidden(scope: Scope) -> ProblemError:
    return ProblemError(
        ProblemKind.FORBIDDEN,
        f"This key does not have the scope {scope}: `tipstaff keys create NAME --scope {scope}` makes one that has.",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
    )


def _unauthenticated(ring: "KeyRing") -> ProblemError:
    advice = (
        f"Send the key that the operator of this service gave you: {_HOW_TO_SEND}."
        if ring
        else "This service has no valid key yet. Whoever runs it makes one with `tipstaff keys create NAME`, "
        "or sets TIPSTAFF_OPEN=true to let everybody in who can reach it."
    )
    return ProblemError(ProblemKind.UNAUTHENTICATED, advice, headers={"WWW-Authenticate": _CHALLENGE})
