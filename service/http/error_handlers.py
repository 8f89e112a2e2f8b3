"""Answers with problem documents when a route raises an error, there is no route, or the framework refuses a call."""

import asyncio
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.http.observability.faults import report_fault
from service.http.problems import Problem, ProblemError, problem_response
from service.http.workload.graceful_stop import explain_stop

__all__ = ["EXCEPTION_HANDLERS", "FaultBarrier"]


class FaultBarrier:
    """A middleware that answers faults of the service, which are errors that nobody has caught, with a problem document."""

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
                await problem.response()(scope, receive, send)


def _end_when_cancelled(receive: Receive) -> Receive:
    """Return the source of messages of a lifespan; a service that is ended by force hears of it like one that is stopped."""

    async def receive_or_end() -> Message:
        try:
            return await receive()
        except asyncio.CancelledError:
            return {"type": "lifespan.shutdown"}

    return receive_or_end


async def _answer_problem(_request: Request, error: ProblemError) -> Response:
    return error.response()


async def _answer_http_exception(_request: Request, error: HTTPException) -> Response:
    status = HTTPStatus(error.status_code)
    document = Problem(type="about:blank", title=status.phrase, status=status.value)
    if status is HTTPStatus.NOT_FOUND:
        document["detail"] = "There is nothing at this address; /docs lists what there is."
    elif status is HTTPStatus.METHOD_NOT_ALLOWED:
        document["detail"] = "This address takes another method; the header Allow names it."
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
