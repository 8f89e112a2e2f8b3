"""The fields of a manifest take what makes sense, and nothing that would end in numbers that are none."""

from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from model.artefact.field_types import ArrayName, LogOdds, ManifestJson, ManifestName, PriorShare, Probability, Scalar, Slope


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (Probability, [0.5, 1e-300], [0.0, 1.0, float("nan")]),
        (PriorShare, [0.5, 1e-9], [1e-10, 1.0, 1 - 1e-12]),
        (Slope, [1.0, 1e-6], [0.0, -1.0, 1e7, float("inf")]),
        (LogOdds, [0.0, -1e6], [1e7, float("nan")]),
        (Scalar, [1, True, 0.5, "x"], [[], None, float("inf"), "\ud800"]),
        (ManifestJson, [[1, {"a": None}]], [[1, {"a": float("nan")}]]),
        (ManifestName, ["default"], ["", "../x", "x" * 65]),
        (ArrayName, ["weights.npy"], ["../weights.npy", "weights"]),
    ],
)
def test_values_are_taken_or_refused(kind: Any, right: list[object], wrong: list[object]) -> None:
    """What is in range is taken as it is; what is out of range, or of another kind, is refused."""
    adapter: TypeAdapter[object] = TypeAdapter(kind)
    assert [adapter.validate_python(value) for value in right] == right
    for value in wrong:
        with pytest.raises(ValidationError):
            adapter.validate_python(value)
