"""Artefacts are written whole, read back as they were, and refused in one line if anything about the folder is wrong."""

import os
import resource
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.artefact.folder import write_artefact
from model.errors import ArtefactError
from tests.model.artefact.samples import build_arrays, build_description, read_sample, refusal


def test_manifest_and_arrays_come_back(folder: Path) -> None:
    """The manifest that write returns is the one that read finds; arrays are equal, and nothing else lies there."""
    manifest = write_artefact(folder, description=build_description(), arrays=build_arrays())

    stored = read_sample(folder)

    assert stored.manifest == manifest
    assert stored.arrays.keys() == build_arrays().keys()
    for name, array in build_arrays().items():
        np.testing.assert_array_equal(stored.arrays[name], array, strict=True)
    assert {path.name for path in folder.iterdir()} == {"manifest.json", *build_arrays()}
    assert [path.name for path in folder.parent.iterdir()] == ["forum"]


def test_link_to_the_folder_is_followed(folder: Path, tmp_path: Path) -> None:
    """A folder may be reached, and replaced, through a link; the link stays."""
    link = tmp_path / "current"
    link.symlink_to(folder.name)

    write_artefact(link, description=build_description(name="other"), arrays=build_arrays())

    assert link.is_symlink()
    assert read_sample(link).manifest == read_sample(folder).manifest
    assert read_sample(folder).manifest.name == "other"


def test_missing_parents_are_made_and_an_empty_folder_is_filled(tmp_path: Path) -> None:
    """The place need not be prepared, but may be."""
    (tmp_path / "empty").mkdir()

    for place in (tmp_path / "a" / "b" / "forum", tmp_path / "empty"):
        write_artefact(place, description=build_description(), arrays=build_arrays())
        assert read_sample(place).manifest.name == "forum"


def test_relative_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be named from where one stands, even as the one in which one stands."""
    monkeypatch.chdir(folder)

    write_artefact(Path(), description=build_description(name="other"), arrays=build_arrays())

    assert read_sample(folder).manifest.name == "other"


@given(st.data())
def test_any_altered_byte_is_refused(shared: Path, data: st.DataObject) -> None:
    """No byte of any file can change unnoticed."""
    path = data.draw(st.sampled_from(sorted(shared.iterdir())))
    original = path.read_bytes()
    at = data.draw(st.integers(0, len(original) - 1))
    mask = data.draw(st.integers(1, 255))

    path.write_bytes(original[:at] + bytes([original[at] ^ mask]) + original[at + 1 :])

    try:
        refusal(shared)
    finally:
        path.write_bytes(original)


@given(st.data())
def test_any_truncation_or_extension_is_refused(shared: Path, data: st.DataObject) -> None:
    """A file that ends early, or goes on, is noticed at any length."""
    path = data.draw(st.sampled_from(sorted(shared.iterdir())))
    original = path.read_bytes()
    size = data.draw(st.integers(0, len(original) - 1))
    changed = data.draw(st.sampled_from([original[:size], original + original[size:]]))

    path.write_bytes(changed)

    try:
        refusal(shared)
    finally:
        path.write_bytes(original)


@pytest.mark.parametrize("name", ["manifest.json", "weights.npy", "scale.npy"])
def test_missing_file_is_named(folder: Path, name: str) -> None:
    """A file that is gone is named, with what to do."""
    (folder / name).unlink()

    assert refusal(folder) == f"{folder}: {name} is missing: copy the whole folder again or train it anew"


def test_places_without_an_artefact(folder: Path, tmp_path: Path) -> None:
    """Nothing, a file, an empty folder, and a folder of something else are told apart from damage."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "extension").mkdir()
    (tmp_path / "extension" / "manifest.json").write_text('{"manifest_version": 3, "name": "an extension"}')

    assert "No such file or directory" in refusal(tmp_path / "nowhere")
    assert "Not a directory" in refusal(folder / "manifest.json")
    assert "manifest.json is missing" in refusal(tmp_path / "empty")
    assert "manifest.json is not of a Tipstaff artefact" in refusal(tmp_path / "extension")


def test_unlisted_array_is_refused_and_documents_are_not(folder: Path) -> None:
    """An array that the manifest does not know is suspicious; a model card is welcome."""
    (folder / "MODEL_CARD.md").write_text("# Forum")
    (folder / "NOTICE").write_text("Thanks")
    assert read_sample(folder).manifest.name == "forum"

    (folder / "more.npy").write_bytes((folder / "scale.npy").read_bytes())

    assert "'more.npy' is not among the arrays" in refusal(folder)


def test_huge_manifest_is_refused_unread(folder: Path) -> None:
    """A manifest of gigabytes takes no memory."""
    os.truncate(folder / "manifest.json", 2**33)
    tracemalloc.start()

    line = refusal(folder)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "manifest.json is larger than" in line
    assert peak < 2**20


