"""The command that trains an encoder, called wrongly: one line that says what to do, before any long work."""

import sys
from pathlib import Path

import pytest

from service.cli.main import main


def run(*arguments: str, patch: pytest.MonkeyPatch) -> int | str | None:
    patch.setattr(sys, "argv", ["tipstaff", "train-encoder", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


def test_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Without PyTorch the command ends at once with the extra that brings it."""
    monkeypatch.setitem(sys.modules, "torch", None)
    assert run(str(tmp_path), "-o", str(tmp_path / "out"), patch=monkeypatch) == 1
    assert "torch is not installed: pip install 'tipstaff[encoder-training]'" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_weight_has_to_be_a_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """A weight of a source that is no number is refused, and named."""
    assert run(str(tmp_path), "-o", "out", "--source-weight", "forum=much", patch=monkeypatch) == 2
    assert "forum=much: give a number of 0 or more" in capsys.readouterr().err.replace("\n", " ")
