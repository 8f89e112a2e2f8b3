"""Where a process keeps its models: loads another beside the one that judges, and lets it take over between two calls."""

import asyncio
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TYPE_CHECKING

from model.errors import ArtefactError, SettingsError, TipstaffError
from service.heap_trim import trim_heap
from service.http.reloading.served_models import LoadedModel, RefusedModel, ServedModels
from service.judging.routes import languages_read_by
from service.model_loading import find_languages, languages_place, load_moderator

if TYPE_CHECKING:
    from model.artefact.artefact_copy import ArtefactCopy
    from model.language.identifier import Identifier
    from model.languages.language_packs import LanguagePacks
    from model.moderator import Moderator
    from service.http.admission.community_choice import Communities
    from service.settings import Settings

__all__ = ["ModelShelf", "load_identifier"]

_log = logging.getLogger("tipstaff.http")

# Seconds that the event loop gets for what takes it a few microseconds.
_SWAP_SECONDS = 60


class ModelShelf:
    """The models of a process. Its methods are called in one thread, which is not that of the event loop, but for `adopt`.

    Args:
        settings: the profile, the prior and so on of all models.
        models: what the calls of this process see.
        communities: name policies that each model has to have.
        loop: the event loop in which the calls are answered.
    """

    def __init__(self, settings: "Settings", models: ServedModels, communities: "Communities", loop: asyncio.AbstractEventLoop) -> None:
        self._settings = settings
        self._models = models
        self._communities = communities
        self._loop = loop
        self._held: dict[str, LoadedModel] = {}

    def adopt(self, model: LoadedModel) -> None:
        """Let the first model of this process judge; to be called in the event loop."""
        self._held[model.moderator.content_hash] = model
        self._swap(model, None)

    @property
    def current_hash(self) -> str:
        """The content hash of the model that judges; empty if there is none."""
        return "" if self._models.current is None else self._models.current.moderator.content_hash

    def prepare(self, copy: "ArtefactCopy") -> str:
        """Load a model, so that it can take over at any moment.

        Args:
            copy: its artefact; closed when this is done.

        Returns:
            Its content hash.

        Raises:
            TipstaffError: it cannot be used here.
        """
        began = time.monotonic()
        try:
            model = self._load(copy)
        except TipstaffError:
            raise
        except Exception as error:
            raise ArtefactError(f"the model cannot be loaded: {type(error).__name__}") from error
        finally:
            copy.close()
        self._held[model.moderator.content_hash] = model
        _log.debug("loaded %s in %.0f ms", model.version, (time.monotonic() - began) * 1e3)
        return model.moderator.content_hash

    def _load(self, copy: "ArtefactCopy") -> LoadedModel:
        known = self._models.current
        moderator = load_moderator(self._settings, copy, like=None if known is None else known.moderator)
        try:
            self._communities.require_policies(moderator.policies)
        except SettingsError as error:
            raise ArtefactError(f"{moderator.version}: lacks a policy that a community has: {error}") from error
        moderator.warm()
        packs = find_languages(languages_place(self._settings), moderator)
        if known is not None and known.identifier.learned == frozenset(languages_read_by(moderator, packs)):
            return LoadedModel(moderator, known.identifier, packs)
        identifier = load_identifier(self._settings, moderator, packs)
        identifier.warm()
        return LoadedModel(moderator, identifier, packs)

    def serve(self, current: str, former: str | None) -> bool:
        """Let a model that is loaded judge from now on, and keep one for calls that name it; forget the others.

        Calls that have begun are answered by the model with which they began.

        Args:
            current: content hash of the one that judges.
            former: content hash of the other; None to keep none.

        Returns:
            Whether it judges now: not if it is not loaded.
        """
        if current not in self._held:
            return False
        self._exchange(self._held[current], None if former is None else self._held.get(former))
        trim_heap()
        return True

    def _exchange(self, current: LoadedModel, former: LoadedModel | None) -> None:
        self._in_loop(lambda: self._swap(current, former))
        self._held = {model.moderator.content_hash: model for model in self._models.kept()}

    def _swap(self, current: LoadedModel, former: LoadedModel | None) -> None:
        self._models.current, self._models.former = current, former
        self._communities.adopt_policies(current.moderator.policies)

    def report(self, refused: RefusedModel | None) -> None:
        """Tell the calls that ask for it which model cannot be served; None if all is well."""
        self._in_loop(lambda: setattr(self._models, "refused", refused))

    def drop(self, content_hash: str) -> None:
        """Forget a model that was loaded in vain."""
        if content_hash not in {model.moderator.content_hash for model in self._models.kept()}:
            self._held.pop(content_hash, None)
            trim_heap()

    def _in_loop(self, change: Callable[[], None]) -> None:
        """Make a change in the thread of the event loop, and wait until it is made; not at all once the loop has ended."""
        done: Future[None] = Future()

        def make() -> None:
            change()
            done.set_result(None)

        try:
            self._loop.call_soon_threadsafe(make)
        except RuntimeError:
            return  # the service has stopped
        done.result(_SWAP_SECONDS)


def load_identifier(settings: "Settings", moderator: "Moderator", packs: "LanguagePacks | None") -> "Identifier":
    """Load what identifies the languages that a moderator and packs read; it is not warm yet.

    Raises:
        ArtefactError: its tables cannot be read.
    """
    # The identifier imports Numba, which takes most of a second. In a thread it does not keep /healthz from being answered.
    from model.language.identifier import Identifier

    return Identifier.load(languages_read_by(moderator, packs), letters=settings.language_letters, certainty=settings.language_certainty)
