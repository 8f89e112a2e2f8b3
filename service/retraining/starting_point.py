"""The model that a retraining starts from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from model.artefact.public_view import artefact_version
from service.registry.version_folders import read_folder_manifest

if TYPE_CHECKING:
    from model.artefact.manifest import Manifest
    from service.registry.registry import Registry

__all__ = ["StartingPoint", "find_starting_point"]

_KEPT_DOCUMENTS = ("NOTICE", "LICENSE")


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """The champion of a retraining.

    Attributes:
        folder: of the artefact.
        manifest: its description.
    """

    folder: Path
    manifest: "Manifest"

    @property
    def version(self) -> str:
        """Its version, such as ``default@3f2a9c1d04be``."""
        return artefact_version(self.manifest)

    def notices(self) -> dict[str, str]:
        """Return the texts that have to stay with its readers, by file name."""
        files = (self.folder / name for name in _KEPT_DOCUMENTS)
        return {file.name: file.read_text(encoding="utf-8") for file in files if file.is_file()}


def find_starting_point(folder: Path | None, registry: "Registry") -> StartingPoint:
    """Return the model to start from.

    Args:
        folder: of the artefact that the caller names; None for the one in force at the site.
        registry: of the site.

    Raises:
        ArtefactError: it cannot be read, or is damaged.
        RegistryError: the registry is damaged.
    """
    if folder is None:
        in_force = registry.in_force()
        folder = in_force.folder or registry.fetch(in_force.content_hash)
    return StartingPoint(folder, read_folder_manifest(folder))
