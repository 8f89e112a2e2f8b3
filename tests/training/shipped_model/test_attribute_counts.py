"""Counts of attributes: what decides whether a head may be published."""

from collections.abc import Callable
from pathlib import Path

import pytest

from training.shipped_model.attribute_counts import AttributeCount, count_attributes, count_attributes_command
from training.shipped_model.corpus import load_corpus

SaveSource = Callable[..., Path]


def test_attributes_are_counted_by_source_and_side(save_source: SaveSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each source's yes and no are counted in train and dev, and the command prints the same as a table."""
    save_source(
        tmp_path,
        "cad",
        [{"abusive": True, "native": {"labels": "PersonDirectedAbuse"}}, {"abusive": False, "native": {"labels": "Neutral"}}],
    )
    natives = [("Misogynistic", "train"), ("Nonmisogynistic", "dev"), ("Nonmisogynistic", "dev")]
    rows = [{"abusive": True, "split": split, "native": {"level_1": name, "level_2": "Derogation"}} for name, split in natives]
    save_source(tmp_path, "guest_misogyny", rows)
    counts = count_attributes(load_corpus(tmp_path))
    assert AttributeCount("personal_attack", "cad", 1, 1, 0, 0) in counts
    assert AttributeCount("sexism", "guest_misogyny", 1, 0, 0, 2) in counts
    assert count_attributes_command(["--corpus", str(tmp_path)]) == 0
    assert "sexism             guest_misogyny                 1         0         0         2" in capsys.readouterr().out


def test_a_missing_corpus_fails_with_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The command says what is missing on standard error, and its exit code is 1."""
    assert count_attributes_command(["--corpus", str(tmp_path / "nowhere")]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert "the corpus is not there" in output.err
