"""Array files: every bit comes back, the pages are shared, and a file that is not the one described is refused."""

import os
import pickle
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from model.array_types import AnyArray
from model.artefact.folder import write_artefact
from model.errors import ArtefactError
from tests.model.artefact.samples import build_arrays, build_description, forge, forge_array, read_sample, refusal


@given(
    stn.arrays(
        st.sampled_from(["i1", "u1", "<i2", "<i4", "<u4", "<i8", "<f4", "<f8"]),
        stn.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4),
    ).filter(lambda array: bool(np.isfinite(array).all())),
    st.booleans(),
)
def test_any_array_comes_back_bit_for_bit(tmp_path_factory: pytest.TempPathFactory, array: AnyArray, fortran: bool) -> None:
    """Dtype, shape and every bit survive, for numpy.load as well."""
    place = tmp_path_factory.mktemp("any") / "forum"
    laid_out = np.asarray(array, order="F") if fortran else array

    write_artefact(place, description=build_description(readers=({"kind": "ngrams"},)), arrays={"any.npy": laid_out})

    for back in (read_sample(place).arrays["any.npy"], np.load(place / "any.npy", allow_pickle=False)):
        assert (back.dtype, back.shape) == (array.dtype, array.shape)
        assert back.tobytes() == array.tobytes()


def test_arrays_cannot_be_written(shared: Path) -> None:
    """Arrays lie in memory of their own, aligned; nobody can change them by accident."""
    for array in read_sample(shared).arrays.values():
        assert not array.flags.writeable
        assert not array.flags.owndata
        assert array.flags.aligned
        assert array.flags.c_contiguous


def test_arrays_outlive_the_folder(folder: Path) -> None:
    """Who has read an artefact keeps it when another takes its place, and no file stays open."""
    before = read_sample(folder)
    open_before = psutil.Process().num_fds()

    write_artefact(folder, description=build_description(), arrays=build_arrays(1))
    after = read_sample(folder)

    np.testing.assert_array_equal(before.arrays["weights.npy"], build_arrays(0)["weights.npy"])
    np.testing.assert_array_equal(after.arrays["weights.npy"], build_arrays(1)["weights.npy"])
    del after
    assert psutil.Process().num_fds() == open_before


def test_truncated_array_is_named_with_its_size(folder: Path) -> None:
    """The line tells how much of the file there is."""
    os.truncate(folder / "weights.npy", 100)

    assert "weights.npy is truncated (100 bytes of 248)" in refusal(folder)


def test_arrays_of_another_artefact_are_refused(folder: Path, tmp_path: Path) -> None:
    """A manifest and arrays that do not belong together do not pass, though each is whole."""
    write_artefact(tmp_path / "other", description=build_description(), arrays=build_arrays(1))
    (folder / "weights.npy").write_bytes((tmp_path / "other" / "weights.npy").read_bytes())

    assert "weights.npy was altered" in refusal(folder)


def test_pickle_in_an_array_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    """A file of pickled objects, with all hashes right, runs nothing."""

    class Payload:
        def __reduce__(self) -> tuple[Any, ...]:
            return (Path.touch, (tmp_path / "ran",))

    objects = np.array([Payload()], object)
    np.save(tmp_path / "payload.npy", objects, allow_pickle=True)
    saved = (tmp_path / "payload.npy").read_bytes()
    assert b"touch" in saved

    for data in (saved, pickle.dumps(Payload()), saved.ljust(248, b"\0")[:248]):
        forge_array(folder, "weights.npy", data)
        assert "weights.npy" in refusal(folder)

    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("other", [np.zeros((3, 40), np.int8), np.zeros((40, 3), np.uint8), np.zeros((40, 3), np.int8, order="F")])
def test_array_must_be_what_the_manifest_says(folder: Path, tmp_path: Path, other: AnyArray) -> None:
    """An honest array file of the right size but of another shape, dtype or order is refused."""
    np.save(tmp_path / "other.npy", other)

    forge_array(folder, "weights.npy", (tmp_path / "other.npy").read_bytes())

    assert "weights.npy was altered" in refusal(folder)


def test_huge_shape_takes_no_memory(folder: Path) -> None:
    """A manifest that promises a gigabyte is refused by the size of the file."""
    forge(folder, lambda document: document["arrays"]["weights.npy"].update(shape=[2**15, 2**15]))
    tracemalloc.start()

    line = refusal(folder)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert "weights.npy is truncated (248 bytes of 1073741952)" in line
    assert peak < 2**20


def test_array_that_is_not_finite_is_refused(folder: Path) -> None:
    """One NaN among the weights would make every score NaN."""
    data = bytearray((folder / "scale.npy").read_bytes())
    data[-4:] = np.array([np.nan], "<f4").tobytes()

    forge_array(folder, "scale.npy", bytes(data))

    assert "scale.npy holds numbers that are not finite" in refusal(folder)


@pytest.mark.parametrize(
    "array",
    [
        np.array([None], object),
        np.array(["a"]),
        np.zeros(2, np.float16),
        np.zeros(2, np.complex128),
        np.zeros(2, ">f8"),
        np.zeros(2, "M8[s]"),
        np.zeros(2, bool),
        np.zeros(2, [("a", "i1")]),
        np.array([0, np.nan]),
        np.array([0, -np.inf], np.float32),
    ],
    ids=lambda array: str(array.dtype),
)
def test_array_that_is_not_storable_is_named(folder: Path, array: AnyArray) -> None:
    """Whatever could run, or depends on the machine, or is not finite stays out, and the old artefact stays."""
    with pytest.raises(ArtefactError, match=r"^weights\.npy: not written"):
        write_artefact(folder, description=build_description(), arrays=build_arrays() | {"weights.npy": array})

    np.testing.assert_array_equal(read_sample(folder).arrays["weights.npy"], build_arrays()["weights.npy"])
