"""What the service holds while it runs: the model, once it is loaded and warm, and the threads for large calls."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, cast

from starlette.applications import Starlette
from starlette.requests import Request

from model.errors import ArtefactError, TipstaffError
from service.http.problems import ProblemError, ProblemKind
from service.settings import Settings

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.store.store import Store

__all__ = ["Load", "OnFailure", "Serving", "lifespan", "load_moderator", "ready_moderator", "serving"]

Load = Callable[[Settings], "Moderator"]
OnFailure = Callable[[TipstaffError], None]

_log = logging.getLogger("tipstaff.http")


@dataclass
class Serving:
    """The state of a running service.

    Attributes:
        pool: threads that judge large calls, so that the event loop stays free.
        moderator: None until it is loaded and warm.
        store: keys, rulings, outbox; None until it is open.
    """

    pool: ThreadPoolExecutor
    moderator: "Moderator | None" = None
    store: "Store | None" = None


class _State(TypedDict):
    serving: Serving


def serving(request: Request) -> Serving:
    """The state of the service that received this request."""
    return cast(_State, request.scope["state"])["serving"]


def ready_moderator(request: Request) -> "Moderator":
    """The moderator of the service that received this request.

    Raises:
        ProblemError: it is not loaded and warm yet.
    """
    moderator = serving(request).moderator
    if moderator is None:
        raise ProblemError(ProblemKind.NOT_READY, "The model is being loaded: try again shortly.", headers={"Retry-After": "1"})
    return moderator


def load_moderator(settings: Settings) -> "Moderator":
    """Loads the moderator that the settings ask for; it is not warm yet.

    Raises:
        ArtefactError: the artefact cannot be used.
    """
    # Numba takes most of a second to import; here, in a thread, /healthz answers meanwhile.
    from model.moderator import Moderator

    return Moderator.load(settings.artefact, prior=settings.prior)


def lifespan(
    settings: Settings, *, load: Load, on_failure: OnFailure, in_background: bool
) -> Callable[[Starlette], AbstractAsyncContextManager[_State]]:
    """What happens around the life of an app: the model is loaded, the threads end with the app.

    Args:
        settings: handed to ``load``.
        load: returns the moderator, which is warmed next, both in a thread.
        on_failure: told in the event loop's thread if that fails.
        in_background: whether the app takes calls meanwhile.
    """

    @asynccontextmanager
    async def around(_app: Starlette) -> AsyncIterator[_State]:
        state = Serving(pool=ThreadPoolExecutor(max_workers=os.cpu_count(), thread_name_prefix="judge"))
        task = asyncio.create_task(_load(state, settings, load=load, on_failure=on_failure))
        try:
            if not in_background:
                await task
            yield _State(serving=state)
        finally:
            task.cancel()
            state.pool.shutdown(wait=False, cancel_futures=True)

    return around


async def _load(state: Serving, settings: Settings, *, load: Load, on_failure: OnFailure) -> None:
    begin = time.monotonic()

    def loaded_and_warm() -> "Moderator":
        moderator = load(settings)
        moderator.warm()
        return moderator

    try:
        moderator = await asyncio.get_running_loop().run_in_executor(state.pool, loaded_and_warm)
    except TipstaffError as error:
        on_failure(error)
    except Exception as error:
        _log.debug("the model cannot be loaded", exc_info=error)
        on_failure(ArtefactError(f"the model cannot be loaded: {type(error).__name__}: {error}"))
    else:
        state.moderator = moderator
        _log.info("ready: %s, loaded in %.1f s", moderator.version, time.monotonic() - begin)
