"""The folder of a report: refused before the work if it cannot be used, replaced in one step."""

from pathlib import Path

import pytest

from model.errors import ArtefactError
from training.evaluation.report.report_folder import check_report_folder, write_report_folder

FILES = ("a.html", "a.json")


@pytest.mark.parametrize("earlier", [None, (), ("a.html",), FILES])
def test_a_folder_that_is_absent_or_holds_a_report_will_do(tmp_path: Path, earlier: tuple[str, ...] | None) -> None:
    """It is accepted if it is absent, empty, or holds nothing but files of a report."""
    folder = tmp_path / "out"
    if earlier is not None:
        folder.mkdir()
        for name in earlier:
            (folder / name).write_text("")
    check_report_folder(folder, files=FILES, content="a report")


def test_a_folder_with_anything_else_is_refused(tmp_path: Path) -> None:
    """A file of another name, a link and a sub-folder are named in the error."""
    for number, name in enumerate(("notes.txt", "a.html", "a.json")):
        folder = tmp_path / str(number)
        folder.mkdir()
        if number == 0:
            (folder / name).write_text("")
        elif number == 1:
            (folder / name).symlink_to(tmp_path / "elsewhere")
        else:
            (folder / name).mkdir()
        with pytest.raises(ArtefactError, match=rf"holds something other than a report \('{name}'\)"):
            check_report_folder(folder, files=FILES, content="a report")


def test_a_file_in_the_way_is_refused(tmp_path: Path) -> None:
    """Neither the folder nor one above it may be a file."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="is a file: give a folder"):
        check_report_folder(tmp_path / "file", files=FILES, content="a report")
    with pytest.raises(ArtefactError, match="is a file: choose another folder"):
        check_report_folder(tmp_path / "file" / "out", files=FILES, content="a report")


def test_a_report_replaces_the_one_before(tmp_path: Path) -> None:
    """All files of the new report are there, and none of the old ones is left."""
    write_report_folder(tmp_path / "out", {"a.html": "old", "old.json": "old"})
    write_report_folder(tmp_path / "out", {"a.html": "new"})
    assert {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()} == {"a.html": "new"}
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_what_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    """The error names the folder and says that its earlier content is untouched."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ArtefactError, match="file/out: not written, what was there is untouched"):
        write_report_folder(tmp_path / "file" / "out", {"a.html": ""})