def test_other_normaliser_is_refused(folder: Path) -> None:
    """Weights are worthless for texts that are normalised otherwise."""
    assert "text normaliser '7', this Tipstaff has '8': train it anew" in refusal(folder, normaliser="8")


@pytest.mark.parametrize("name", ["manifest.json", "weights.npy"])
def test_links_are_not_followed(folder: Path, tmp_path: Path, name: str) -> None:
    """No file of an artefact may be a link, which could lead anywhere."""
    (folder / name).rename(tmp_path / "outside")
    (folder / name).symlink_to(tmp_path / "outside")

    assert f"{name} cannot be opened" in refusal(folder)


@pytest.mark.parametrize("name", ["manifest.json", "weights.npy"])
def test_pipes_and_folders_do_not_hang_the_reader(folder: Path, name: str) -> None:
    """What is not a plain file is refused at once."""
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert f"{name} is not a plain file" in refusal(folder)

    (folder / name).unlink()
    (folder / name).mkdir()
    assert f"{name} is not a plain file" in refusal(folder)


@pytest.mark.parametrize("name", ["holiday.jpg", "manifest.json", "weights.npy"])
def test_folder_of_something_else_is_not_replaced(tmp_path: Path, name: str) -> None:
    """A wrong -o must not cost anybody their files."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / name).write_text('{"manifest_version": 3}')

    with pytest.raises(ArtefactError, match="photos: holds something other than an artefact, nothing was written"):
        write_artefact(tmp_path / "photos", description=build_description(), arrays=build_arrays())

    assert [path.name for path in (tmp_path / "photos").iterdir()] == [name]
    assert [path.name for path in tmp_path.iterdir()] == ["photos"]


def test_artefact_with_other_files_is_not_replaced(folder: Path) -> None:
    """What somebody put beside the arrays is not thrown away with them."""
    (folder / "notes.txt").write_text("mine")

    with pytest.raises(ArtefactError, match=r"'notes\.txt' does not belong to the artefact, nothing was written"):
        write_artefact(folder, description=build_description(name="other"), arrays=build_arrays())

    assert read_sample(folder).manifest.name == "forum"


def test_file_is_not_replaced(tmp_path: Path) -> None:
    """A file in the place of the folder, or of its parent, stays."""
    (tmp_path / "file").write_text("mine")

    for place in (tmp_path / "file", tmp_path / "file" / "forum"):
        with pytest.raises(ArtefactError, match="file"):
            write_artefact(place, description=build_description(), arrays=build_arrays())

    assert (tmp_path / "file").read_text() == "mine"


def test_documents_are_written_and_kept(folder: Path) -> None:
    """A model card stays until it is given anew."""
    write_artefact(folder, description=build_description(), arrays=build_arrays(), documents={"MODEL_CARD.md": "one", "NOTICE": "thanks"})

    write_artefact(folder, description=build_description(), arrays=build_arrays(1), documents={"MODEL_CARD.md": "two"})

    assert (folder / "MODEL_CARD.md").read_text() == "two"
    assert (folder / "NOTICE").read_text() == "thanks"


def test_documents_have_known_names(folder: Path) -> None:
    """A document cannot land outside the folder or in the place of an array."""
    with pytest.raises(ArtefactError, match="evil: not a document"):
        write_artefact(folder, description=build_description(), arrays=build_arrays(), documents={"../evil": "x"})


def test_reader_without_its_array_is_refused(tmp_path: Path) -> None:
    """An artefact that could not be loaded is not written."""
    with pytest.raises(ArtefactError, match=r"names 'scale\.npy', which is not among the arrays"):
        write_artefact(tmp_path / "forum", description=build_description(), arrays={"weights.npy": np.zeros(1)})

    assert list(tmp_path.iterdir()) == []


def test_full_disk_leaves_the_old_one(folder: Path) -> None:
    """A disk that refuses the last bytes costs nothing: the old artefact stays, nothing is left over."""
    large = build_arrays() | {"weights.npy": np.zeros((2**16, 3), np.int8)}
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**16, hard))

    try:
        with pytest.raises(ArtefactError, match=r"forum: not written, what was there is untouched: File too large"):
            write_artefact(folder, description=build_description(), arrays=large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    np.testing.assert_array_equal(read_sample(folder).arrays["weights.npy"], build_arrays()["weights.npy"])
    assert [path.name for path in folder.parent.iterdir()] == ["forum"]


def test_system_that_refuses_is_quoted(tmp_path: Path) -> None:
    """Whatever else the system objects to is told in one line, with its own words."""
    with pytest.raises(ArtefactError, match="not written, what was there is untouched: File name too long"):
        write_artefact(tmp_path / ("x" * 300), description=build_description(), arrays=build_arrays())
