"""Comments and messages of TikTok are read from one file, whatever else is in it."""

import pytest

from tests.service.batch.input.dump_reader import DumpReader, texts
from tests.service.batch.input.platforms.sample import json_document, json_lines


def data_of(comments: list[dict[str, str]]) -> dict[str, object]:
    """Returns what TikTok hands out, with these comments."""
    date = "2020-01-01 00:00:00"
    return {
        "Activity": {"Video Browsing History": {"VideoList": [{"Date": date, "Link": "https://example.org/v"}]}},
        "Comment": {"Comments": {"App": "", "CommentsList": comments}},
        "Direct Messages": {"Chat History": {"ChatHistory": {"Chat History with b:": [{"Date": date, "From": "bob", "Content": "psst"}]}}},
        "Profile": {"Profile Information": {"ProfileMap": {"userName": "ann", "bio": "roses"}}},
    }


@pytest.mark.parametrize("names", [("date", "comment", "photo", "url"), ("Date", "Comment", "Photo", "Url")], ids=["new", "old"])
def test_comments_and_messages_are_read(read_dump: DumpReader, names: tuple[str, ...]) -> None:
    """Both have text, time and, where it is told, a writer; the names of the fields had capitals once."""
    comments = [dict(zip(names, ("2020-01-01 00:00:00", text, "N/A", ""), strict=True)) for text in ("one", "two")]
    content = read_dump(json_document(data_of(comments)), "user_data.json")
    assert content.description == "a user's comments and messages on TikTok (JSON)"
    assert [(row.text, row.author) for row in content.rows] == [("one", None), ("two", None), ("psst", "bob")]
    assert None not in [row.created_at for row in content.rows]


def test_a_guestbook_with_photos_is_not_taken_for_tiktok(read_dump: DumpReader) -> None:
    """Its comments keep their ids."""
    rows = read_dump(json_lines([{"id": 7, "date": "2020-01-01", "comment": "hi", "photo": "a.jpg"}]), "x.jsonl").rows
    assert [row.id for row in rows] == [7]
    assert texts(rows) == ["hi"]
