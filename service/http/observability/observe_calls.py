"""Gives every call its id and every answer its protection, and records calls in metrics, log and traces, without anything of a body."""

import logging
import re
import secrets
import time
from http import HTTPStatus
from itertools import count
from typing import Protocol

from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.observability.metrics import OTHER, Metrics
from service.http.observability.traces import Traces
from service.http.refusal_forms import call_path
from service.http.responses import protect_headers
from service.logs import REQUEST_ID

__all__ = ["CallObserver"]

_log = logging.getLogger("tipstaff.calls")

_ID_HEADER = b"x-request-id"
_VALID_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:/+=@-]{0,127}")
_OWN_DIALECT = "tipstaff"
_UNANSWERED_STATUS = 499
# As much as the event loop keeps before it asks for a pause.
_PIECE_BYTES = 65_536


class _Recorders(Protocol):
    """The parts of a service's state that record calls."""

    metrics: Metrics
    traces: Traces | None


class CallObserver:
    """The outermost middleware, which observes every call.

    Args:
        app: the app that is observed.
        log_calls: whether each call is logged; otherwise only calls that failed through a fault of the service are.
    """

    def __init__(self, app: ASGIApp, *, log_calls: bool) -> None:
        self._app = app
        self._level = logging.INFO if log_calls else logging.DEBUG
        self._numbers = count()
        self._id_prefix = secrets.token_hex(8)
        self._paths: frozenset[str] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and record how it was answered."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        request_id = self._request_id(scope)
        REQUEST_ID.set(request_id)
        header = (_ID_HEADER, request_id.encode())
        status = _UNANSWERED_STATUS
        # A proxy may say later that its caller uses HTTPS; here it is the connection to this service that counts.
        is_encrypted = scope["scheme"] == "https"

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = protect_headers((*message.get("headers", ()), header), is_encrypted=is_encrypted)
            elif len(message.get("body", b"")) > _PIECE_BYTES:
                await _send_in_pieces(message, send)
                return
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - began, request_id)

    def _request_id(self, scope: Scope) -> str:
        for name, value in scope["headers"]:
            if name == _ID_HEADER and _VALID_ID.fullmatch(value):
                return str(value, "ascii")
        return f"{self._id_prefix}{next(self._numbers):08x}"

    def _record(self, scope: Scope, status: int, seconds: float, request_id: str) -> None:
        state: _Recorders = scope["state"]["service"]
        route, dialect = self._route(scope), scope.get("dialect", _OWN_DIALECT)
        state.metrics.count_call(route, dialect, status, seconds)
        if state.traces is not None:
            state.traces.record_call(scope, route=route, dialect=dialect, status=status, seconds=seconds, request_id=request_id)
        level = logging.WARNING if status == HTTPStatus.INTERNAL_SERVER_ERROR else self._level
        if _log.isEnabledFor(level):
            milliseconds = 1e3 * seconds
            fields = {"route": route, "dialect": dialect, "status": status, "milliseconds": round(milliseconds, 3)}
            method = scope["method"] if route != OTHER else "a call to"
            _log.log(level, "%s %s: %d in %.1f ms", method, route, status, milliseconds, extra=fields)

    def _route(self, scope: Scope) -> str:
        """Return the route of a call as the service knows it, so that callers cannot invent new ones."""
        if self._paths is None:
            self._paths = frozenset(route.path for route in scope["app"].routes if isinstance(route, Route))
        path = call_path(scope)
        if path in self._paths:
            return path
        template: str = getattr(scope.get("route"), "path", OTHER)
        return template if template in self._paths else OTHER


async def _send_in_pieces(message: Message, send: Send) -> None:
    """Send a part of an answer that is so large that a client which does not read it would cost memory, above all with HTTPS."""
    body, has_more = message["body"], message.get("more_body", False)
    for at in range(0, len(body), _PIECE_BYTES):
        is_last = at + _PIECE_BYTES >= len(body)
        await send({"type": "http.response.body", "body": body[at : at + _PIECE_BYTES], "more_body": has_more or not is_last})
