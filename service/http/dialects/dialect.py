"""What a dialect is: a foreign protocol that we answer in."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from service.http.problems import ProblemError
from service.settings import Settings

__all__ = ["Dialect", "Endpoint", "answering"]

Endpoint = Callable[[Request], Coroutine[Any, Any, Response]]


@dataclass(frozen=True)
class Dialect:
    """A foreign protocol.

    Attributes:
        name: in settings, metrics and rulings, such as ``perspective``.
        add_routes: adds its routes to the app.
        refuse: says in its own shape why a call is not answered; the statuses and headers are those that its clients know.
    """

    name: str
    add_routes: Callable[[FastAPI, Settings], None]
    refuse: Callable[[ProblemError], Response]


def answering(endpoint: Endpoint, *, name: str, refuse: Callable[[ProblemError], Response]) -> Endpoint:
    """Return an endpoint whose problems are told in the shape of its dialect.

    Args:
        endpoint: may raise ProblemError.
        name: of the dialect; kept in the request's scope as ``dialect``.
        refuse: as of ``Dialect``.
    """

    async def answer(request: Request) -> Response:
        request.scope["dialect"] = name
        try:
            return await endpoint(request)
        except ProblemError as problem:
            return refuse(problem)

    return answer
