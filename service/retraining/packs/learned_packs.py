"""The packs that a site has made or retrained itself, and which of them learned from tables of which something was forgotten."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from model.artefact.folder import read_manifest_of
from model.artefact.public_view import artefact_version
from model.errors import ArtefactError
from model.languages.pack_folders import PackFolder, list_pack_places
from service.model_loading import own_packs
from service.retraining.packs.pack_place import replaced_packs

if TYPE_CHECKING:
    from service.registry.lineage import Lineage
    from service.settings import Settings

__all__ = ["FoundPacks", "describe_pack", "find_own_packs", "packs_that_learned"]


class FoundPacks(NamedTuple):
    """The packs that lie in folders.

    Attributes:
        packs: those whose manifests can be read, in the order of their folders.
        problems: a line for each that cannot be read.
    """

    packs: list[PackFolder]
    problems: list[str]


def find_own_packs(settings: "Settings", *, replaced: bool) -> FoundPacks:
    """Return the site's own packs, whichever of them it judges by; those that ship are not among them.

    Args:
        settings: of the site.
        replaced: whether those are wanted too that retraining has replaced and kept.
    """
    found = FoundPacks([], [])
    for folder in (own_packs(settings), *([replaced_packs(settings.data_dir)] if replaced else [])):
        if folder.is_dir():
            _read_manifests(folder, found)
    return found


def _read_manifests(folder: Path, found: FoundPacks) -> None:
    try:
        places = list_pack_places(folder)
    except ArtefactError as error:
        found.problems.append(str(error))
        return
    for place in places:
        try:
            found.packs.append(PackFolder(place, read_manifest_of(place)))
        except ArtefactError as error:
            found.problems.append(str(error))


def packs_that_learned(packs: Iterable[PackFolder], sha256s: Collection[str], lineage: "Lineage") -> list[PackFolder]:
    """Return those packs that learned from tables of these hashes, themselves or by the pack that they started from.

    Args:
        packs: the packs.
        sha256s: hashes of tables; those that these had before count as well.
        lineage: knows what became of tables.

    Raises:
        RegistryError: a tombstone is damaged.
    """
    hashes = {former for sha256 in sha256s for former in lineage.former_hashes(sha256)}
    return [pack for pack in packs if not hashes.isdisjoint(table.sha256 for table in pack.manifest.data)]


def describe_pack(pack: PackFolder) -> dict[str, str]:
    """Return a pack as JSON: its version, the tag of its language and its folder."""
    return {"version": artefact_version(pack.manifest), "language": pack.tag, "folder": str(pack.folder)}
