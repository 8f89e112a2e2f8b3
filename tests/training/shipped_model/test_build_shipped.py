"""``make train``: a model of the shipped kind from the corpus, or from anybody's tables, without touching the shipped one."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model.artefact.folder import read_artefact, shipped_folder
from model.comment import Comment
from model.moderator import Moderator
from model.normaliser.version import normaliser_version
from training.shipped_model.build_shipped import build_shipped_command

SaveSource = Callable[..., Path]
PEOPLE = ("bob", "ann", "sam", "eve", "kim", "joe", "max", "lea", "tim", "zoe", "ian", "mia")
TEMPLATES = {
    "fine": ("{} grew fine tomatoes on the balcony", "thanks, {}, the recipe worked", "the bus with {} was late again"),
    "toxic": ("{} is a stupid clown", "shut up {} you pathetic fool", "{} you worthless idiot, nobody asked"),
    "hateful": (
        "foreigners like {} are vermin",
        "{} says all immigrants are filth, and so they are",
        "send {} and the other foreigners away",
    ),
}
COMMENTS = [(template.format(person), label) for label, templates in TEMPLATES.items() for template in templates for person in PEOPLE]


def test_anybody_can_train_a_model_of_the_shipped_kind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder of CSV and JSONL tables with a text and a label becomes a model with both readers, its card and its figures."""
    tables = tmp_path / "tables"
    tables.mkdir()
    with (tables / "forum.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *COMMENTS[::2]])
    lines = [json.dumps({"text": text, "label": label}) for text, label in COMMENTS[1::2]]
    (tables / "rulings.jsonl").write_text("\n".join(lines), encoding="utf-8")
    out = tmp_path / "mine"
    assert build_shipped_command(["--corpus", str(tables), "-o", str(out), "--encoder", str(shipped_folder())]) == 0
    manifest = read_artefact(out, normaliser=normaliser_version()).manifest
    assert manifest.name == "custom"
    assert [source.source for source in manifest.data] == ["forum.csv", "rulings.jsonl", "lessons", "authored"]
    assert len(manifest.readers) == 2
    assert manifest.features == read_artefact(shipped_folder(), normaliser=normaliser_version()).manifest.features
    card = (out / "MODEL_CARD.md").read_text("utf-8")
    assert card.startswith("# Model card: the classifier custom\n")
    assert "| forum.csv | 54 | not stated | given to tipstaff train | not stated |" in card
    decisions = Moderator.load(out).decide([Comment("", "what a pathetic fool"), Comment("", "thanks, the tomatoes grew well")])
    assert decisions.labels.tolist() == [1, 0]
    assert "custom@" in capsys.readouterr().out


@pytest.mark.nightly
def test_a_part_of_the_corpus_is_enough(save_source: SaveSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The sources that are there are trained on, and those that are not are named; no encoder joins where none is asked for."""
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    rows = [
        {
            "text": text,
            "abusive": label != "fine",
            "hateful": label == "hateful",
            "split": "dev" if number % 5 == 0 else "train",
            "native": {"labels": "Neutral"},
        }
        for number, (text, label) in enumerate(COMMENTS)
    ]
    save_source(corpus, "cad", rows)
    out = tmp_path / "model"
    assert build_shipped_command(["--corpus", str(corpus), "-o", str(out), "--no-encoder"]) == 0
    manifest = read_artefact(out, normaliser=normaliser_version()).manifest
    assert (manifest.name, len(manifest.readers)) == ("default", 1)
    assert [source.source for source in manifest.data] == ["cad", "readings.parquet", "lessons", "authored"]
    assert "26 of 27 sources of the corpus are not there: cadd, " in capsys.readouterr().err


def test_without_tables_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A missing corpus ends the command with one line that says what is needed, and nothing on standard output."""
    assert build_shipped_command(["--corpus", str(tmp_path / "nowhere"), "-o", str(tmp_path / "out")]) == 1
    output = capsys.readouterr()
    assert (output.out, output.err.count("\n")) == ("", 1)
    assert "nowhere: there is nothing to train on" in output.err
    assert not (tmp_path / "out").exists()
