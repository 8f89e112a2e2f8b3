"""Copies of files in memory stay what they are."""

import mmap
import os
import threading
from pathlib import Path

import pytest

from model.artefact.sealed_files import copy_to_memory, is_sealed, map_copy, seal_file


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file of some pages."""
    path = tmp_path / "weights"
    path.write_bytes(bytes(range(256)) * 64)
    return path


def test_a_mapped_copy_outlives_the_file(path: Path) -> None:
    """What was mapped stays the same when the file is shortened in place, overwritten and removed."""
    content = path.read_bytes()
    with path.open("r+b") as file:
        view = map_copy(file.fileno(), "weights", size=len(content))
        file.truncate(0)
        file.write(b"something else")
    path.unlink()

    assert view[:] == content


def test_nobody_can_change_a_copy(path: Path) -> None:
    """A copy refuses to be written, shortened, lengthened or mapped for writing."""
    with path.open("rb") as file:
        copy = copy_to_memory(file.fileno(), "weights")
        assert is_sealed(copy)
        assert not is_sealed(file.fileno())
    for change in (
        lambda: os.pwrite(copy, b"x", 0),
        lambda: os.ftruncate(copy, 10),
        lambda: os.ftruncate(copy, 1 << 20),
        lambda: mmap.mmap(copy, 10),
    ):
        with pytest.raises(PermissionError):
            change()
    os.close(copy)


def test_a_page_that_is_held_for_a_moment_is_waited_for() -> None:
    """The kernel refuses to seal a file of which a page is held; it is asked again until it is let go."""
    file = os.memfd_create("held", os.MFD_ALLOW_SEALING)
    os.ftruncate(file, 1 << 12)
    held = mmap.mmap(file, 1 << 12)
    release = threading.Timer(0.1, held.close)
    release.start()
    seal_file(file)
    release.join()
    assert is_sealed(file)
    os.close(file)


def test_a_copy_is_not_copied_again(path: Path) -> None:
    """Who maps a copy shares its memory: the map is of the same file."""
    with path.open("rb") as file:
        copy = copy_to_memory(file.fileno(), "weights")
    inode = os.fstat(copy).st_ino
    view = map_copy(copy, "again", size=256 * 64)
    os.close(copy)

    mappings = [line.split() for line in Path("/proc/self/maps").read_text().splitlines() if "tipstaff-weights" in line]
    assert [int(fields[4]) for fields in mappings].count(inode) == 1
    assert view[:256] == bytes(range(256))


def test_a_file_that_changes_meanwhile_is_refused(path: Path) -> None:
    """A file that has another size than was found before is not mapped."""
    with path.open("rb") as file, pytest.raises(ValueError, match="is being changed"):
        map_copy(file.fileno(), "weights", size=10)
