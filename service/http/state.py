"""What the service holds while it runs: the model, once it is loaded and warm, and the threads for large calls."""

import asyncio
import logging
import os
import time
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, cast

from starlette.applications import Starlette
from starlette.requests import Request

from model.errors import ArtefactError, StoreError, TipstaffError
from service.heap_trim import give_back
from service.http.admission.access import Access
from service.http.admission.community_choice import Communities
from service.http.admission.queue import Queue
from service.http.connection.protocol import Connections
from service.http.observability.metrics import Metrics
from service.http.observability.traces import Traces
from service.http.problems import ProblemError, ProblemKind
from service.judging.foreign import OnForeign
from service.settings import Settings
from service.store.lifecycle import living

if TYPE_CHECKING:
    from model.language.identifier import Identifier
    from model.moderator import Moderator
    from service.store.keyring import KeyRing
    from service.store.outbox_worker import Handler, OutboxWorker
    from service.store.store import Store

__all__ = [
    "Load",
    "OnFailure",
    "ServiceState",
    "get_state",
    "lifespan",
    "load_identifier",
    "load_moderator",
    "require_identifier",
    "require_moderator",
]

Load = Callable[[Settings], "Moderator"]
OnFailure = Callable[[TipstaffError], None]

_TELL_EVERY = 1.0

_log = logging.getLogger("tipstaff.http")


@dataclass
class ServiceState:
    """The state of a running service.

    Attributes:
        pool: threads that judge large calls, so that the event loop stays free.
        waiting: what waits to be judged.
        guests: the connections that are open.
        communities: of this site, with what they want.
        metrics: what is counted.
        on_foreign: what becomes of comments in languages that the model did not learn.
        moderator: None until it is loaded and warm.
        identifier: tells languages, likewise.
        store: keys, rulings, outbox; None until it is open, which is before the moderator is there.
        ring: the valid keys in memory, likewise.
        gate: says who may call; lets nobody in until the keys are read.
        worker: makes the calls that wait in the outbox, likewise.
        traces: makes the spans of calls, if the environment asks for them.
    """

    pool: ThreadPoolExecutor
    gate: Access
    waiting: Queue
    guests: Connections
    communities: Communities
    metrics: Metrics
    on_foreign: OnForeign
    moderator: "Moderator | None" = None
    identifier: "Identifier | None" = None
    store: "Store | None" = None
    ring: "KeyRing | None" = None
    worker: "OutboxWorker | None" = None
    traces: Traces | None = None

    async def watch(self) -> None:
        """Say now and then how it is, for ever; whichever worker is asked for the metrics tells of all."""
        while True:
            self.tell()
            await asyncio.sleep(_TELL_EVERY)

    def tell(self) -> None:
        """Put into the metrics how it is now."""
        waiting = self.waiting
        self.metrics.put(in_progress=waiting.in_progress, large_waiting=waiting.large, connections=len(self.guests), worker=1)


class _State(TypedDict):
    service: ServiceState


def get_state(request: Request) -> ServiceState:
    """The state of the service that received this request."""
    return cast(_State, request.scope["state"])["service"]


def require_moderator(request: Request) -> "Moderator":
    """The moderator of the service that received this request.

    Raises:
        ProblemError: it is not loaded and warm yet.
    """
    moderator = get_state(request).moderator
    if moderator is None:
        raise _not_ready()
    return moderator


def require_identifier(request: Request) -> "Identifier":
    """What tells languages in the service that received this request.

    Raises:
        ProblemError: it is not loaded and warm yet.
    """
    identifier = get_state(request).identifier
    if identifier is None:
        raise _not_ready()
    return identifier


def _not_ready() -> ProblemError:
    return ProblemError(ProblemKind.NOT_READY, "The model is being loaded: try again shortly.", headers={"Retry-After": "1"})


def load_moderator(settings: Settings) -> "Moderator":
    """Loads the moderator that the settings ask for; it is not warm yet.

    Raises:
        ArtefactError: the artefact cannot be used.
    """
    # Numba takes most of a second to import; here, in a thread, /healthz answers meanwhile.
    from model.moderator import Moderator

    return Moderator.load(settings.artefact, prior=settings.prior, profile=settings.profile, risk=settings.cascade_risk)


