"""An artefact is opened without following links, and its manifest is read within limits."""

import os
from pathlib import Path

import pytest

from model.artefact.open_artefact import MANIFEST, MAX_MANIFEST_BYTES, open_artefact, read_manifest
from model.errors import ArtefactError


def test_files_are_opened_by_name(folder: Path) -> None:
    """Plain files are opened; what is missing, a link or a folder is refused with its name and what to do."""
    handle = os.open(folder, os.O_RDONLY)
    (folder / "link").symlink_to(MANIFEST)
    (folder / "sub").mkdir()
    artefact = open_artefact(folder, handle)

    os.close(artefact.open(MANIFEST))
    assert artefact.names == ["link", "manifest.json", "scale.npy", "sub", "weights.npy"]
    assert read_manifest(artefact).name == "forum"
    for name, reason in (("absent", "is missing"), ("link", "cannot be opened"), ("sub", "is not a plain file")):
        with pytest.raises(ArtefactError, match=f"{folder}: {name} {reason}"):
            artefact.open(name)
    os.close(handle)


def test_a_manifest_has_a_limit(folder: Path) -> None:
    """A manifest of gigabytes is refused by its size."""
    os.truncate(folder / MANIFEST, MAX_MANIFEST_BYTES + 1)
    handle = os.open(folder, os.O_RDONLY)
    with pytest.raises(ArtefactError, match="is larger than"):
        read_manifest(open_artefact(folder, handle))
    os.close(handle)
