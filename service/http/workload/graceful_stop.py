"""The end of a service: what can still be answered is answered in time, and the rest is told to come again."""

import asyncio
from collections.abc import Collection
from typing import Any, Protocol

from starlette.types import Scope

from service.http.problems import ProblemError
from service.http.workload.jobs import JudgingJobs, stop_problem

__all__ = ["GracefulStop", "StoppableConnection", "explain_stop"]

# The parts of the time that calls in progress get: until then the encoder may go on, and from then on the n-grams answer alone; until then
# calls are answered, and from then on refused; and from then on nobody waits for clients that do not read their answer.
_ENCODER_SHARE = 0.5
_ANSWER_SHARE = 0.75
_READ_SHARE = 0.9


class _StoppableState(Protocol):
    """The part of a service's state that knows whether it is being stopped."""

    graceful_stop: "GracefulStop"


class StoppableConnection(Protocol):
    """A connection of a client."""

    def abort_unread(self) -> None:
        """Close the connection at once if its client does not read the answer that is being sent."""

    def abort(self) -> None:
        """Close the connection at once."""


class GracefulStop:
    """Ends the calls in progress, within the time that they get. It belongs to the event loop's thread.

    Args:
        jobs: the large calls.
        seconds: how long the calls in progress have when the service stops.
    """

    def __init__(self, jobs: JudgingJobs, *, seconds: float) -> None:
        self._jobs = jobs
        self._seconds = seconds
        self._has_begun = False

    @property
    def has_begun(self) -> bool:
        """Whether the service is being stopped."""
        return self._has_begun

    def begin(self, calls: Collection["asyncio.Task[Any]"], connections: Collection[StoppableConnection]) -> None:
        """Begin to stop, unless that has begun already.

        Args:
            calls: the calls in progress; one that is cancelled has to be answered with `stop_problem`.
            connections: the open connections.
        """
        if self._has_begun:
            return
        self._has_begun = True
        loop = asyncio.get_running_loop()
        loop.call_later(self._seconds * _ENCODER_SHARE, self._jobs.hurry)
        loop.call_later(self._seconds * _ANSWER_SHARE, self._refuse, calls, connections)
        loop.call_later(self._seconds * _READ_SHARE, _abort, connections)

    def _refuse(self, calls: Collection["asyncio.Task[Any]"], connections: Collection[StoppableConnection]) -> None:
        self._jobs.close()
        for connection in list(connections):
            connection.abort_unread()
        for call in list(calls):
            call.cancel()


def explain_stop(error: asyncio.CancelledError, scope: Scope) -> ProblemError:
    """Return the problem that answers a call which was cancelled because the service is being stopped; its task goes on to answer.

    Args:
        error: what was raised in the task of the call.
        scope: the scope of the call.

    Raises:
        asyncio.CancelledError: the call was cancelled for another reason.
    """
    state: _StoppableState = scope["state"]["service"]
    task = asyncio.current_task()
    if not state.graceful_stop.has_begun or task is None:
        raise error
    task.uncancel()
    return stop_problem()


def _abort(connections: Collection[StoppableConnection]) -> None:
    for connection in list(connections):
        connection.abort()
