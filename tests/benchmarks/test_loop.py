"""The frame of the benchmark of the loop: parts are chosen by name, and what this machine cannot measure is said."""

from pathlib import Path

import pytest

from benchmarks.figures import Skipped
from benchmarks.loop import PARTS, measure


def test_part_that_does_not_exist_is_refused_with_those_that_do(tmp_path: Path) -> None:
    """A misspelt part measures nothing, and the refusal names every part that there is."""
    with pytest.raises(Skipped) as refusal:
        list(measure(parts=["sites", "gates"], state=tmp_path))

    assert "'gates'" in str(refusal.value)
    assert all(part in str(refusal.value) for part in PARTS)
