"""Calls to other systems that follow from one to us: kept before ours is acknowledged, made by the outbox's worker."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from model.errors import StoreError
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state

__all__ = ["enqueue_call"]

_log = logging.getLogger("tipstaff.http")


async def enqueue_call(request: Request, kind: str, payload: Mapping[str, Any], *, idempotency: str) -> None:
    """Keep a call that is to be made; when this returns, it is on the disk. Arguments as of `Outbox.enqueue`.

    Raises:
        ProblemError: it is not kept, and the client should send its own call again later.
    """
    state = get_state(request)
    if state.store is None or state.worker is None:
        raise ProblemError(ProblemKind.NOT_READY, "The store is being opened: try again shortly.", headers={"Retry-After": "1"})
    outbox = state.store.outbox

    def keep() -> None:
        outbox.enqueue(kind, payload, idempotency=idempotency)

    try:
        await asyncio.get_running_loop().run_in_executor(state.pool, keep)
    except StoreError as error:
        # Its message is for the operator.
        _log.error("a %s could not be kept: %s", kind, error)
        detail = "What follows from this call could not be kept: send it again later."
        raise ProblemError(ProblemKind.NOT_KEPT, detail, headers={"Retry-After": "5"}) from None
    state.worker.wake()
