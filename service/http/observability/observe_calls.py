"""Around every call: its id, its place in the metrics, its line in the log, its span; none of them holds anything of its body."""

import logging
import re
import secrets
import time
from itertools import count
from typing import TYPE_CHECKING

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.observability.metrics import OTHER
from service.logs import REQUEST_ID

if TYPE_CHECKING:
    from service.http.state import ServiceState

__all__ = ["CallObserver"]

_log = logging.getLogger("tipstaff.calls")

_HEADER = b"x-request-id"
_SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_OWN = "tipstaff"
_NEVER_ANSWERED = 499


class CallObserver:
    """The outermost middleware.

    Args:
        app: what is observed.
        log_calls: whether each call gets a line in the log; otherwise only those get one that failed through a fault of ours.
    """

    def __init__(self, app: ASGIApp, *, log_calls: bool) -> None:
        self._app = app
        self._level = logging.INFO if log_calls else logging.DEBUG
        self._made = count()
        self._prefix = secrets.token_hex(8)
        self._routes: frozenset[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on and take note of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = self._id(scope)
        REQUEST_ID.set(request_id)
        header = (_HEADER, request_id.encode())
        status = _NEVER_ANSWERED

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), header]
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            self._note(scope, status, time.perf_counter() - began, request_id)

    def _id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == _HEADER and _SANE.fullmatch(value):
                return str(value, "ascii")
        return f"{self._prefix}{next(self._made):08x}"

    def _note(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        state: ServiceState = scope["state"]["service"]
        route, dialect = self._route(scope), scope.get("dialect", _OWN)
        state.metrics.called(route, dialect, status, seconds)
        if state.traces is not None:
            state.traces.call(scope, route=route, dialect=dialect, status=status, seconds=seconds, request_id=request_id)
        level = logging.WARNING if status == 500 else self._level
        if _log.isEnabledFor(level):
            known = {"route": route, "dialect": dialect, "status": status, "milliseconds": round(1e3 * seconds, 3)}
            _log.log(
                level, "%s %s: %d in %.1f ms", scope["method"] if route != OTHER else "a call to", route, status, 1e3 * seconds, extra=known
            )

    def _route(self, scope: Scope) -> str:
        """Return the address that a call came to as the service knows it, so that nobody can make up new ones."""
        if self._routes is None:
            self._routes = frozenset(route.path for route in scope["app"].routes if isinstance(route, Route))
        path: str = scope["path"].removeprefix(scope.get("root_path", ""))
        if path in self._routes:
            return path
        found: str = getattr(scope.get("route"), "path", OTHER)
        return found if found in self._routes else OTHER
