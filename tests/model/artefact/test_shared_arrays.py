"""Arrays that artefacts share are read once, and checked as their own are."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from model.artefact.folder import read_artefact, write_artefact
from model.artefact.shared_arrays import SharedArrays
from model.errors import ArtefactError
from tests.model.artefact.samples import NORMALISER, build_arrays, build_description


def write_two(folder: Path) -> tuple[Path, Path]:
    """Writes two artefacts that share an array, which lies in a folder of its own."""
    (folder / "shared").mkdir()
    for name in ("one", "two"):
        arrays = build_arrays() | {"network.npy": np.arange(9, dtype=np.uint8)}
        write_artefact(folder / name, description=build_description(name=name), arrays=arrays)
        shutil.move(folder / name / "network.npy", folder / "shared" / "network.npy")
    return folder / "one", folder / "two"


def test_shared_array_is_read_once(tmp_path: Path) -> None:
    """Two artefacts have the same array in memory, though neither has it in its folder."""
    shared = SharedArrays([tmp_path / "shared"])
    one, two = (read_artefact(folder, normaliser=NORMALISER, shared=shared) for folder in write_two(tmp_path))

    assert one.arrays["network.npy"] is two.arrays["network.npy"]
    assert one.arrays["network.npy"].tolist() == list(range(9))
    assert one.arrays["weights.npy"] is not two.arrays["weights.npy"]


@pytest.mark.parametrize(
    ("damage", "problem"),
    [
        (lambda path: path.unlink(), "network.npy is missing: install tipstaff-languages"),
        (lambda path: path.write_bytes(b"\0" * path.stat().st_size), "network.npy of 'shared' was altered or damaged"),
        (lambda path: path.write_bytes(b""), "network.npy of 'shared' is truncated"),
    ],
)
def test_wrong_shared_array_is_refused(tmp_path: Path, damage: object, problem: str) -> None:
    """An array that is not the one of the manifest is refused in one line that names the artefact."""
    one, _ = write_two(tmp_path)
    damage(tmp_path / "shared" / "network.npy")  # type: ignore[operator]

    with pytest.raises(ArtefactError) as refused:
        read_artefact(one, normaliser=NORMALISER, shared=SharedArrays([tmp_path / "shared"]))
    assert str(refused.value).startswith(f"{one}: {problem}")


def test_first_folder_with_the_right_file_counts(tmp_path: Path) -> None:
    """An operator's folder may hold another network of the same name for packs of its own."""
    one, _ = write_two(tmp_path)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "network.npy").write_bytes(b"another")
    stored = read_artefact(one, normaliser=NORMALISER, shared=SharedArrays([tmp_path / "other", tmp_path / "shared"]))

    assert stored.arrays["network.npy"].tolist() == list(range(9))


def test_without_shared_arrays_they_are_missing(tmp_path: Path) -> None:
    """An artefact that lacks one of its arrays is refused where nobody says where else to look."""
    one, _ = write_two(tmp_path)

    with pytest.raises(ArtefactError, match=r"network\.npy is missing"):
        read_artefact(one, normaliser=NORMALISER)


def test_arrays_that_lie_elsewhere_are_not_written(tmp_path: Path) -> None:
    """An artefact that is written without an array that it shares reads it from where it lies."""
    write_two(tmp_path)
    arrays = build_arrays() | {"network.npy": np.arange(9, dtype=np.uint8)}
    write_artefact(tmp_path / "three", description=build_description(name="three"), arrays=arrays, shared=("network.npy",))

    assert not (tmp_path / "three" / "network.npy").exists()
    stored = read_artefact(tmp_path / "three", normaliser=NORMALISER, shared=SharedArrays([tmp_path / "shared"]))
    assert stored.arrays["network.npy"].tolist() == list(range(9))


def test_arrays_of_an_encoder_are_left_out(tmp_path: Path) -> None:
    """Where the n-grams alone are asked for, nothing else is read: neither what is shared, nor what lies in the folder."""
    one, two = write_two(tmp_path)
    shutil.move(tmp_path / "shared" / "network.npy", two / "network.npy")
    (two / "network.npy").write_bytes(b"")
    used = {name for name in build_arrays() if name in build_description().readers[0].values()}

    assert used
    for folder in (one, two):
        stored = read_artefact(folder, normaliser=NORMALISER, shared=SharedArrays([tmp_path / "shared"]), ngrams_only=True)
        assert stored.arrays.keys() == used
