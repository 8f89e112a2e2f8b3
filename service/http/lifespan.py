"""The lifespan of the app: the store is opened and the model is loaded when it starts, and both are closed when it ends."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette

from model.errors import ArtefactError, LostStoreError, StoreError, TipstaffError
from service.heap_trim import trim_heap
from service.http.refusal_forms import PROBLEM_DOCUMENTS, Refusals
from service.http.reloading.model_shelf import ModelShelf, load_identifier
from service.http.reloading.served_models import LoadedModel
from service.http.state import LifespanState, ServiceState
from service.model_loading import LANGUAGES_OFF, find_languages, languages_place
from service.settings import Settings
from service.store.lifecycle import run_store

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.http.reloading.model_feeds import ModelFeed
    from service.store.outbox_worker import TaskHandler

__all__ = ["Lifespan", "LoadModerator", "OnFailure"]

LoadModerator = Callable[[Settings], "Moderator"]
OnFailure = Callable[[TipstaffError], None]

# Seconds between two looks whether a database that was lost has been restored.
_LOST_STORE_INTERVAL = 2.0

_log = logging.getLogger("tipstaff.http")


@dataclass(frozen=True, kw_only=True)
class Lifespan:
    """Starts and ends a service; an instance is the ``lifespan`` of an app.

    Attributes:
        settings: which store to open, which model to load, and so on.
        load: returns the moderator, which is then warmed up; both happen in a thread.
        on_failure: called in the event loop's thread with the error, if the store cannot be opened or the model cannot be loaded.
        in_background: whether the app accepts calls before the store is open and the model is loaded.
        handlers: the handlers of the calls that wait in the outbox, by kind.
        refusals: makes the refusals of calls in the form of the protocol that they belong to.
        metrics_dir: the folder for the metrics of all processes of this service; None if this is the only process.
        tidy_memory: called in a thread when all is loaded.
        feed: brings other models later on; None if there will be none.
    """

    settings: Settings
    load: LoadModerator
    on_failure: OnFailure
    in_background: bool
    handlers: "Mapping[str, TaskHandler]"
    refusals: Refusals = PROBLEM_DOCUMENTS
    metrics_dir: Path | None = None
    tidy_memory: Callable[[], None] = trim_heap
    feed: "ModelFeed | None" = None

    @asynccontextmanager
    async def __call__(self, _app: Starlette) -> AsyncIterator[LifespanState]:
        """Run the service for as long as the context lasts."""
        state = ServiceState.build(self.settings, metrics_dir=self.metrics_dir, refusals=self.refusals)
        async with AsyncExitStack() as store_stack:
            store_is_lost = asyncio.Event()
            start = asyncio.create_task(self._start(state, store_stack, store_is_lost))
            tasks = [start, *map(asyncio.create_task, state.background_work())]
            try:
                if not self.in_background:
                    # Without its database the service is not ready for as long as nobody restores it, and has to say so.
                    lost = asyncio.create_task(store_is_lost.wait())
                    await asyncio.wait([start, lost], return_when=asyncio.FIRST_COMPLETED)
                    lost.cancel()
                yield LifespanState(service=state)
            finally:
                await _cancel(tasks)
                await state.close()

    async def _start(self, state: ServiceState, store_stack: AsyncExitStack, store_is_lost: asyncio.Event) -> None:
        """Open the store, then load the model; a failure is reported, and leaves the service not ready."""
        try:
            await self._open_store(state, store_stack, store_is_lost)
        except TipstaffError as error:
            self.on_failure(error)
            return
        except Exception as error:
            _log.debug("the store cannot be opened", exc_info=error)
            self.on_failure(StoreError(f"the store cannot be opened: {type(error).__name__}"))
            return
        try:
            await self._load_model(state)
        except TipstaffError as error:
            self.on_failure(error)
        except Exception as error:
            _log.debug("the model cannot be loaded", exc_info=error)
            self.on_failure(ArtefactError(f"the model cannot be loaded: {type(error).__name__}: {error}"))

    async def _open_store(self, state: ServiceState, store_stack: AsyncExitStack, store_is_lost: asyncio.Event) -> None:
        await asyncio.to_thread(state.communities.read)
        while True:
            try:
                running = await store_stack.enter_async_context(run_store(self.settings, handlers=self.handlers))
                break
            except LostStoreError as error:
                if not store_is_lost.is_set():
                    _log.critical("%s; until then every call is answered 503", error)
                    store_is_lost.set()
                await asyncio.sleep(_LOST_STORE_INTERVAL)
        state.store, state.ring, state.worker = running.store, running.ring, running.worker
        state.access.use_keys(running.ring)

    async def _load_model(self, state: ServiceState) -> None:
        began = time.monotonic()
        loop = asyncio.get_running_loop()
        model = await loop.run_in_executor(state.pool, self._load_and_warm, state)
        shelf = ModelShelf(self.settings, state.models, state.communities, loop)
        shelf.adopt(model)
        if self.feed is not None:
            state.feed = self.feed
            await self.feed.join(shelf, state.metrics)
        _log.info("ready: %s, loaded in %.1f s", model.moderator.version, time.monotonic() - began)
        _log.info("%s", _describe_languages(model, self.settings))

    def _load_and_warm(self, state: ServiceState) -> LoadedModel:
        # The language tables take half a second to read, which can pass while the moderator is loaded.
        tables = state.pool.submit(_preload_language_tables)
        moderator = self.load(self.settings)
        state.communities.require_policies(moderator.policies)
        moderator.warm()
        packs = find_languages(languages_place(self.settings), moderator)
        if packs is not None:
            packs.preload_encoder()
        tables.result()
        identifier = load_identifier(self.settings, moderator, packs)
        identifier.warm()
        self.tidy_memory()
        return LoadedModel(moderator, identifier, packs)


def _describe_languages(model: LoadedModel, settings: Settings) -> str:
    """Return a line that says how many languages are read and, where the packs that ship are missing, how to get them."""
    read = len(model.identifier.learned)
    if model.packs is not None or settings.languages == LANGUAGES_OFF:
        return f"{read} languages are read" if read > 1 else "one language is read"
    return "there are no language packs: pip install tipstaff-languages adds some thirty languages"


async def _cancel(tasks: Iterable[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _preload_language_tables() -> None:
    from model.language.identifier import preload_tables

    preload_tables()
