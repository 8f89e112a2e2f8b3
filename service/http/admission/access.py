"""Who may call: everybody with a key that allows it, and anybody at all where the service is open."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from starlette.requests import Request

from service.http.admission.hosts import is_loopback
from service.http.admission.queue import Queue
from service.http.admission.rate_limits import RateLimits
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings
from service.store.stored_types import Role, Scope

if TYPE_CHECKING:
    from service.store.keyring import KeyRing

__all__ = ["Access", "Caller", "extract_secret"]

_log = logging.getLogger("tipstaff.http")

_HOW_TO_SEND = "Authorization: Bearer KEY, X-API-KEY: KEY, or key=KEY in the query"
_CHALLENGE = 'Bearer realm="tipstaff"'
# No dialect's query has as many fields as this.
_MAX_QUERY_FIELDS = 50


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a call.

    Attributes:
        key: the id of the caller's key; None if the call came without one.
        community: the community whose policy applies, if the key belongs to one.
        role: whose word the caller's rulings carry.
    """

    key: str | None = None
    community: str | None = None
    role: Role = Role.FORUM

    def person(self, name: str | None) -> str | None:
        """Return the moderator whom a call names; None if the caller's role names no persons, whatever name the call brings."""
        return name if self.role.names_persons else None


_ANONYMOUS = Caller()
# Somebody at this machine, which only its owner can reach.
_OWNER = Caller(role=Role.MODERATOR)
# What proxies add: such a call came from elsewhere, also where the settings do not know of the proxy.
_FORWARDING_HEADERS = frozenset({b"forwarded", b"via", b"x-forwarded-for", b"x-forwarded-host", b"x-forwarded-proto", b"x-real-ip"})


def extract_secret(request: Request) -> str | None:
    """Return the secret of a call's key, from ``Authorization: Bearer``, ``X-API-KEY`` or the query's ``key``.

    The first of these that is present counts; one that is empty counts as absent. None if there is no key.
    """
    api_key = None
    for name, value in request.scope["headers"]:
        if name == b"authorization":
            scheme, _, secret = value.strip().partition(b" ")
            if scheme.lower() == b"bearer" and (secret := secret.strip()):
                return str(secret, "latin-1")
        elif name == b"x-api-key":
            api_key = str(value.strip(), "latin-1")
    if api_key:
        return api_key
    query: bytes = request.scope["query_string"]
    return _extract_query_secret(query) if b"key=" in query else None


def _extract_query_secret(query: bytes) -> str | None:
    try:
        return parse_qs(str(query, "latin-1"), max_num_fields=_MAX_QUERY_FIELDS).get("key", [None])[0]
    except ValueError:
        return None


