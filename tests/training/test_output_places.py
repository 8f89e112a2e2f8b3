"""Places for results: a folder that can be used or created is accepted, anything else is refused before the work."""

from pathlib import Path

import pytest

from model.errors import ArtefactError
from training.output_places import check_output_folder, is_writable_folder


def test_a_folder_that_exists_or_can_be_created_is_accepted(tmp_path: Path) -> None:
    """It may lie in folders that do not exist yet."""
    for folder in (tmp_path, tmp_path / "new", tmp_path / "several" / "new"):
        check_output_folder(folder)


def test_a_file_is_refused(tmp_path: Path) -> None:
    """Neither the folder nor one above it may be a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="is a file: give a folder"):
        check_output_folder(tmp_path / "file")
    with pytest.raises(ArtefactError, match="is a file: choose another folder"):
        check_output_folder(tmp_path / "file" / "out")


def test_only_a_folder_in_which_files_can_be_created_is_writable(tmp_path: Path) -> None:
    """A file and an absent folder are not."""
    (tmp_path / "file").write_text("")
    assert [is_writable_folder(path) for path in (tmp_path, tmp_path / "file", tmp_path / "absent")] == [True, False, False]
