"""The smaller parts of a manifest refuse what no artefact has."""

import pytest
from pydantic import ValidationError

from model.artefact.manifest_parts import ArrayEntry, DataSource


def test_array_knows_its_size() -> None:
    """The bytes of an array follow from its dtype and its shape."""
    assert ArrayEntry(dtype="int16", shape=(4, 3), sha256="0" * 64).size == 24


@pytest.mark.parametrize("shape", [(2**31,), (2**16, 2**16), (1, 1, 1, 1, 1), (-1,)])
def test_impossible_array_is_refused(shape: tuple[int, ...]) -> None:
    """An array of a size or a shape that none has is refused before anything is read."""
    with pytest.raises(ValidationError):
        ArrayEntry(dtype="int8", shape=shape, sha256="0" * 64)


def test_unknown_fields_are_refused() -> None:
    """A part has its fields and no others."""
    with pytest.raises(ValidationError):
        DataSource(source="a", sha256="0" * 64, rows=1, licence="MIT", origin="b", extra=1)  # type: ignore[call-arg]
