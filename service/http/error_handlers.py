"""Answers when a route raises an error, there is no route, or the framework refuses a call, in the form that belongs to the address."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.observability.faults import report_fault
from service.http.problems import Problem, ProblemError, ProblemKind, problem_response
from service.http.refusal_forms import call_path
from service.http.reloading.served_models import MODEL_KEY
from service.http.state import get_state
from service.http.workload.graceful_stop import explain_stop

__all__ = ["EXCEPTION_HANDLERS", "FaultBarrier"]


_KINDS: Mapping[HTTPStatus, tuple[ProblemKind, str]] = {
    HTTPStatus.NOT_FOUND: (ProblemKind.NOT_FOUND, "There is nothing at this address; /docs lists what there is."),
    HTTPStatus.METHOD_NOT_ALLOWED: (ProblemKind.WRONG_METHOD, "This address takes another method; the header Allow names it."),
}


class FaultBarrier:
    """A middleware that answers faults of the service, which are errors that nobody has caught, in the form of the call's protocol."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a call on, and answer it if that fails before an answer has begun."""
        if scope["type"] == "lifespan":
            await self._app(scope, _end_when_cancelled(receive), send)
            return
        has_started = False

        async def send_and_note(message: Message) -> None:
            nonlocal has_started
            has_started = True
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        except (Exception, asyncio.CancelledError) as error:
            problem = report_fault(error, scope) if isinstance(error, Exception) else explain_stop(error, scope)
            if not has_started:
                await scope["state"]["service"].refusals.refuse(problem, scope)(scope, receive, send)
        finally:
            # The connection keeps the scope until its next call, and would keep a model that is out of service with it.
            scope.pop(MODEL_KEY, None)


def _end_when_cancelled(receive: Receive) -> Receive:
    """Return the source of messages of a lifespan; a service that is ended by force hears of it like one that is stopped."""

    async def receive_or_end() -> Message:
        try:
            return await receive()
        except asyncio.CancelledError:
            return {"type": "lifespan.shutdown"}

    return receive_or_end


async def _answer_problem(request: Request, error: ProblemError) -> Response:
    return get_state(request).refusals.refuse(error, request.scope)


async def _answer_http_exception(request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    document = Problem(type="about:blank", title=status.phrase, status=status.value)
    if (known := _KINDS.get(status)) is not None:
        kind, detail = known
        refusals = get_state(request).refusals
        if refusals.find_owner(call_path(request.scope)) is not None:
            return refusals.refuse(ProblemError(kind, detail, headers=error.headers or {}), request.scope)
        document["detail"] = detail
    return problem_response(document, headers=error.headers)


async def _answer_disconnect(_request: Request, _error: ClientDisconnect) -> Response:
    # The client has gone and nobody reads this, but the server requires that every call is answered.
    return Response(status_code=HTTPStatus.BAD_REQUEST)


EXCEPTION_HANDLERS: Mapping[Any, Any] = {
    ProblemError: _answer_problem,
    HTTPException: _answer_http_exception,
    ClientDisconnect: _answer_disconnect,
}
"""The handler of each kind of error, for the app."""
