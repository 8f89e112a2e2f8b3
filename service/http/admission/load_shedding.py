"""Lets calls be judged in their turn, and refuses those that have waited too long before any other work is done for them.

Finding the route of a call and raising a problem there takes almost as long as judging a small comment, and time is what an
overloaded service lacks.
"""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any, NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from service.http.admission.queue import MAX_WAIT, Queue, overload_problem
from service.http.problems import ProblemError
from service.http.refusal_forms import call_path

__all__ = ["LoadShedding", "mark_queued"]

_Endpoint = TypeVar("_Endpoint", bound=Callable[[Request], Coroutine[Any, Any, Response]])
_ATTRIBUTE = "queueing"


class _Queueing(NamedTuple):
    """How calls to an endpoint wait.

    Attributes:
        max_wait: the seconds for which a call may wait before it is judged; None is as long as usual.
        takes_turns: whether the calls go on in their turn.
        refuse: makes the refusal in the protocol of the endpoint; None where the endpoint answers such calls itself.
    """

    max_wait: float | None
    takes_turns: bool
    refuse: Callable[[ProblemError], Response] | None


def mark_queued(
    endpoint: _Endpoint,
    *,
    max_wait: float | None = None,
    takes_turns: bool = True,
    refuse: Callable[[ProblemError], Response] | None = None,
) -> _Endpoint:
    """Say how calls to an endpoint wait; those to other endpoints go on at once.

    Args:
        endpoint: the endpoint of a route without parameters in its path.
        max_wait: the seconds for which a call may wait before it is judged; None is as long as usual.
        takes_turns: whether the calls go on in their turn, as those that are judged have to.
        refuse: makes the refusal of calls that have waited too long, in the protocol of the endpoint, which is not run for them; None
            where the endpoint answers them itself.

    Returns:
        The endpoint.
    """
    setattr(endpoint, _ATTRIBUTE, _Queueing(max_wait, takes_turns, refuse))
    return endpoint


class LoadShedding:
    """A middleware that lets the calls that are judged go on in their turn, and refuses those that have waited too long."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._queueing: Mapping[str, tuple[_Queueing, Response | None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a call go on in its turn, or refuse it if it has waited too long; all others pass."""
        if scope["type"] == "http":
            if self._queueing is None:
                self._queueing = _list_queueing(scope["app"].routes)
            queueing, refusal = self._queueing.get(call_path(scope), (None, None))
            if queueing is not None:
                if queueing.max_wait is not None:
                    scope[MAX_WAIT] = queueing.max_wait
                queue: Queue = scope["state"]["service"].queue
                if queueing.takes_turns and (turn := queue.begin_judging(scope)) is not None:
                    await turn
                if refusal is not None and queue.is_late(scope):
                    await refusal(scope, receive, send)
                    return
        await self._app(scope, receive, send)


def _list_queueing(routes: list[Any]) -> Mapping[str, tuple[_Queueing, Response | None]]:
    """Return how calls wait, and their refusal if the endpoint does not answer itself, by the path of each marked endpoint."""
    marked: dict[str, _Queueing] = {
        route.path: getattr(route.endpoint, _ATTRIBUTE)
        for route in routes
        if isinstance(route, Route) and hasattr(route.endpoint, _ATTRIBUTE)
    }
    return {path: (queueing, queueing.refuse and queueing.refuse(overload_problem())) for path, queueing in marked.items()}
