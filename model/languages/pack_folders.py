"""Where language packs lie: in the distribution ``tipstaff-languages``, and in a folder of the operator's."""

import hashlib
import importlib.util
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from model.artefact.folder import StoredArtefact, read_artefact, read_manifest_of
from model.artefact.manifest import Manifest
from model.artefact.open_artefact import MANIFEST
from model.artefact.shared_arrays import SharedArrays
from model.errors import ArtefactError
from model.language.tags import bare_tag, canonical_tag
from model.normaliser.version import PACK_NORMALISER

__all__ = ["PackFolder", "find_packs", "hash_packs", "list_pack_places", "open_shared_arrays", "read_pack", "shipped_languages"]

_DISTRIBUTION = "tipstaff_languages"
_SHARED = "shared"
_ENGLISH = "en"


@dataclass(frozen=True)
class PackFolder:
    """A pack that was found, with its manifest; its arrays have not been read.

    Attributes:
        folder: where it lies.
        manifest: what it states of itself.
    """

    folder: Path
    manifest: Manifest

    @property
    def tag(self) -> str:
        """The language that it reads."""
        return self.manifest.languages[0]


def shipped_languages() -> Path | None:
    """Return the folder of the distribution ``tipstaff-languages``; None if that is not installed."""
    found = importlib.util.find_spec(_DISTRIBUTION)
    return None if found is None or found.origin is None else Path(found.origin).parent


def find_packs(operator: Path | None = None) -> Mapping[str, PackFolder]:
    """Return the packs by the tags of their languages, in alphabetical order.

    Args:
        operator: a folder each of whose folders is a pack, but for the one called ``shared``; one of these comes before the pack that
            ships for the same language.

    Raises:
        ArtefactError: the folder cannot be read, or one of its folders is not a pack.
    """
    shipped = shipped_languages()
    packs = _list_packs(shipped / "packs") if shipped is not None and (shipped / "packs").is_dir() else {}
    return dict(sorted((packs | (_list_packs(operator) if operator is not None else {})).items()))


def hash_packs(packs: Mapping[str, PackFolder]) -> str:
    """Return the SHA-256 of all of some packs that can change a score or a verdict."""
    return hashlib.sha256("".join(f"{tag} {pack.manifest.content_hash}\n" for tag, pack in packs.items()).encode()).hexdigest()


def open_shared_arrays(operator: Path | None = None) -> SharedArrays:
    """Return the arrays that packs share: those in the folder ``shared`` of the operator's folder, and those that ship."""
    shipped = shipped_languages()
    return SharedArrays([folder / _SHARED for folder in (operator, shipped) if folder is not None])


def read_pack(folder: Path, shared: SharedArrays | None = None, *, tag: str | None = None, ngrams_only: bool = False) -> StoredArtefact:
    """Read a pack.

    Args:
        folder: where it lies.
        shared: where the arrays lie that it shares with others; those that ship if None.
        tag: the language for which it has to be; None for any.
        ngrams_only: whether to leave out the arrays of its encoder, which are large.

    Raises:
        ArtefactError: it cannot be used, or is not a pack.
    """
    stored = read_artefact(folder, normaliser=PACK_NORMALISER, shared=shared or open_shared_arrays(), ngrams_only=ngrams_only)
    _check_language(folder, stored.manifest)
    if tag is not None and stored.manifest.languages != (tag,):
        raise ArtefactError(f"{folder}: has become a pack for {stored.manifest.languages[0]!r}, no longer for {tag!r}: put that one back")
    return stored


def list_pack_places(folder: Path) -> list[Path]:
    """Return the folders in a folder of packs, each of which has to be one.

    Raises:
        ArtefactError: the folder cannot be read, or is a pack itself.
    """
    if (folder / MANIFEST).is_file():
        raise ArtefactError(f"{folder}: is a pack itself, or another artefact: name the folder that packs lie in")
    try:
        return sorted(place for place in folder.iterdir() if place.is_dir() and not place.name.startswith(".") and place.name != _SHARED)
    except OSError as error:
        raise ArtefactError(f"{folder}: no language packs can be read here: {error.strerror}: name a folder of packs") from error


def _list_packs(folder: Path) -> dict[str, PackFolder]:
    packs: dict[str, PackFolder] = {}
    for place in list_pack_places(folder):
        manifest = read_manifest_of(place)
        _check_language(place, manifest)
        pack = PackFolder(place, manifest)
        if pack.tag in packs:
            raise ArtefactError(f"{place}: is a pack for {pack.tag!r} as {packs[pack.tag].folder} is: keep one of them")
        packs[pack.tag] = pack
    return packs


def _check_language(folder: Path, manifest: Manifest) -> None:
    if manifest.normaliser != PACK_NORMALISER:
        raise ArtefactError(
            f"{folder}: is no language pack of this Tipstaff, but an artefact for the text normaliser {manifest.normaliser!r}: "
            f"a pack has {PACK_NORMALISER!r}: train it anew"
        )
    if len(manifest.languages) != 1:
        raise ArtefactError(f"{folder}: is for {len(manifest.languages)} languages: a pack is for one: train it anew")
    tag = manifest.languages[0]
    if canonical_tag(tag) != tag or bare_tag(tag) != tag:
        raise ArtefactError(f"{folder}: is for {tag!r}, which is not the tag of a language: train it anew for one such as pt or hi-Latn")
    if tag == _ENGLISH:
        raise ArtefactError(f"{folder}: is a pack for English, which the model of the site reads: move it away")