def preload_identifier() -> None:
    """Reads what tells languages, so that it need not be read when it is loaded.

    Raises:
        ArtefactError: it cannot be used.
    """
    from model.language.identifier import preload_tables

    preload_tables()


def load_identifier(settings: Settings, learned: Collection[str]) -> "Identifier":
    """Loads what tells languages; it is not warm yet.

    Args:
        settings: how certain it has to be.
        learned: codes of the languages that the model learned.

    Raises:
        ArtefactError: it cannot be used.
    """
    from model.language.identifier import Identifier

    return Identifier.load(learned, letters=settings.language_letters, certainty=settings.language_certainty)


def lifespan(
    settings: Settings,
    *,
    load: Load,
    on_failure: OnFailure,
    in_background: bool,
    handlers: "Mapping[str, Handler] | None" = None,
    metrics_dir: Path | None = None,
) -> Callable[[Starlette], AbstractAsyncContextManager[_State]]:
    """What happens around the life of an app: the store is opened, the model is loaded, the threads end with the app.

    Args:
        settings: say which store to open; handed to ``load``.
        load: returns the moderator, which is warmed next, both in a thread.
        on_failure: told in the event loop's thread if either fails.
        in_background: whether the app takes calls meanwhile.
        handlers: of the calls that wait in the outbox, by kind.
        metrics_dir: folder in which the processes of this service put what they count; None if this is the only one.
    """

    async def begin(state: ServiceState, stack: AsyncExitStack) -> None:
        try:
            await asyncio.to_thread(state.communities.read)
            live = await stack.enter_async_context(living(settings, handlers=handlers))
        except TipstaffError as error:
            on_failure(error)
            return
        except Exception as error:
            _log.debug("the store cannot be opened", exc_info=error)
            on_failure(StoreError(f"the store cannot be opened: {type(error).__name__}"))
            return
        state.store, state.ring, state.worker = live.store, live.ring, live.worker
        state.gate.watch(live.ring)
        await _load(state, settings, load=load, on_failure=on_failure)

    @asynccontextmanager
    async def around(_app: Starlette) -> AsyncIterator[_State]:
        state = _serving(settings, Metrics(metrics_dir))
        state.traces = Traces.of_environment()
        async with AsyncExitStack() as stack:
            task = asyncio.create_task(begin(state, stack))
            watches = [asyncio.create_task(each) for each in (state.guests.watch(), state.communities.watch(), state.watch())]
            try:
                if not in_background:
                    await task
                yield _State(service=state)
            finally:
                for each in (task, *watches):
                    each.cancel()
                await asyncio.gather(task, *watches, return_exceptions=True)
                await state.gate.close()
                state.pool.shutdown(wait=False, cancel_futures=True)
                if state.traces is not None:
                    await asyncio.to_thread(state.traces.close)

    return around


def _serving(settings: Settings, metrics: Metrics) -> ServiceState:
    threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="judge")
    waiting = Queue(settings, pool, threads=threads)
    return ServiceState(
        pool=pool,
        gate=Access(settings, waiting),
        waiting=waiting,
        guests=Connections(settings, waiting),
        communities=Communities(settings),
        metrics=metrics,
        on_foreign=OnForeign(settings.on_foreign),
    )


async def _load(state: ServiceState, settings: Settings, *, load: Load, on_failure: OnFailure) -> None:
    begin = time.monotonic()

    def loaded_and_warm() -> "tuple[Moderator, Identifier]":
        # Half a second that nothing else waits for.
        languages = state.pool.submit(preload_identifier)
        moderator = load(settings)
        state.communities.check_policies(moderator.policies)
        moderator.warm()
        languages.result()
        identifier = load_identifier(settings, moderator.languages)
        identifier.warm()
        give_back()
        return moderator, identifier

    try:
        moderator, identifier = await asyncio.get_running_loop().run_in_executor(state.pool, loaded_and_warm)
    except TipstaffError as error:
        on_failure(error)
    except Exception as error:
        _log.debug("the model cannot be loaded", exc_info=error)
        on_failure(ArtefactError(f"the model cannot be loaded: {type(error).__name__}: {error}"))
    else:
        state.moderator, state.identifier = moderator, identifier
        _log.info("ready: %s, loaded in %.1f s", moderator.version, time.monotonic() - begin)
