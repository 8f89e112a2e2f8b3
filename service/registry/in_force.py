"""What a site judges with."""

from dataclasses import dataclass
from pathlib import Path

from model.artefact.public_view import artefact_version
from service.registry.version_folders import read_folder_manifest

__all__ = ["InForce", "describe_in_force"]


@dataclass(frozen=True, slots=True)
class InForce:
    """The artefact that a site judges with.

    Attributes:
        version: such as ``default@3f2a9c1d04be``.
        content_hash: the whole hash.
        folder: where it lies, if it is pinned by TIPSTAFF_ARTEFACT or came with the installation; None for the registry's champion.
    """

    version: str
    content_hash: str
    folder: Path | None


def describe_in_force(folder: Path) -> InForce:
    """Return what a site judges with that is served from a folder.

    Raises:
        ArtefactError: it cannot be read, or was altered.
    """
    manifest = read_folder_manifest(folder)
    return InForce(artefact_version(manifest), manifest.content_hash, folder)
