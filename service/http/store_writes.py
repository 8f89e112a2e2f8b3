"""Stores what a call has to leave behind before it is acknowledged: rulings of moderators, and calls to other systems."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request

from model.errors import StoreError
from service.http.problems import ProblemError, ProblemKind
from service.http.state import ServiceState, get_state
from service.store.rulings.act import Act

__all__ = ["enqueue_call", "record_ruling"]

# Seconds that a write may wait for others before its own wait for the database begins.
_QUEUE_SECONDS = 2

_log = logging.getLogger("tipstaff.http")


async def record_ruling(request: Request, ruling: Act) -> None:
    """Store a ruling; when this returns, it is on the disk.

    Raises:
        ProblemError: it could not be stored, and the client should send it again later.
    """
    state = get_state(request)
    if state.store is None:
        raise _not_open_problem()
    rulings = state.store.rulings
    await _write(
        state, lambda: rulings.record(ruling), log="a ruling could not be kept", detail="The ruling could not be kept: send it again later."
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
    await _write(
        state,
        lambda: outbox.enqueue(kind, payload, idempotency=idempotency),
        log=f"a {kind} could not be kept",
        detail="What follows from this call could not be kept: send it again later.",
    )
    state.worker.wake()


async def _write(state: ServiceState, write: Callable[[], object], *, log: str, detail: str) -> None:
    try:
        # Many that wait for one lock would wait one after the other. What is given up here and stored all the same counts once if it is
        # sent again.
        async with asyncio.timeout(state.settings.database_wait + _QUEUE_SECONDS):
            await asyncio.get_running_loop().run_in_executor(state.writes, write)
        return
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
