"""How a process that serves gets its models: from its supervisor, or by watching itself if it is alone."""

import asyncio
import itertools
import logging
import os
import queue
import signal
import threading
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from model.artefact.artefact_copy import ArtefactCopy
from model.errors import TipstaffError
from service.http.reloading.champion_source import open_first_version
from service.http.reloading.model_keeper import HeldCopy, ModelKeeper
from service.http.reloading.model_requests import ChampionSource, ModelOutcome, ModelRequest
from service.http.reloading.served_models import RefusedModel
from service.http.reloading.supervised_models import ModelHandover
from service.model_loading import load_moderator

if TYPE_CHECKING:
    from model.moderator import Moderator
    from service.http.observability.metrics import Metrics
    from service.http.reloading.model_shelf import ModelShelf
    from service.settings import Settings

__all__ = ["LoneModels", "ModelFeed", "WorkerModels"]

_log = logging.getLogger("tipstaff.http")

# Seconds for which a worker that has been started waits for its supervisor, which tells it what the others serve by now.
_JOIN_SECONDS = 30


class ModelFeed(Protocol):
    """Brings other models to a process, once it has loaded its first."""

    async def join(self, shelf: "ModelShelf", metrics: "Metrics") -> None:
        """Begin to bring models, and return when the process serves what the service serves by now."""

    async def ask(self, request: ModelRequest) -> ModelOutcome:
        """Have what an administrator asks done, in all processes of the service."""

    def close(self) -> None:
        """End it."""


class LoneModels:
    """Watches for a process that serves alone, in a thread of its own."""

    _first: tuple[HeldCopy, ChampionSource]
    _shelf: "ModelShelf"

    def __init__(self) -> None:
        self._requests: queue.SimpleQueue[tuple[ModelRequest, Future[ModelOutcome]] | None] = queue.SimpleQueue()
        self._asked: Future[ModelOutcome] | None = None
        self.has_ended = False

    def load(self, settings: "Settings") -> "Moderator":
        """Load the model with which the service starts.

        Raises:
            TipstaffError: it cannot be used.
        """
        self._first = held, _ = open_first_version(settings)
        return load_moderator(settings, held.copy)

    async def join(self, shelf: "ModelShelf", metrics: "Metrics") -> None:
        """Begin to watch."""
        self._shelf = shelf
        current, source = self._first
        keeper = ModelKeeper(source, self, current=current, metrics=metrics)

        def run() -> None:
            keeper.run()
            keeper.close()

        threading.Thread(target=run, name="models", daemon=True).start()

    async def ask(self, request: ModelRequest) -> ModelOutcome:
        """Have what an administrator asks done."""
        answer: Future[ModelOutcome] = Future()
        self._requests.put((request, answer))
        return await asyncio.wrap_future(answer)

    def close(self) -> None:
        """End the watch."""
        self.has_ended = True
        self._requests.put(None)

    def wait(self, seconds: float) -> ModelRequest | None:
        """Wait for a request of an administrator; None if none came in time, or the service ends."""
        try:
            item = self._requests.get(timeout=seconds)
        except queue.Empty:
            return None
        if item is None:
            return None
        request, self._asked = item
        return request

    def answer(self, outcome: ModelOutcome) -> None:
        """Answer the last request."""
        if self._asked is not None and not self._asked.cancelled():
            # The caller may go away between this question and the answer.
            with suppress(Exception):
                self._asked.set_result(outcome)
        self._asked = None

    def prepare(self, held: HeldCopy) -> None:
        """Load a model."""
        self._shelf.prepare(held.copy.duplicate())

    def serve(self, current: HeldCopy, former: HeldCopy | None) -> None:
        """Have a model judge."""
        self._shelf.serve(current.content_hash, None if former is None else former.content_hash)

    def drop(self, held: HeldCopy) -> None:
        """Forget a model that was loaded in vain."""
        self._shelf.drop(held.content_hash)

    def report(self, refused: RefusedModel | None) -> None:
        """Note which model cannot be served."""
        self._shelf.report(refused)


class WorkerModels:
    """Takes the models that a supervisor hands over, in a thread of its own.

    Args:
        handover: what the supervisor has handed over at the start of this worker.
    """

    def __init__(self, handover: ModelHandover) -> None:
        self._copy, self._channel = handover.copy, handover.channel
        self._answers: dict[int, Future[ModelOutcome]] = {}
        self._numbers = itertools.count()
        self._welcome = threading.Event()
        self._is_closed = False

    def load(self, settings: "Settings") -> "Moderator":
        """Load the model with which this worker starts.

        Raises:
            ArtefactError: it cannot be used.
        """
        try:
            return load_moderator(settings, self._copy)
        finally:
            self._copy.close()

    async def join(self, shelf: "ModelShelf", metrics: "Metrics") -> None:
        """Tell the supervisor that the first model is loaded, and wait until this worker serves what the others do."""
        del metrics  # the supervisor counts
        threading.Thread(target=self._listen, args=(shelf,), name="models", daemon=True).start()
        self._channel.send("joined")
        if not await asyncio.to_thread(self._welcome.wait, _JOIN_SECONDS):
            _log.error("the supervisor does not say which model is to be served: the one with which this worker started judges")

    async def ask(self, request: ModelRequest) -> ModelOutcome:
        """Have what an administrator asks done in all workers."""
        number, answer = next(self._numbers), Future[ModelOutcome]()
        self._answers[number] = answer
        try:
            self._channel.send("request", number=number, **request._asdict())
            return await asyncio.wrap_future(answer)
        finally:
            self._answers.pop(number, None)

    def close(self) -> None:
        """Close the line."""
        self._is_closed = True
        self._channel.close()

    def _listen(self, shelf: "ModelShelf") -> None:
        """Do what the supervisor says until the line is closed."""
        while (message := self._channel.receive()) is not None:
            try:
                self._take(message.kind, message.fields, list(message.files), shelf)
            except Exception:
                _log.exception("a fault while a model was taken over")
        self._welcome.set()
        if not self._is_closed:
            # Nobody could tell this worker any more which model is to be served; another takes its place.
            _log.error("the line to the supervisor is closed: this worker stops")
            os.kill(os.getpid(), signal.SIGTERM)

    def _take(self, kind: str, fields: dict[str, Any], files: list[int], shelf: "ModelShelf") -> None:
        match kind:
            case "prepare":
                copy = ArtefactCopy(Path(fields["folder"]), dict(zip(fields["names"], files, strict=True)))
                problem = _prepare(shelf, copy)
                self._channel.send("prepared", content_hash=fields["content_hash"], problem=problem)
            case "serve":
                if not shelf.serve(fields["current"], fields["former"]):
                    _log.error("this worker could not load the model that the others serve: another one judges here")
                self._channel.send("serving", content_hash=shelf.current_hash)
                self._welcome.set()
            case "drop":
                shelf.drop(fields["content_hash"])
            case "refused":
                shelf.report(RefusedModel(**fields) if fields else None)
            case "outcome":
                answer = self._answers.get(fields.pop("number"))
                if answer is not None and not answer.cancelled():
                    with suppress(Exception):
                        answer.set_result(ModelOutcome(**fields))


def _prepare(shelf: "ModelShelf", copy: ArtefactCopy) -> str | None:
    """Load a model; return what is wrong with it, None if nothing is."""
    try:
        shelf.prepare(copy)
    except TipstaffError as error:
        return str(error)
    return None
