"""Records of one file may hold their texts in different fields."""

import json
from pathlib import Path
from typing import Any

import pytest

from service.batch.input.layout import DumpPart
from service.batch.input.open_dump import open_dump, open_dump_part
from service.batch.input.trees.other_texts import find_other_text
from service.batch.rows import Columns, DumpOptions, Reason
from tests.service.batch.input.dump_reader import DumpReader

POST: dict[str, Any] = {"id": 1, "title": "Cats", "content": "Cats are fine animals."}
COMMENT: dict[str, Any] = {"id": 2, "text": "Dogs are finer."}
SUBMISSION = {"id": "s", "title": "Cats", "selftext": "Cats are fine.", "subreddit": "pets", "created_utc": 1577836800}
ANSWER = {"id": "c", "body": "Dogs are finer.", "subreddit": "pets", "created_utc": 1577836801}


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"id": 1, "body": "x"}, "body"),
        ({"id": 1, "text": None, "body": "x"}, None),
        ({"id": 1, "body": 3, "message": "x"}, "message"),
        ({"id": None, "body": "x"}, None),
        ({"message": "not found"}, None),
        ({"id": 1, "body": ""}, None),
    ],
    ids=["other field", "own field without text", "a number", "id is null", "no id", "empty"],
)
def test_a_record_without_the_field_of_the_text_may_have_another(fields: dict[str, object], name: str | None) -> None:
    """It has to be a record with an id, as the others are; a field of the text that is null means that there is none."""
    assert find_other_text(fields, Columns("text", "id"), ("text", "body", "message")) == name


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"posts": [POST], "comments": [COMMENT]}),
        f"{json.dumps(POST)}\n{json.dumps(COMMENT)}\n",
        f"{json.dumps({**POST, 'tags': ['a']})}\n{json.dumps({**COMMENT, 'tags': ['a']})}\n",
    ],
    ids=["two arrays", "lines", "lines with lists"],
)
def test_posts_and_comments_in_one_file_are_all_read(read_dump: DumpReader, content: str) -> None:
    """Each by its own field, and a remark says so."""
    dump = read_dump(content.encode())
    assert [(row.id, row.text) for row in dump.rows] == [(1, POST["content"]), (2, COMMENT["text"])]
    assert any("“content”" in remark for remark in dump.remarks)


def test_submissions_among_comments_of_reddit_are_read(read_dump: DumpReader) -> None:
    """One that is a picture has no text, and says so."""
    lines = [SUBMISSION, ANSWER, {**SUBMISSION, "id": "p", "selftext": ""}]
    dump = read_dump("".join(json.dumps(line) + "\n" for line in lines).encode())
    assert dump.description.startswith("comments of Reddit")
    assert [(row.id, row.text, row.reason) for row in dump.rows] == [
        ("s", "Cats are fine.", None),
        ("c", "Dogs are finer.", None),
        ("p", None, Reason.NO_TEXT),
    ]


def test_they_may_begin_late(tmp_path: Path) -> None:
    """Comments that are followed by thousands of posts are read by Arrow as long as they last, and the posts by their own field."""
    path = tmp_path / "comments.jsonl"
    comments = [{"id": number, "text": f"Dogs are finer, said number {number}."} for number in range(9000)]
    posts = [{"id": number, "content": f"Cats are fine, said number {number}."} for number in range(9000, 18000)]
    path.write_text("".join(json.dumps(record) + "\n" for record in comments + posts))
    expected = [*(comment["text"] for comment in comments), *(post["content"] for post in posts)]
    with open_dump(str(path), DumpOptions()) as dump:
        assert [row.text for row in dump.rows] == expected
    with (
        open_dump_part(str(path), DumpOptions(), DumpPart()) as (_, layout),
        open_dump_part(str(path), DumpOptions(), DumpPart(layout=layout)) as (dump, _),
    ):
        assert dump.chunks is not None
        assert [text for chunk in dump.chunks(1000, 1 << 20) for text in chunk.texts] == expected


def test_the_field_that_the_caller_names_is_the_only_one(read_dump: DumpReader) -> None:
    """Who says where the text is gets no other texts."""
    dump = read_dump(f"{json.dumps(POST)}\n{json.dumps(COMMENT)}\n".encode(), text_column="text")
    assert [row.text for row in dump.rows] == [None, COMMENT["text"]]
    assert not dump.remarks
