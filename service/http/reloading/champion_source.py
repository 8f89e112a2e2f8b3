"""The registry, as a service that runs sees it: which version is to be served, and where its files are."""

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from model.errors import RegistryError, RegistryRefusalError
from service.http.reloading.model_keeper import HeldCopy, copy_version
from service.http.reloading.model_requests import Champion, ChampionSource

if TYPE_CHECKING:
    from service.registry.registry import Registry
    from service.registry.registry_documents import Alias
    from service.settings import Settings

__all__ = ["PinnedModel", "WatchedRegistry", "open_first_version"]

# Seconds between two looks into a folder, and into what is behind a URL, where each look is a call over the network.
_FOLDER_INTERVAL, _URL_INTERVAL = 0.5, 3.0


class WatchedRegistry:
    """A registry that is watched.

    Args:
        registry: the registry.
    """

    def __init__(self, registry: "Registry") -> None:
        self._registry = registry
        self._stamp: Hashable = None
        self._champion: Champion | None = None
        self.name = f"the registry {registry.name}"
        self.about = f"{self.name} is watched"
        self.interval = _URL_INTERVAL if "://" in registry.name else _FOLDER_INTERVAL

    def champion(self) -> Champion | None:
        """Return the champion; None if there is none.

        Raises:
            RegistryError: that cannot be found out.
        """
        with _explained(self.name):
            stamp = self._registry.stamp()
            if stamp is None or stamp != self._stamp:
                alias = self._registry.champion()
                self._champion = None if alias is None else _as_champion(alias)
                self._stamp = stamp
        return self._champion

    def former(self) -> Champion | None:
        """Return the version that a rollback leads to; None if there is none.

        Raises:
            RegistryError: that cannot be found out.
        """
        with _explained(self.name):
            alias = self._registry.former()
        return None if alias is None else _as_champion(alias)

    def find(self, version: str) -> str:
        """Return the content hash of a version.

        Raises:
            RegistryError: there is none, or the registry cannot be read.
        """
        with _explained(self.name):
            return self._registry.content_hash(version)

    def fetch(self, content_hash: str) -> Path:
        """Return the folder of a version, checked.

        Raises:
            ArtefactError: it is damaged.
            RegistryError: it is not there, or not signed where it has to be.
        """
        with _explained(self.name):
            return self._registry.fetch(content_hash)

    def check_again(self, content_hash: str) -> None:
        """Make sure that a version which was served before, and is still held, may be served again.

        Raises:
            RegistryError: it may not, for what was served since has a newer signature.
        """
        with _explained(self.name):
            self._registry.check_served_again(content_hash)

    def activate(self, content_hash: str, *, by: str, seen: str | None, force: str | None) -> Champion:
        """Make a version champion.

        Raises:
            RegistryError: it may not be.
        """
        with _explained(self.name):
            return _as_champion(self._registry.activate(content_hash, by=by, seen=seen, reason=force))

    def rollback(self, *, by: str) -> Champion:
        """Make the former champion champion again.

        Raises:
            RegistryError: there is none.
        """
        with _explained(self.name):
            return _as_champion(self._registry.rollback(by=by), is_rollback=True)

    def confirm(self, content_hash: str) -> None:
        """Note that a version is served.

        Raises:
            RegistryError: that cannot be noted.
        """
        with _explained(self.name):
            self._registry.confirm_served(content_hash)


class PinnedModel:
    """Stands in the place of a registry where the artefact is pinned: no other is ever served."""

    name = "the artefact"
    about = "it is pinned (TIPSTAFF_ARTEFACT, --artefact): no registry is watched"
    interval = 3600.0

    def champion(self) -> Champion | None:
        """Return None: the artefact that is served stays."""
        return None

    def former(self) -> Champion | None:
        """Return None: nothing was served before."""
        return None

    def find(self, version: str) -> str:
        """Refuse to look for a version.

        Raises:
            RegistryRefusalError: always.
        """
        raise self._refusal()

    def fetch(self, content_hash: str) -> Path:
        """Refuse to fetch a version; see `find`."""
        raise self._refusal()

    def check_again(self, content_hash: str) -> None:
        """Refuse to serve a version again; see `find`."""
        raise self._refusal()

    def activate(self, content_hash: str, *, by: str, seen: str | None, force: str | None) -> Champion:
        """Refuse to activate a version; see `find`."""
        raise self._refusal()

    def rollback(self, *, by: str) -> Champion:
        """Refuse to go back to another version; see `find`."""
        raise self._refusal()

    def confirm(self, content_hash: str) -> None:
        """Do nothing: what is pinned is not the registry's."""

    def _refusal(self) -> RegistryRefusalError:
        return RegistryRefusalError(
            "the artefact is pinned (TIPSTAFF_ARTEFACT, --artefact): start the service without it to serve the registry's"
        )


def _as_champion(alias: "Alias", *, is_rollback: bool = False) -> Champion:
    return Champion(alias.version, alias.content_hash, alias.sequence, is_forced=is_rollback or alias.reason is not None)


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn what the system refuses into an error that says where."""
    try:
        yield
    except OSError as error:
        raise RegistryError(f"{name} cannot be used: {error.strerror or type(error).__name__}") from error


def open_first_version(settings: "Settings") -> tuple[HeldCopy, ChampionSource]:
    """Return the artefact with which a service starts, and where others may come from.

    Args:
        settings: the artefact, if it is pinned, and the place of the registry.

    Raises:
        ArtefactError: the artefact cannot be read.
        RegistryError: the registry cannot be read, or its champion may not be served.
    """
    from service.registry.registry import open_registry

    if settings.artefact is not None:
        return copy_version(settings.artefact), PinnedModel()
    registry = open_registry(settings)
    source = WatchedRegistry(registry)
    with _explained(source.name):
        in_force = registry.in_force()
        first = copy_version(in_force.folder or registry.fetch(in_force.content_hash))
    if in_force.folder is None:
        source.confirm(first.content_hash)
    return first, source
