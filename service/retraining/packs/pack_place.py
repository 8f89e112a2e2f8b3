"""Where a retrained language pack goes: into the site's own packs, if the gate lets it pass."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from model.artefact.folder import read_manifest_of
from model.artefact.manifest import Description
from training.languages.read_model import read_model, write_model

__all__ = ["copy_pack", "put_in_place", "replaced_packs", "share_encoder"]

_BEFORE, _SHARED = "languages-before", "shared"


def replaced_packs(data_dir: Path) -> Path:
    """Return the folder of the packs that retraining has replaced, which may not be there yet."""
    return data_dir / _BEFORE


def share_encoder(pack: Path, work: Path) -> None:
    """Have packs in a folder find what a pack shares with those beside it, if that lies there.

    Raises:
        OSError: the folder cannot be written to.
    """
    shared = pack.absolute().parent / _SHARED
    if shared.is_dir():
        (work / _SHARED).symlink_to(shared)


def copy_pack(folder: Path, out: Path, documents: Mapping[str, str]) -> None:
    """Write a pack into another folder as well, in one step, with the same hashes.

    Args:
        folder: of the pack.
        out: absent, empty, or an artefact, which is replaced.
        documents: texts by file name that belong to it.

    Raises:
        ArtefactError: it cannot be written.
    """
    stored = read_model(folder)
    description = Description(**{name: getattr(stored.manifest, name) for name in Description.model_fields})
    write_model(out, description, stored.arrays, documents, like=folder)


def put_in_place(folder: Path, packs: Path, documents: Mapping[str, str], *, data_dir: Path) -> Path:
    """Put a pack among the site's own, where the service finds it when it starts next; the one that it replaces is kept.

    Args:
        folder: of the pack.
        packs: of the site's own packs.
        documents: texts by file name that belong to it.
        data_dir: of the site; a pack that is replaced is copied into ``languages-before`` there, under its language and hash.

    Returns:
        The folder that it is in now.

    Raises:
        ArtefactError: what is there is no pack, or it cannot be written.
        OSError: the one that is replaced cannot be kept.
    """
    place = packs / read_manifest_of(folder).languages[0]
    if place.is_dir() and any(place.iterdir()):
        before = read_manifest_of(place)
        kept = replaced_packs(data_dir) / f"{place.name}-{before.content_hash[:12]}"
        if not kept.exists():
            shutil.copytree(place, kept)
    copy_pack(folder, place, documents)
    return place
