"""Counts of attributes: what decides whether a head may be published."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.shipped_model.attribute_counts import AttributeCount, count_attributes, count_attributes_command
from training.shipped_model.corpus import load_corpus

SaveSource = Callable[..., Path]


def test_attributes_are_counted_by_source_and_side(save_source: SaveSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each source's yes and no are counted in train and dev, and the command prints the same as a table."""
    save_source(tmp_path, "hatemoji_build", [{"abusive": True, "native": {"type": kind}} for kind in ("threateninglanguage", "derogation")])
    natives = [("1. threats", "train"), ("2. derogation", "dev"), ("2. derogation", "dev")]
    rows = [{"abusive": True, "split": split, "native": {"sexist": "sexist", "category": name}} for name, split in natives]
    save_source(tmp_path, "edos", rows)
    counts = count_attributes(load_corpus(tmp_path))
    assert AttributeCount("threat", "hatemoji_build", 1, 1, 0, 0) in counts
    assert AttributeCount("threat", "edos", 1, 0, 0, 2) in counts
    assert count_attributes_command(["--corpus", str(tmp_path)]) == 0
    assert "threat             edos                           1         0         0         2" in capsys.readouterr().out


def test_a_missing_corpus_fails_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what is missing on standard error, and its exit code is 1."""
    assert count_attributes_command(["--corpus", str(tmp_path / "nowhere")]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert "the corpus is not there" in output.err
