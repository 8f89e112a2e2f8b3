"""A comparison of two artefacts: what is written, and what is refused before the work. tests/service/cli tests the command."""

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from model.errors import ArtefactError, TableError
from training.comparison.compare_artefacts import CompareJob, run_comparison
from training.comparison.comparison_report import COMPARISON_FILES

TEXTS = {"thank you for the cake": "fine", "a lovely garden": "fine", "you stupid idiot": "toxic", "shut up, moron": "toxic"}


@pytest.fixture(scope="module")
def both(write_both: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artefact with a tiny encoder, which is quick."""
    return write_both(tmp_path_factory.mktemp("artefacts") / "both")


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table of four labelled comments."""
    path = tmp_path / "comments.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *TEXTS.items()])
    return path


def test_the_job_says_what_is_written(both: Path, table: Path, tmp_path: Path) -> None:
    """With a folder there is a report, with a file the changed comments; steps are reported in their order."""
    steps: list[str] = []
    job = CompareJob(both, both, (table,), out=tmp_path / "out", texts=tmp_path / "changed.jsonl", resamples=2)
    run = run_comparison(job, lambda step, share: steps.append(step))
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(COMPARISON_FILES)
    assert json.loads((tmp_path / "out" / "compare.json").read_text("utf-8"))["rows"] == run.comparison.rows == run.reading.used == 4
    assert (tmp_path / "changed.jsonl").read_text("utf-8") == ""
    assert list(dict.fromkeys(steps)) == ["reading", "first", "second", "comparing"]


def test_places_that_cannot_be_written_are_refused_before_the_work(tmp_path: Path) -> None:
    """Neither artefact nor table need exist for the error to come."""
    (tmp_path / "notes.txt").write_text("")
    missing = tmp_path / "missing"
    with pytest.raises(ArtefactError, match="holds something other than a comparison"):
        run_comparison(CompareJob(missing, missing, (missing,), out=tmp_path))
    with pytest.raises(ArtefactError, match="name a file in a folder that is there and writable"):
        run_comparison(CompareJob(missing, missing, (missing,), texts=missing / "changed.jsonl"))
    with pytest.raises(ArtefactError, match="name a file in a folder that is there and writable"):
        run_comparison(CompareJob(missing, missing, (missing,), texts=tmp_path))


def test_a_clean_source_must_exist(both: Path, table: Path) -> None:
    """A source that no row is from is refused."""
    with pytest.raises(TableError, match="--clean elsewhere"):
        run_comparison(CompareJob(both, both, (table,), clean=("elsewhere",)))
