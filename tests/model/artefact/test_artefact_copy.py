"""A copy of an artefact is read as the folder is, by other processes too, and needs the folder no more."""

import multiprocessing
import os
import shutil
from pathlib import Path
from queue import Queue

import numpy as np
import pytest

from model.artefact.artefact_copy import ArtefactCopy
from model.artefact.folder import copy_artefact, read_artefact, read_copied_manifest
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


def _memory_of(copy: ArtefactCopy) -> dict[str, int]:
    return {name: os.fstat(file).st_ino for name, file in copy.descriptors().items()}


def test_copies_share_files_that_are_the_same(folder: Path, tmp_path: Path) -> None:
    """An array that another copy holds already takes no memory once more; it stays when that one is closed."""
    first = copy_artefact(folder)
    shutil.copytree(folder, tmp_path / "other")
    second, apart = copy_artefact(tmp_path / "other", sharing=[first]), copy_artefact(tmp_path / "other")

    shared = {name for name, inode in _memory_of(second).items() if inode == _memory_of(first)[name]}
    assert shared == {"scale.npy", "weights.npy"}
    assert set(_memory_of(apart).values()).isdisjoint(_memory_of(first).values())
    first.close()
    assert read_artefact(second, normaliser=NORMALISER).arrays["scale.npy"].size
    assert read_copied_manifest(second) == read_sample(folder).manifest
    second.close()
    apart.close()


def test_a_damaged_file_is_not_taken_for_a_shared_one(folder: Path, tmp_path: Path) -> None:
    """What is wrong with an array is found although another copy holds the array as the manifest describes it."""
    first = copy_artefact(folder)
    other = tmp_path / "other"
    shutil.copytree(folder, other)
    content = bytearray((other / "weights.npy").read_bytes())
    content[-1] ^= 1
    (other / "weights.npy").write_bytes(content)
    second = copy_artefact(other, sharing=[first])

    with pytest.raises(ArtefactError, match="was altered"):
        read_artefact(second, normaliser=NORMALISER)
    first.close()
    second.close()


def test_a_duplicate_outlives_the_copy(folder: Path) -> None:
    """A duplicate is the same memory, and is there when the other is closed."""
    copy = copy_artefact(folder)
    duplicate = copy.duplicate()
    assert _memory_of(duplicate) == _memory_of(copy)
    copy.close()

    assert read_artefact(duplicate, normaliser=NORMALISER).manifest == read_sample(folder).manifest
    duplicate.close()
