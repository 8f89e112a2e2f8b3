"""Stores what a call has to leave behind before it is acknowledged: rulings of moderators, and calls to other systems."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.requests import Request

from model.errors import StoreError
from service.http.problems import ProblemError, ProblemKind
from service.http.state import ServiceState, get_state

if TYPE_CHECKING:
    from service.store.store import Store

__all__ = ["enqueue_call", "read_store", "write_store"]

_T = TypeVar("_T")

# Seconds that a write may wait for others before its own wait for the database begins.
_QUEUE_SECONDS = 2

_log = logging.getLogger("tipstaff.http")


async def write_store(request: Request, write: "Callable[[Store], _T]", *, log: str, detail: str) -> _T:
    """Have something stored, and return what the write returns; when this returns, it is on the disk.

    Args:
        request: the call.
        write: stores it; called in a thread. What it raises, other than a StoreError, is raised here.
        log: what the log says if it could not be stored.
        detail: what the answer says then.

    Raises:
        ProblemError: it could not be stored, and the client should send it again later.
    """
    state = get_state(request)
    if state.store is None:
        raise _not_open_problem()
    store = state.store
    return await _call_store(state, lambda: write(store), log=log, detail=detail)


async def read_store(request: Request, read: "Callable[[Store], _T]") -> _T:
    """Have something read, and return it.

    Args:
        request: the call.
        read: reads it; called in a thread.

    Raises:
        ProblemError: it could not be read, and the client should call again later.
    """
    return await write_store(
        request, read, log="what a call needs could not be read", detail="What was sent could not be kept: send it again later."
    )


async def enqueue_call(request: Request, kind: str, payload: Mapping[str, Any], *, idempotency: str) -> None:
    """Put a call to another system into the outbox; when this returns, it is on the disk, and the outbox's worker will make it.

    Takes the arguments of `Outbox.enqueue`.

    Raises:
        ProblemError: it could not be stored, and the client should send its own call again later.
    """
    state = get_state(request)
    if state.store is None or state.worker is None:
        raise _not_open_problem()
    outbox = state.store.outbox
    await _call_store(
        state,
        lambda: outbox.enqueue(kind, payload, idempotency=idempotency),
        log=f"a {kind} could not be kept",
        detail="What follows from this call could not be kept: send it again later.",
    )
    state.worker.wake()


async def _call_store(state: ServiceState, call: Callable[[], _T], *, log: str, detail: str) -> _T:
    try:
        # Many that wait for one lock would wait one after the other. What is given up here and stored all the same counts once if it is
        # sent again.
        async with asyncio.timeout(state.settings.database_wait + _QUEUE_SECONDS):
            return await asyncio.get_running_loop().run_in_executor(state.writes, call)
    except StoreError as error:
        # The error's own message is for the operator alone.
        _log.error("%s: %s", log, error)
    except TimeoutError:
        _log.error("%s: the database did not answer in time", log)
    if state.ring is not None:
        # So that /readyz knows at once.
        state.ring.look_soon()
    raise ProblemError(ProblemKind.NOT_KEPT, detail, headers={"Retry-After": "5"})


def _not_open_problem() -> ProblemError:
    return ProblemError(ProblemKind.NOT_READY, "The store is being opened: try again shortly.", headers={"Retry-After": "1"})
