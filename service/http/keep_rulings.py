"""What moderators say, as it comes in over HTTP: kept before it is acknowledged."""

import asyncio
import logging

from starlette.requests import Request

from model.errors import StoreError
from service.http.problems import ProblemError, ProblemKind
from service.http.state import get_state
from service.store.stored_types import Ruling

__all__ = ["record_ruling"]

_log = logging.getLogger("tipstaff.http")


async def record_ruling(request: Request, ruling: Ruling) -> None:
    """Keep a ruling; when this returns, it is on the disk.

    Raises:
        ProblemError: it is not kept, and the client should send it again later.
    """
    state = get_state(request)
    if state.store is None:
        raise ProblemError(ProblemKind.NOT_READY, "The store is being opened: try again shortly.", headers={"Retry-After": "1"})
    try:
        await asyncio.get_running_loop().run_in_executor(state.pool, state.store.rulings.record, ruling)
    except StoreError as error:
        # Its message is for the operator.
        _log.error("a ruling could not be kept: %s", error)
        detail = "The ruling could not be kept: send it again later."
        raise ProblemError(ProblemKind.NOT_KEPT, detail, headers={"Retry-After": "5"}) from None
