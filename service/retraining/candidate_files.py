"""The files of a candidate beside its arrays, and its copy in a folder that the caller names."""

import os
from collections.abc import Mapping
from pathlib import Path

from model.artefact.folder import read_artefact, write_artefact
from model.artefact.manifest import Description
from model.normaliser.version import normaliser_version

__all__ = ["add_documents", "copy_candidate"]


def add_documents(folder: Path, documents: Mapping[str, str]) -> None:
    """Write texts beside the arrays of an artefact that nobody reads yet, and make sure that they survive a power cut.

    Args:
        folder: the folder of the artefact.
        documents: texts by file name, such as ``MODEL_CARD.md``.

    Raises:
        OSError: the file system refuses.
    """
    for name, text in documents.items():
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def copy_candidate(folder: Path, out: Path, documents: Mapping[str, str]) -> None:
    """Write the artefact of a folder into another one as well, in one step, with the same hashes.

    Args:
        folder: the folder of the artefact.
        out: absent, empty, or an artefact, which is replaced.
        documents: texts by file name that belong to it.

    Raises:
        ArtefactError: it cannot be written.
    """
    stored = read_artefact(folder, normaliser=normaliser_version())
    description = Description(**{name: getattr(stored.manifest, name) for name in Description.model_fields})
    write_artefact(out, description=description, arrays=stored.arrays, documents=documents)
