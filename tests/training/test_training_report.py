"""What a training prints: a table and lines for people, JSON for programs."""

import csv
import json
from pathlib import Path

import pytest

from model.ngrams.feature_settings import FeatureSettings
from training.fit.ngram_weights import FitSettings
from training.fit.train import TrainedArtefact, train_artefact
from training.fit.train_job import TrainJob
from training.training_report import print_trained, trained_json

THINGS = tuple(f"{kind} {thing}" for kind in ("red", "old", "quiet", "tiny") for thing in ("bus", "garden", "book", "window", "song"))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> TrainedArtefact:
    """A training on a table whose source has a name that commands terminals, and whose copies contradict each other."""
    folder = tmp_path_factory.mktemp("report")
    rows = [
        (f"{words} {thing}", label)
        for thing in THINGS
        for words, label in (("thank you for the", "fine"), ("shut up you idiotic", "toxic"))
    ]
    rows += [(f"it was a {thing}", label) for thing in THINGS[:2] for label in ("fine", "toxic", "hateful")]
    with (folder / "t.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label", "source"), *((*row, "[red]\x1b[31mours") for row in rows)])
    settings = FitSettings(features=FeatureSettings(bits=12))
    return train_artefact(TrainJob(tables=[folder / "t.csv"], out=folder / "out", fit=settings))


def test_the_figures_are_the_result(trained: TrainedArtefact, capsys: pytest.CaptureFixture[str]) -> None:
    """The table goes to standard output, all else to standard error, and no name of a source commands the terminal."""
    print_trained(trained)
    output = capsys.readouterr()
    assert "[red] [31mours" in output.out
    assert "MEAN" in output.out
    assert "\x1b" not in output.out + output.err
    assert all(line.startswith("tipstaff: ") for line in output.err.splitlines())
    for words in ("46 rows read: 46 used", "the same text, abusive: 2 say yes, 1 no; yes is kept", "rows to learn from", "is written to"):
        assert words in output.err


def test_programs_read_the_same(trained: TrainedArtefact) -> None:
    """The JSON is one line and holds what is printed for people."""
    line = trained_json(trained)
    assert "\n" not in line
    document = json.loads(line)
    assert document["dev"]["MEAN"]["rows"] == document["rows"]["dev"] == len(trained.split.dev)
    assert document["reading"] == {"read": 46, "used": 46, "skipped": 0, "bad": 0, "problems": []}
    assert document["duplicates"]["copies"] == 4
    assert len(document["contradictions"]) == len(trained.deduplicated.contradictions) > 0
    assert document["remarks"] == list(trained.remarks)
    assert Path(trained.out, "manifest.json").exists()
