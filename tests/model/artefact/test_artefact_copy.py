"""A copy of an artefact is read as the folder is, by other processes too, and needs the folder no more."""

import multiprocessing
import os
import shutil
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from model.artefact.artefact_copy import ArtefactCopy
from model.artefact.folder import copy_artefact, read_artefact
from model.errors import ArtefactError
from tests.model.artefact.samples import NORMALISER, build_arrays, read_sample


def test_a_copy_is_read_without_its_folder(folder: Path) -> None:
    """A copy holds the same manifest and arrays as the folder, after that is gone; its memory is free once it is closed."""
    expected = read_sample(folder)
    copy = copy_artefact(folder)
    shutil.rmtree(folder)

    stored = read_artefact(copy, normaliser=NORMALISER)

    assert copy.names == ["manifest.json", "scale.npy", "weights.npy"]
    assert stored.manifest == expected.manifest
    for name, array in expected.arrays.items():
        np.testing.assert_array_equal(stored.arrays[name], array)
    copy.close()
    assert copy.names == []
    with pytest.raises(FileNotFoundError):
        copy.open("weights.npy")


def _send_back(copy: ArtefactCopy, answers: "Queue[tuple[bytes, int]]") -> None:
    file = copy.open("weights.npy")
    answers.put((read_artefact(copy, normaliser=NORMALISER).arrays["weights.npy"].tobytes(), os.fstat(file).st_ino))


def test_processes_share_a_copy(folder: Path) -> None:
    """A process that is started with a copy reads it from the same memory."""
    copy = copy_artefact(folder)
    read_artefact(copy, normaliser=NORMALISER)
    context = multiprocessing.get_context("spawn")
    answers = context.Queue()
    process = context.Process(target=_send_back, args=(copy, answers))
    process.start()
    content, inode = answers.get(timeout=120)
    process.join(timeout=120)

    file = copy.open("weights.npy")
    assert (content, inode) == (build_arrays()["weights.npy"].tobytes(), os.fstat(file).st_ino)
    os.close(file)
    copy.close()


@pytest.mark.parametrize(
    ("name", "size", "reason"),
    [("weights.npy", 2**40, "too long"), ("manifest.json", 10, "not valid JSON"), ("scale.npy", None, "missing")],
)
def test_what_is_no_artefact_is_not_copied(folder: Path, name: str, size: int | None, reason: str) -> None:
    """A file that is far too long, missing or damaged is refused before anything large is copied."""
    if size is None:
        (folder / name).unlink()
    else:
        os.truncate(folder / name, size)

    with pytest.raises(ArtefactError, match=reason):
        copy_artefact(folder)


def test_a_truncated_file_is_refused_when_it_is_read(folder: Path) -> None:
    """What is wrong with a copy is said of the folder that it comes from."""
    os.truncate(folder / "weights.npy", 200)
    copy = copy_artefact(folder)

    with pytest.raises(ArtefactError, match=f"{folder}: weights.npy is truncated"):
        read_artefact(copy, normaliser=NORMALISER)
    copy.close()
