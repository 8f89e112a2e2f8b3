"""Recent comments are read from any file that ``tipstaff score`` reads; only texts are taken, and not too many."""

import json
from pathlib import Path

import pytest

from model.errors import DumpError
from service.retraining import recent_comments
from service.retraining.recent_comments import read_recent_comments


def test_comments_with_a_text_are_read(tmp_path: Path) -> None:
    """Rows without a text are left out."""
    file = tmp_path / "recent.jsonl"
    rows = [{"id": 1, "text": "first"}, {"id": 2, "text": " "}, {"id": 3, "text": None}, {"id": 4, "text": "second"}]
    file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")

    comments = read_recent_comments(file)

    assert [comment.text for comment in comments] == ["first", "second"]


def test_of_a_long_file_the_end_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Dumps have the newest comments last, so these are the ones that are kept."""
    monkeypatch.setattr(recent_comments, "MOST_RECENT", 3)
    file = tmp_path / "recent.csv"
    file.write_text("text\n" + "".join(f"comment number {number}\n" for number in range(10)), encoding="utf-8")

    assert [comment.text[-1] for comment in read_recent_comments(file)] == ["7", "8", "9"]


def test_file_without_a_text_is_refused(tmp_path: Path) -> None:
    """Nothing to judge is said, in one line that names the file."""
    file = tmp_path / "recent.jsonl"
    file.write_text('{"text": ""}\n', encoding="utf-8")

    with pytest.raises(DumpError, match=r"recent\.jsonl: holds no comment with a text"):
        read_recent_comments(file)
