"""The preview of a run shows what each input is taken for, its first comments, and what would be left out."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from model.errors import DumpError
from service.batch.job import ScoreJob
from service.batch.preview import show_preview
from service.batch.row_selection import RowSelection
from service.batch.rows import DumpOptions
from tests.service.batch.input.packing import pack_zip


@pytest.fixture
def preview(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """A function that returns what is shown of some files."""
    monkeypatch.setenv("COLUMNS", "200")

    def _preview(*paths: Path, **options: Any) -> str:
        show_preview(ScoreJob(list(map(str, paths)), **options))
        return capsys.readouterr().out

    return _preview


def write_records(path: Path, *records: object) -> Path:
    """Write JSON Lines."""
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


def test_each_input_is_described(tmp_path: Path, preview: Any) -> None:
    """Its format, its columns, its first comments and what would be left out."""
    first = write_records(
        tmp_path / "a.jsonl",
        {"id": 7, "text": "good morning", "author": "Ann", "created_at": "2024-02-29", "channel": "general"},
        {"id": 8, "text": " "},
        {"id": 9, "text": None},
    )
    second = tmp_path / "b.csv"
    second.write_text("comment\nhello there\n")
    shown = preview(first, second, dump_options=DumpOptions(), out=tmp_path / "o.csv")

    assert "a.jsonl: " in shown
    assert "JSON Lines" in shown
    assert "text from “text”, id from “id”, author from “author”" in shown
    assert "of 3 rows, 1 would be judged; 2 would have a reason instead (1 empty, 1 no-text)" in shown
    for cell in ("good morning", "Ann", "general", "2024-02-29 00:00", "(no-text)"):
        assert cell in shown
    assert "text from “comment”, no id" in shown
    assert "of 1 row, 1 would be judged" in shown
    assert "hello there" in shown
    assert "nothing was written" in shown
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.jsonl", "b.csv"]


def test_texts_are_shown_as_they_will_be_read(tmp_path: Path, preview: Any) -> None:
    """Mark-up is taken out, and nothing steers the terminal."""
    path = write_records(tmp_path / "a.jsonl", {"kind": "t1", "id": 7, "body": "**bold** \x1b[2J", "subreddit": "cats", "link_id": "t3_a"})
    shown = preview(path)
    assert "bold ␛[2J" in shown
    assert "**" not in shown
    assert "\x1b[2J" not in shown


def test_members_of_an_archive_are_told_apart(tmp_path: Path, preview: Any) -> None:
    """Each has its own description and its first comments; what cannot be read has a note."""
    path = tmp_path / "x.zip"
    path.write_bytes(pack_zip({"a.jsonl": b'{"text":"one"}\n' * 9, "b.csv": b"body\ntwo\n", "c.csv": b"name,age\nann,7\nbob,8\n"}))
    shown = preview(path)
    assert "a.jsonl: JSON Lines; text from “text”" in shown
    assert "b.csv: CSV; text from “body”" in shown
    assert shown.count("one") == 3
    assert "note: " in shown
    assert "(not-read)" in shown


def test_what_is_left_out_is_counted(tmp_path: Path, preview: Any) -> None:
    """Rows that nobody asked for have their own count."""
    rows = ({"text": "x", "date": f"202{year}-01-01"} for year in range(5))
    selection = RowSelection(since=datetime(2023, 1, 1, tzinfo=UTC))
    shown = preview(write_records(tmp_path / "a.jsonl", *rows), selection=selection)
    assert "of 5 rows, 2 would be judged; 3 would be left out (3 since)" in shown


def test_only_the_beginning_of_a_long_file_is_looked_at(tmp_path: Path, preview: Any) -> None:
    """A preview takes a moment, however long the file is."""
    path = tmp_path / "a.txt"
    path.write_text("hello\n" * 10_005)
    assert "of the first 10,000 rows, 10,000 would be judged" in preview(path, dump_options=DumpOptions(lines=True))


def test_a_file_of_which_nothing_would_be_judged_is_pointed_out(tmp_path: Path, preview: Any) -> None:
    """Before a long run, not after it."""
    assert "nothing of it would be judged" in preview(write_records(tmp_path / "a.jsonl", {"text": "[deleted]"}))


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path, preview: Any, capsys: pytest.CaptureFixture[str]) -> None:
    """It is an error, after all inputs have been shown."""
    bad = write_records(tmp_path / "a.jsonl", {"name": "Ann"})
    good = write_records(tmp_path / "b.jsonl", {"text": "hello there"})
    with pytest.raises(DumpError, match=r"a\.jsonl"):
        preview(bad, good)
    shown = capsys.readouterr().out
    assert "a.jsonl cannot be read: " in shown
    assert "hello there" in shown