class Access:
    """Admits calls. There is one for each service, used in its event loop's thread.

    In an open service, scoring and giving feedback need no key. A service is open if the settings say so; if they say
    nothing, it is open as long as it listens on a loopback address, trusts no proxy (through which others could come) and no
    key was ever made. As long as no key was ever made, an open service accepts whatever key a client sends, because forum
    software that used to call another service goes on sending the key of that service.

    A caller has the role of the key. Without one the word of a call is that of a forum; but where only this machine can call, and nobody
    ever needed a key, it is that of a moderator.

    Args:
        settings: whether the service is open, and how often a caller may call.
        queue: the work that waits to be judged.

    Attributes:
        metrics_are_open: whether the settings let everybody read the metrics.
    """

    def __init__(self, settings: Settings, queue: Queue) -> None:
        self._queue = queue
        self._open = settings.open
        self._is_local = is_loopback(settings.host) and not settings.proxies
        self._admits_pages = bool(settings.cors_origins)
        self._rate_limits = RateLimits.from_settings(settings)
        self._ring: KeyRing | None = None
        self.metrics_are_open = settings.metrics_open

    def use_keys(self, ring: "KeyRing") -> None:
        """Accept these keys from now on. The log gets a warning if that means that nobody, or everybody, may call."""
        self._ring = ring
        if ring.are_lost:
            _log.error(
                "keys were made for this service, and its database has none: restore the database, or make a key with "
                "`tipstaff keys create NAME`; to have the service open again without keys, stop it, remove the file keys-were-made "
                "from its data folder and start it"
            )
        elif not self._is_open(ring) and not ring:
            _log.warning(
                "there is no valid key and this service is not open, so that every call is answered 401: "
                "make a key with `tipstaff keys create NAME`, or set TIPSTAFF_OPEN=true to let everybody in who can reach it"
            )
        elif self._is_open(ring) and not self._is_local:
            _log.warning("this service is open: whoever can reach it may call it without a key (TIPSTAFF_OPEN)")

    async def close(self) -> None:
        """Close the connections that count calls."""
        if self._rate_limits is not None:
            await self._rate_limits.close()

    def _is_open(self, ring: "KeyRing") -> bool:
        return self._is_local and not ring.ever_had_keys if self._open is None else self._open

    def is_private(self) -> bool:
        """Return whether only this machine can call, and needs no key: one was never made, and the settings do not ask for one."""
        return self._is_local and self._open is not False and self._ring is not None and not self._ring.ever_had_keys

    async def admit(self, request: Request, *, scope: Scope, secret: str | None, signed: bool) -> Caller:
        """Admit a call or refuse it.

        Args:
            request: the call; only the address that it came from and its headers are read.
            scope: what the call does; ``admin`` needs a key even where the service is open.
            secret: the secret of the key that came with the call, if any.
            signed: whether a signature has proved who calls, so that no key is needed.

        Raises:
            ProblemError: there is no key, or one that is unknown, revoked or lacks the scope; its owner or the address called too
                often; the service is overloaded; or the keys have not been read yet.
        """
        self._queue.enter(request.scope)
        ring = self._ring
        if ring is None:
            raise ProblemError(ProblemKind.NOT_READY, "The keys are being read: try again shortly.", headers={"Retry-After": "1"})
        if self._rate_limits is not None:
            await self._rate_limits.count_address(request.client)
        if signed:
            return _ANONYMOUS
        if self._is_open(ring) and (secret is None or not ring.ever_had_keys) and scope is not Scope.ADMIN:
            return _OWNER if self.is_private() and not self._comes_from_elsewhere(request) else _ANONYMOUS
        if secret is None:
            raise _missing_key_problem(ring)
        key = ring.find(secret) or await ring.find_or_reread(secret)
        if key is None:
            raise ProblemError(
                ProblemKind.UNAUTHENTICATED,
                "The key that came with this call is not known here, or was revoked.",
                headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
            )
        if self._rate_limits is not None:
            await self._rate_limits.count_key(key.id)
        if scope not in key.scopes:
            raise _missing_scope_problem(scope)
        return Caller(key.id, key.community, key.role)

    def _comes_from_elsewhere(self, request: Request) -> bool:
        """Return whether a call may be the word of somebody else than whoever sits at this machine: of another's web page, or of a proxy.

        Pages of other origins get here only where the settings let them.
        """
        names = {name for name, _ in request.scope["headers"]}
        return not names.isdisjoint(_FORWARDING_HEADERS) or (self._admits_pages and b"origin" in names)


def _missing_scope_problem(scope: Scope) -> ProblemError:
    return ProblemError(
        ProblemKind.FORBIDDEN,
        f"This key does not have the scope {scope}: `tipstaff keys create NAME --scope {scope}` makes one that has.",
        headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope}"'},
    )


def _missing_key_problem(ring: "KeyRing") -> ProblemError:
    advice = (
        f"Send the key that the operator of this service gave you: {_HOW_TO_SEND}."
        if ring
        else "This service has no valid key yet. Whoever runs it makes one with `tipstaff keys create NAME`, "
        "or sets TIPSTAFF_OPEN=true to let everybody in who can reach it."
    )
    return ProblemError(ProblemKind.UNAUTHENTICATED, advice, headers={"WWW-Authenticate": _CHALLENGE})
