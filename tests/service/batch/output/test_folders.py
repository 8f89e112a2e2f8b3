"""Files appear in a folder whole or not at all."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from service.batch.output.folders import parent_and_name


def write(path: Path, content: str) -> None:
    folder, name = parent_and_name(path)
    with folder.new_file(name) as part:
        part.write_text(content)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit, ValueError])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, stop: Callable[[], BaseException]) -> None:
    """Whatever ends the block early, the old file stays, and no half-written file is left."""
    (tmp_path / "x").write_text("old")
    folder, name = parent_and_name(tmp_path / "x")

    def write_half() -> None:
        with folder.new_file(name) as part:
            part.write_text("half")
            raise stop()

    with pytest.raises(stop):  # type: ignore[call-overload]
        write_half()
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("x", "old")]


def test_the_old_file_is_there_until_the_new_one_is_whole(tmp_path: Path) -> None:
    """The name changes hands in one step."""
    path = tmp_path / "x"
    path.write_text("old")
    folder, name = parent_and_name(path)
    with folder.new_file(name) as part:
        part.write_text("new")
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_permissions_are_those_of_the_old_file_or_the_usual_ones(tmp_path: Path) -> None:
    """A replaced file keeps its mode; a new one gets what the umask allows."""
    usual, old, new = tmp_path / "usual", tmp_path / "old", tmp_path / "new"
    usual.write_text("")
    old.write_text("")
    old.chmod(0o640)
    write(old, "x")
    write(new, "x")
    assert stat.S_IMODE(old.stat().st_mode) == 0o640
    assert new.stat().st_mode == usual.stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    """The file that a link names is replaced, not the link."""
    (tmp_path / "folder").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "folder" / "real")
    write(link, "x")
    assert link.is_symlink()
    assert (tmp_path / "folder" / "real").read_text() == "x"


@pytest.mark.parametrize("name", ["missing/x", "."])
def test_a_place_that_cannot_be_written_to_is_named(tmp_path: Path, name: str) -> None:
    """A missing folder, or a folder in place of a file, is an error with the name as it was given."""
    with pytest.raises(OSError, match=r"No such file|directory|busy") as error:
        write(tmp_path / name, "x")
    assert error.value.filename == str(tmp_path / name)
