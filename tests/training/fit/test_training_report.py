"""What a training shows: bars where people look, lines and JSON where programs do."""

import csv
import io
import json
from pathlib import Path

import pytest

from model.ngrams.feature_settings import FeatureSettings
from training.fit.ngram_weights import FitSettings
from training.fit.train import TrainedArtefact, TrainJob, train_artefact
from training.fit.training_report import print_trained, progress_bar, trained_json

THINGS = tuple(f"{kind} {thing}" for kind in ("red", "old", "quiet", "tiny") for thing in ("bus", "garden", "book", "window", "song"))


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> TrainedArtefact:
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


def test_a_bar_for_each_step_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where people look each step has a bar, which is full in the end."""
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    monkeypatch.setenv("TERM", "xterm")
    with progress_bar() as tell:
        tell("reading", 0.0)
        tell("fitting", 0.5)
        tell("fitting", 1.0)
        tell("judging", 0.0)
    shown = stream.getvalue()
    assert all(step in shown for step in ("reading", "fitting", "judging"))
    assert shown.count("100 %") >= 3


def test_a_line_for_each_step_elsewhere(capsys: pytest.CaptureFixture[str]) -> None:
    """In a log each step is one line, however often it is told."""
    with progress_bar() as tell:
        for share in (0.0, 0.5, 1.0):
            tell("fitting", share)
        tell("judging", 0.0)
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "tipstaff: fitting\ntipstaff: judging\n")


def test_the_figures_are_the_result(made: TrainedArtefact, capsys: pytest.CaptureFixture[str]) -> None:
    """The table goes to standard output, all else to standard error, and no name of a source commands the terminal."""
    print_trained(made)
    told = capsys.readouterr()
    assert "[red] [31mours" in told.out
    assert "MEAN" in told.out
    assert "\x1b" not in told.out + told.err
    assert all(line.startswith("tipstaff: ") for line in told.err.splitlines())
    for words in ("46 rows read: 46 used", "the same text, abusive: 2 say yes, 1 no; yes is kept", "rows to learn from", "is written to"):
        assert words in told.err


def test_programs_read_the_same(made: TrainedArtefact) -> None:
    """The JSON is one line and holds what people are told."""
    line = trained_json(made)
    assert "\n" not in line
    told = json.loads(line)
    assert told["dev"]["MEAN"]["rows"] == told["rows"]["dev"] == len(made.split.dev)
    assert told["reading"] == {"read": 46, "used": 46, "skipped": 0, "bad": 0, "problems": []}
    assert told["duplicates"]["copies"] == 4
    assert len(told["contradictions"]) == len(made.cleaned.contradictions) > 0
    assert told["remarks"] == list(made.remarks)
    assert Path(made.out, "manifest.json").exists()
