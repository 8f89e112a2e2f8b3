"""Decides which model is served: watches the registry, carries out what administrators ask, and refuses what is broken.

It runs in one thread of one process, the supervisor if there are several workers. Whatever goes wrong, the model that is served stays.
"""

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from model.artefact.public_view import artefact_version
from model.errors import ArtefactError, RegistryRefusalError, TipstaffError, UnknownVersionError, UntrustedVersionError
from service.http.reloading.model_requests import Champion, ChampionSource, ModelOutcome, ModelRequest, Refusal
from service.http.reloading.served_models import RefusedModel

if TYPE_CHECKING:
    from model.artefact.artefact_copy import ArtefactCopy
    from model.artefact.manifest import Manifest
    from service.http.observability.metrics import Metrics

__all__ = ["HeldCopy", "ModelDelivery", "ModelKeeper", "copy_version"]

_log = logging.getLogger("tipstaff.http")

# Seconds until a model that was refused is looked at again: whoever copies its files may not have been done.
_RETRY_SECONDS = 10.0


@dataclass(frozen=True)
class HeldCopy:
    """An artefact in memory.

    Attributes:
        manifest: its description.
        copy: its files.
    """

    manifest: "Manifest"
    copy: "ArtefactCopy"

    @property
    def content_hash(self) -> str:
        """The hash of all that can change a score."""
        return self.manifest.content_hash

    @property
    def version(self) -> str:
        """Its name and the beginning of its hash."""
        return artefact_version(self.manifest)


def copy_version(folder: Path, *, sharing: tuple[HeldCopy, ...] = ()) -> HeldCopy:
    """Copy an artefact into memory.

    Args:
        folder: of the artefact.
        sharing: others that are in memory; files that are the same are not copied once more.

    Raises:
        ArtefactError: it cannot be read.
    """
    from model.artefact.folder import copy_artefact, read_copied_manifest

    copy = copy_artefact(folder, sharing=[held.copy for held in sharing])
    try:
        return HeldCopy(read_copied_manifest(copy), copy)
    except BaseException:
        copy.close()
        raise


class ModelDelivery(Protocol):
    """Brings models to all processes that serve."""

    def wait(self, seconds: float) -> ModelRequest | None:
        """Wait for a request of an administrator; None if none came in time, or the service ends."""

    def prepare(self, held: HeldCopy) -> None:
        """Have all processes load a model.

        Raises:
            TipstaffError: one of them cannot use it; none keeps it.
        """

    def serve(self, current: HeldCopy, former: HeldCopy | None) -> None:
        """Have a model judge in all processes that have loaded it, and return when it does."""

    def drop(self, held: HeldCopy) -> None:
        """Have all processes forget a model that they loaded in vain."""

    def report(self, refused: RefusedModel | None) -> None:
        """Tell all processes that the model that is to be served is refused; None if all is well."""

    def answer(self, outcome: ModelOutcome) -> None:
        """Answer the last request."""

    @property
    def has_ended(self) -> bool:
        """Whether the service ends."""


