"""The command that builds the weights of language identification."""

from pathlib import Path

import pytest

from training.languages.identification.build_weights import build_weights_command


def test_a_corpus_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Without the corpus nothing is written, and the folder is named."""
    assert build_weights_command(["--corpus", str(tmp_path), "--output", str(tmp_path / "weights.npz")]) == 1

    assert str(tmp_path) in capsys.readouterr().err
    assert not (tmp_path / "weights.npz").exists()
