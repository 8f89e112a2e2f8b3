"""Workers note how far they have come, and whoever leads them reads it."""

from pathlib import Path

import numpy as np
import pytest

from service.batch.statistics.counts import RunCounts
from service.batch.workers.progress_notes import ProgressNote, note_progress, read_notes

COUNTS = RunCounts(rows=7, labels=np.array([4, 2, 1], np.int64))


def test_the_latest_note_about_each_shard_is_read(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Rows, labels and bytes are those that were noted last; where no share is known, no byte has been read."""
    monkeypatch.setattr("service.batch.workers.progress_notes._SECONDS_BETWEEN_NOTES", 0.0)
    first, second = note_progress(tmp_path, 3, 1000), note_progress(tmp_path, 4, 1000)
    first(RunCounts(rows=1), 0.1)
    first(COUNTS, 0.25)
    second(COUNTS, None)
    assert read_notes(tmp_path) == {3: ProgressNote(7, (4, 2, 1), 250), 4: ProgressNote(7, (4, 2, 1), 0)}


def test_notes_are_few(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A shard writes no more than one every now and then, however small its chunks are."""
    monkeypatch.setattr("service.batch.workers.progress_notes._SECONDS_BETWEEN_NOTES", 3600.0)
    note_progress(tmp_path, 3, 1000)(COUNTS, 0.25)
    assert read_notes(tmp_path) == {}


def test_progress_that_cannot_be_noted_or_read_harms_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The folder may be gone, and a file in it be damaged."""
    monkeypatch.setattr("service.batch.workers.progress_notes._SECONDS_BETWEEN_NOTES", 0.0)
    note_progress(tmp_path / "gone", 3, 1000)(COUNTS, 0.25)
    (tmp_path / "5").write_text("[1,")
    (tmp_path / "6").write_text("7")
    assert read_notes(tmp_path) == {}
    assert read_notes(tmp_path / "gone") == {}
