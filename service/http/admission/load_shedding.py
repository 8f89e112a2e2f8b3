"""Sends calls away that have waited too long, before anything else is done for them.

To find the route of a call and to raise a problem there takes most of the time that judging a small comment takes, and while a
service is overloaded that time is what it lacks.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.admission.queue import overload_problem
from service.http.problems import ProblemError

__all__ = ["LoadShedding", "mark_sheddable"]

_Endpoint = TypeVar("_Endpoint", bound=Callable[[Request], Coroutine[Any, Any, Response]])
_REFUSAL = "overloaded"


def mark_sheddable(endpoint: _Endpoint, refuse: Callable[[ProblemError], Response]) -> _Endpoint:
    """Have calls to an endpoint refused without asking it, where there is more to judge than can be judged in time.

    Args:
        endpoint: of a route without parameters in its path.
        refuse: says so in the endpoint's own shape.

    Returns:
        The endpoint.
    """
    setattr(endpoint, _REFUSAL, refuse)
    return endpoint


class LoadShedding:
    """A middleware that answers calls which have waited too long; whatever it has no answer for passes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._refusals: Mapping[str, Response] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a call that has waited too long, pass on all others."""
        if scope["type"] == "http" and scope["state"]["service"].waiting.is_late(scope):
            if self._refusals is None:
                self._refusals = _refusals(scope["app"].routes)
            refusal = self._refusals.get(scope["path"].removeprefix(scope.get("root_path", "")))
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _refusals(routes: list[Any]) -> Mapping[str, Response]:
    """Return what is answered at each address that is ready to refuse."""
    found = {}
    for route in routes:
        if isinstance(route, Route) and hasattr(route.endpoint, _REFUSAL):
            found[route.path] = getattr(route.endpoint, _REFUSAL)(overload_problem())
    return found