class ModelKeeper:
    """Keeps the models of a service.

    Args:
        source: says which version is to be served.
        delivery: brings it to the processes.
        current: the one that they serve.
        metrics: counts what happens.
    """

    def __init__(self, source: ChampionSource, delivery: ModelDelivery, *, current: HeldCopy, metrics: "Metrics") -> None:
        self._source = source
        self._delivery = delivery
        self._current = current
        self._former: HeldCopy | None = None
        self._metrics = metrics
        self._seen: Champion | None = None
        self._retry_at: float | None = None
        self._refused: RefusedModel | None = None

    def run(self) -> None:
        """Watch and answer until the service ends."""
        _log.info("%s is served; %s", self._current.version, self._source.about)
        self._metrics.set_gauges(model_refused=0)
        self._recall_former()
        look_at = 0.0
        while not self._delivery.has_ended:
            try:
                if time.monotonic() >= look_at:
                    self._watch()
                    look_at = time.monotonic() + self._source.interval
                request = self._delivery.wait(max(0.0, look_at - time.monotonic()))
                if request is not None:
                    self._delivery.answer(self._carry_out(request))
            except Exception:
                # Nothing that happens here may end the watch for good.
                _log.exception("a fault while the registry was watched")
                look_at = time.monotonic() + _RETRY_SECONDS

    def close(self) -> None:
        """Give the memory of the copies back."""
        for held in (self._current, self._former):
            if held is not None:
                held.copy.close()

    def _recall_former(self) -> None:
        """Have the processes keep the version that was served before the service was started, for a rollback and for calls that name it."""
        try:
            former = self._source.former()
            if former is None or former.content_hash == self._current.content_hash:
                return
            self._former = self._obtain(former.content_hash, is_forced=True)
            self._delivery.serve(self._current, self._former)
        except TipstaffError as error:
            _log.warning("the version before %s is not kept: %s", self._current.version, error)

    def _watch(self) -> None:
        """Serve the champion if it is another than before."""
        champion: Champion | None = None
        try:
            champion = self._source.champion()
            if champion == self._seen and (self._retry_at is None or time.monotonic() < self._retry_at):
                return
            if champion is not None:
                self._adopt(champion)
        except TipstaffError as error:
            self._refuse(champion, error)
        else:
            self._accept()
        self._seen = champion

    def _adopt(self, champion: Champion) -> None:
        """Have a champion served, unless it is already.

        Raises:
            TipstaffError: it cannot be used; the other one is served as before.
        """
        if champion.content_hash == self._current.content_hash:
            return
        if self._former is not None and champion.content_hash == self._former.content_hash:
            self._source.check_again(champion.content_hash)
            self._serve(self._former)
            return
        self._serve(self._obtain(champion.content_hash, is_forced=champion.is_forced))

    def _obtain(self, content_hash: str, *, is_forced: bool) -> HeldCopy:
        """Bring a version into the memory of all processes.

        Raises:
            TipstaffError: it cannot be used.
        """
        kept = (self._current, *([self._former] if self._former else []))
        held = copy_version(self._source.fetch(content_hash), sharing=kept)
        try:
            self._check(held, content_hash, is_forced=is_forced)
            self._delivery.prepare(held)
        except BaseException:
            held.copy.close()
            raise
        return held

    def _check(self, held: HeldCopy, content_hash: str, *, is_forced: bool) -> None:
        if held.content_hash != content_hash:
            raise ArtefactError(f"the folder of {content_hash[:12]} holds {held.version}: copy the right one there again")
        lost = sorted(set(self._current.manifest.languages) - set(held.manifest.languages))
        if lost and not is_forced:
            raise ArtefactError(
                f"{held.version}: has not learned the language {', '.join(lost)}, which {self._current.version} has: "
                "activate it with a reason (force) if its comments are to be foreign"
            )

    def _serve(self, held: HeldCopy) -> None:
        """Have a model judge that all processes have loaded; the one before is kept, and that before it forgotten."""
        before, forgotten = self._current, self._former
        self._current, self._former = held, before
        self._delivery.serve(held, before)
        self._confirm(held)
        self._metrics.count_reload("served")
        _log.info("%s is served in place of %s", held.version, before.version)
        if forgotten is not None and forgotten is not held:
            forgotten.copy.close()

    def _confirm(self, held: HeldCopy) -> None:
        """Note in the registry which version is served; the calls do not depend on that."""
        try:
            self._source.confirm(held.content_hash)
        except TipstaffError as error:
            _log.error("%s is served, which cannot be noted in %s: %s", held.version, self._source.name, error)

    def _accept(self) -> None:
        self._retry_at = None
        if self._refused is not None:
            _log.info("%s is served, and is the champion: what was wrong is over", self._current.version)
            self._refused = None
            self._delivery.report(None)
            self._metrics.set_gauges(model_refused=0)

    def _refuse(self, champion: Champion | None, error: TipstaffError) -> None:
        """Raise the alarm about a champion that cannot be served; once, for as long as nothing changes."""
        self._retry_at = time.monotonic() + _RETRY_SECONDS
        refused = RefusedModel("unknown" if champion is None else champion.version, str(error))
        if refused == self._refused:
            return
        self._refused = refused
        self._metrics.count_reload("refused")
        self._metrics.set_gauges(model_refused=1)
        what = self._source.name if champion is None else f"{champion.version}, which is champion,"
        _log.error("%s is served as before, %s cannot be used: %s", self._current.version, what, error)
        self._delivery.report(refused)

    def _carry_out(self, request: ModelRequest) -> ModelOutcome:
        """Do what an administrator asks."""
        try:
            champion = self._activate(request) if request.act == "activate" else self._source.rollback(by=request.by)
        except UnknownVersionError as error:
            return self._outcome(refusal="unknown", reason=str(error))
        except (ArtefactError, UntrustedVersionError) as error:
            self._metrics.count_reload("refused")
            _log.error("%s is served as before: %s", self._current.version, error)
            return self._outcome(refusal="broken", reason=str(error))
        except RegistryRefusalError as error:
            return self._outcome(refusal="not allowed", reason=str(error))
        except TipstaffError as error:
            _log.error("%s is served as before: %s", self._current.version, error)
            return self._outcome(refusal="unavailable", reason=str(error))
        try:
            self._adopt(champion)
        except TipstaffError as error:
            self._refuse(champion, error)
            return self._outcome(refusal="broken", reason=str(error))
        self._accept()
        self._seen = champion
        return self._outcome(sequence=champion.sequence)

    def _activate(self, request: ModelRequest) -> Champion:
        """Make a version champion after all processes have loaded it, and have it served.

        Raises:
            ArtefactError: it cannot be used; nothing was changed.
            TipstaffError: it may not be made champion.
        """
        content_hash = self._source.find(request.version)
        kept = {held.content_hash: held for held in (self._current, self._former) if held is not None}
        held = kept.get(content_hash) or self._obtain(content_hash, is_forced=request.force is not None)
        try:
            champion = self._source.activate(content_hash, by=request.by, seen=request.seen, force=request.force)
        except BaseException:
            if content_hash not in kept:
                self._delivery.drop(held)
                held.copy.close()
            raise
        if held is not self._current:
            self._serve(held)
        return champion

    def _outcome(self, *, sequence: int = 0, refusal: Refusal | None = None, reason: str = "") -> ModelOutcome:
        former = None if self._former is None else self._former.version
        return ModelOutcome(self._current.version, former, sequence, refusal, reason)
