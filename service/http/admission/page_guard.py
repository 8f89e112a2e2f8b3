"""Refuses what web pages may not do: call the service under a name that it does not have, or from an origin that is not allowed.

Whoever opens a page lets it call every service that the browser can reach, also one that only this machine can reach and that
therefore needs no key. Forms, images and scripts do so without asking.
"""

import logging

from fastapi.routing import APIRoute
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.admission.hosts import TARGET_HOST, Hosts
from service.http.admission.origins import Origins, OwnAddress
from service.http.admission.proxies import came_through_proxy
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

__all__ = ["PageGuard"]

_log = logging.getLogger("tipstaff.http")

_NOTED_HEADERS = frozenset({b"host", b"origin", b"sec-fetch-site"})
# By these nothing is judged or written: see `_is_public`.
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HOST_ADVICE = (
    "This service is not called by the host of this call. Name the host in TIPSTAFF_ALLOWED_HOSTS; or, if a proxy passed the call on, "
    "name the address of the proxy in TIPSTAFF_TRUSTED_PROXIES."
)
_ORIGIN_ADVICE = (
    "Web pages of this origin may not call. Name the origin in TIPSTAFF_CORS_ORIGINS; or, if it is the service's own behind a proxy, let "
    "the proxy pass on the header Host as it came, and X-Forwarded-Proto."
)
_TYPE_ADVICE = "A call from a web page has to name the type of its body in the header Content-Type."


class PageGuard:
    """A middleware that refuses calls to foreign hosts and calls of foreign web pages, before anything else is done for them.

    What needs no key, such as the documentation, any page may link to. Nothing of it is judged or written.

    Args:
        app: the app.
        settings: the hosts and origins that are allowed.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._hosts = Hosts(settings)
        self._origins = Origins(settings)
        self._warned: set[ProblemKind] = set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a call, or pass it on."""
        if scope["type"] == "http" and (problem := self._find_problem(scope)) is not None:
            self._warn_once(problem)
            await _refusal(problem, scope)(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _find_problem(self, scope: Scope) -> ProblemError | None:
        # This runs for every call, and most have one of these headers alone.
        headers = [header for header in scope["headers"] if header[0] in _NOTED_HEADERS]
        hosts = [value for name, value in headers if name == b"host"]
        if self._hosts.is_restricted and not self._is_addressed(scope, hosts):
            return ProblemError(ProblemKind.FOREIGN_HOST, _HOST_ADVICE)
        if len(headers) == len(hosts) or _is_public(scope):
            return None
        origins = [value for name, value in headers if name == b"origin"]
        sites = [value for name, value in headers if name == b"sec-fetch-site"]
        server = scope.get("server") or (None, None)
        own = OwnAddress(scope["scheme"], scope.get(TARGET_HOST) or b"".join(hosts[:1]), server[1])
        if not self._origins.allow(origins, sites, own=own):
            return ProblemError(ProblemKind.FOREIGN_ORIGIN, _ORIGIN_ADVICE)
        has_type = any(name == b"content-type" and value.strip() for name, value in scope["headers"])
        if not has_type and scope["method"] not in _READING_METHODS:
            return ProblemError(ProblemKind.NOT_JSON_CONTENT, _TYPE_ADVICE)
        return None

    def _is_addressed(self, scope: Scope, hosts: list[bytes]) -> bool:
        """Return whether a call is addressed to this service."""
        server = (scope.get("server") or ("",))[0]
        if len(hosts) == 1 and TARGET_HOST not in scope:
            return self._hosts.allows(hosts[0], server) or came_through_proxy(scope)
        if came_through_proxy(scope):
            return True
        if len(hosts) != 1 and (hosts or scope["http_version"] != "1.0"):
            # Only HTTP/1.0 does without, as health checks of old load balancers speak it. No browser does.
            return False
        return all(self._hosts.allows(host, server) for host in (*hosts, *([scope[TARGET_HOST]] if TARGET_HOST in scope else [])))

    def _warn_once(self, problem: ProblemError) -> None:
        # Whoever has just set the service up has to learn of this; whoever is called by strangers does not want to hear it again.
        if problem.kind not in self._warned:
            self._warned.add(problem.kind)
            _log.warning("a call was answered %d, and others like it will be: %s", problem.kind.status, problem.detail)


def _refusal(problem: ProblemError, scope: Scope) -> Response:
    """Return the answer to a call that is refused, in the dialect of its path, and note it and the route for the metrics."""
    route = _find_route(scope)
    if route is not None:
        scope["route"] = route
    response: Response = scope["state"]["service"].refusals.refuse(problem, scope)
    return response


def _find_route(scope: Scope) -> Route | None:
    """Return the route of a call: one that takes its method, or else one that is at its path; None if nothing is there."""
    at_path: Route | None = None
    for route in scope["app"].routes:
        if isinstance(route, Route):
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return route
            if match is Match.PARTIAL:
                at_path = at_path or route
    return at_path


def _is_public(scope: Scope) -> bool:
    """Return whether any page may make a call: one that only reads, of a route that needs no key."""
    if scope["method"] not in _READING_METHODS:
        return False
    route = _find_route(scope)
    if not isinstance(route, APIRoute) or scope["method"] not in (route.methods or ()):
        return True
    return not route.include_in_schema or (route.openapi_extra or {}).get("security") == []
