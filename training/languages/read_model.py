"""Reads and writes any model that is trained: an artefact for English, or a language pack, whose encoder lies in a folder of its own."""

from collections.abc import Mapping
from pathlib import Path

from model.array_types import AnyArray
from model.artefact.folder import StoredArtefact, read_artefact, read_manifest_of, write_artefact
from model.artefact.manifest import Description, Manifest
from model.languages.pack_folders import open_shared_arrays, read_pack
from model.normaliser.version import PACK_NORMALISER, normaliser_version

__all__ = ["ENCODER_ARRAYS", "is_pack", "read_model", "write_model"]

ENCODER_ARRAYS = ("network", "pieces")
"""The arrays of an encoder that packs share, by their names in the manifest's entry of the encoder."""


def is_pack(described: Description) -> bool:
    """Return whether a manifest is that of a language pack."""
    return described.normaliser == PACK_NORMALISER


def read_model(folder: Path) -> StoredArtefact:
    """Read an artefact or a language pack.

    Args:
        folder: where it lies; what a pack shares with others may lie beside it in the folder ``shared``.

    Raises:
        ArtefactError: it cannot be used.
    """
    if is_pack(read_manifest_of(folder)):
        return read_pack(folder, open_shared_arrays(folder.absolute().parent))
    return read_artefact(folder, normaliser=normaliser_version())


def write_model(
    folder: Path, description: Description, arrays: Mapping[str, AnyArray], documents: Mapping[str, str] | None = None, *, like: Path
) -> Manifest:
    """Write an artefact or a language pack, as `write_artefact` does; an encoder that packs share is left where it lies.

    Args:
        folder: where to.
        description: the fields of the manifest.
        arrays: by file name.
        documents: further texts by name.
        like: folder of the model that it was made from. A pack that has an encoder of its own there keeps it.

    Raises:
        ArtefactError: it cannot be written.
    """
    of_encoder = [str(reader[name]) for reader in description.readers[1:] for name in ENCODER_ARRAYS]
    shared = [name for name in of_encoder if is_pack(description) and not (like / name).is_file()]
    return write_artefact(folder, description=description, arrays=arrays, documents=documents, shared=shared)
