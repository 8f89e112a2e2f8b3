"""A wrong call of ``tipstaff train-encoder`` ends with one line that says what to do, before any long work."""

import sys
from pathlib import Path

import pytest

from tests.service.cli.calls import Call


def test_it_says_what_to_install(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PyTorch the command ends at once with the extra that brings it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    result = call("train-encoder", tmp_path, "-o", tmp_path / "out")
    assert result.code == 1
    assert "torch is not installed: pip install 'tipstaff[encoder-training]'" in result.err
    assert not (tmp_path / "out").exists()


def test_a_weight_has_to_be_a_number(call: Call, tmp_path: Path) -> None:
    """A weight of a source that is no number is refused, and named."""
    result = call("train-encoder", tmp_path, "-o", "out", "--source-weight", "forum=much")
    assert result.code == 2
    assert "forum=much: give a number of 0 or more" in result.err.replace("\n", " ")
