"""Lets calls be judged in their turn, and refuses those that have waited too long before any other work is done for them.

Finding the route of a call and raising a problem there takes almost as long as judging a small comment, and time is what an
overloaded service lacks.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.admission.queue import Queue, overload_problem
from service.http.problems import ProblemError

__all__ = ["LoadShedding", "mark_sheddable"]

_Endpoint = TypeVar("_Endpoint", bound=Callable[[Request], Coroutine[Any, Any, Response]])
_REFUSE_ATTRIBUTE = "refuse_overload"


def mark_sheddable(endpoint: _Endpoint, refuse: Callable[[ProblemError], Response]) -> _Endpoint:
    """Allow that calls to an endpoint are refused without the endpoint being run, when the service is overloaded.

    Args:
        endpoint: the endpoint of a route without parameters in its path.
        refuse: makes the refusal in the protocol of the endpoint.

    Returns:
        The endpoint.
    """
    setattr(endpoint, _REFUSE_ATTRIBUTE, refuse)
    return endpoint


class LoadShedding:
    """A middleware that lets calls to sheddable endpoints go on in their turn, unless they have waited too long; all others pass."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._refusals: Mapping[str, Response] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a call that has waited too long; pass on all others, those to sheddable endpoints in their turn."""
        if scope["type"] == "http":
            if self._refusals is None:
                self._refusals = _build_refusals(scope["app"].routes)
            refusal = self._refusals.get(scope["path"].removeprefix(scope.get("root_path", "")))
            if refusal is not None:
                queue: Queue = scope["state"]["service"].queue
                if (turn := queue.begin_judging()) is not None:
                    await turn
                if queue.is_late(scope):
                    await refusal(scope, receive, send)
                    return
        await self._app(scope, receive, send)


def _build_refusals(routes: list[Any]) -> Mapping[str, Response]:
    """Return the refusal of each sheddable endpoint, by its path."""
    return {
        route.path: getattr(route.endpoint, _REFUSE_ATTRIBUTE)(overload_problem())
        for route in routes
        if isinstance(route, Route) and hasattr(route.endpoint, _REFUSE_ATTRIBUTE)
    }
