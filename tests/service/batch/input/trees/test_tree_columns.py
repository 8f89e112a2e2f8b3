"""Columns are found inside of fields, and a message names those that are meant."""

import json
from pathlib import Path
from typing import Any

import pytest

from model.errors import DumpError
from service.batch.input.open_dump import open_dump
from service.batch.rows import DumpOptions
from tests.service.batch.input.dump_reader import DumpReader

POSTS = [
    {"no": 1, "content": {"body": "first of all", "id": "a"}, "writer": {"name": "Ann"}},
    {"no": 2, "content": {"body": "second of all", "id": "b"}, "writer": {"name": "Bob"}},
]
THREADS = [
    {"id": 7, "title": "one", "comments": [{"nr": 1, "text": "first of all"}, {"nr": 2, "text": "second of all"}]},
    {"id": 8, "title": "two", "comments": [{"nr": 3, "text": "third of all"}]},
]
GERMAN = [{"id": 1, "kommentar": "du bist ein netter Mensch", "antworten": [{"id": 2, "kommentar": "das ist gar nicht wahr"}]}, {"id": 3}]


def lines(records: list[Any]) -> bytes:
    """Return records as JSON Lines."""
    return "\n".join(map(json.dumps, records)).encode()


@pytest.mark.parametrize(
    "write", [lines, lambda records: json.dumps(records).encode(), lambda records: json.dumps({"data": records}).encode()]
)
def test_a_text_inside_of_a_field_is_found_by_its_name(read_dump: DumpReader, write: Any) -> None:
    """Id and author are looked for beside the text, and then around it."""
    rows = read_dump(write(POSTS), author_column="writer").rows
    assert [(row.id, row.text, row.author) for row in rows] == [("a", "first of all", "Ann"), ("b", "second of all", "Bob")]


@pytest.mark.parametrize("text_column", ["content.body", "$.content.body", "body"])
def test_a_path_names_a_field_inside_of_a_field(read_dump: DumpReader, text_column: str) -> None:
    """Other columns may be paths too, and the end of a path is enough where it is clear."""
    rows = read_dump(lines(POSTS), text_column=text_column, id_column="no", author_column="writer.name", keep=("content.id",)).rows
    assert [(row.id, row.text, row.author, row.extra) for row in rows] == [
        (1, "first of all", "Ann", {"content.id": "a"}),
        (2, "second of all", "Bob", {"content.id": "b"}),
    ]


@pytest.mark.parametrize(
    "write", [lines, lambda records: json.dumps(records).encode(), lambda records: json.dumps({"data": records}).encode()]
)
@pytest.mark.parametrize("begin", ["", "data[]."])
def test_each_element_of_a_list_is_a_record(read_dump: DumpReader, write: Any, begin: str) -> None:
    """The path may begin with the document or with a record of it; what stands around the list can be kept."""
    options: dict[str, Any] = {"text_column": f"{begin}comments[].text", "id_column": f"{begin}comments[].nr", "keep": ("title",)}
    rows = read_dump(write(THREADS), **options).rows
    assert [(row.id, row.text, row.extra) for row in rows] == [
        (1, "first of all", {"title": "one"}),
        (2, "second of all", {"title": "one"}),
        (3, "third of all", {"title": "two"}),
    ]


def test_a_column_with_a_dot_in_its_name_is_no_path(read_dump: DumpReader) -> None:
    """An exact name wins."""
    rows = read_dump(lines([{"a.text": "flat", "a": {"text": "nested"}}] * 2), text_column="a.text").rows
    assert [row.text for row in rows] == ["flat", "flat"]


@pytest.mark.parametrize("write", [lines, lambda records: json.dumps(records).encode()])
@pytest.mark.parametrize("options", [{}, {"text_column": "kommentar"}, {"text_column": "Kommentar"}])
def test_a_tree_with_names_that_nobody_knows_is_unfolded(read_dump: DumpReader, write: Any, options: dict[str, str]) -> None:
    """Neither the replies nor their parents are lost, whether the column is named or found by what it holds."""
    rows = read_dump(write(GERMAN), **options).rows
    assert [(row.id, row.text, row.parent) for row in rows] == [
        (1, "du bist ein netter Mensch", None),
        (2, "das ist gar nicht wahr", "1"),
        (3, None, None),
    ]


@pytest.mark.parametrize(
    ("records", "options", "message"),
    [
        ([{"a": {"x": "one of the two", "y": "which is it now"}}] * 3, {}, r"--text-column a\.[xy] .*“a\.[xy]”, “a\.[xy]”"),
        ([{"a": [{"x": "Ann"}, {"x": "Bob"}]}] * 3, {}, r"--text-column 'a\[\]\.x'"),
        (POSTS, {"text_column": "boddy"}, r"there is no column “boddy”; say, for example, --text-column content\.body"),
        (POSTS, {"id_column": "nope"}, r"there is no column “nope”; check --id-column .*“content\.id”"),
    ],
    ids=["doubt", "unknown", "misspelt", "other"],
)
def test_a_message_says_what_would_work(read_dump: DumpReader, records: list[Any], options: dict[str, str], message: str) -> None:
    """It lists fields inside of fields, and gives the option as it is to be typed."""
    with pytest.raises(DumpError, match=message):
        read_dump(lines(records), **options)


def test_a_text_that_begins_late_is_found_by_its_name(read_dump: DumpReader) -> None:
    """A column of text that is empty at the beginning is still the column of the text."""
    records = [{"id": at, "text": None if at < 1200 else "at last", "title": "x"} for at in range(1300)]
    rows = read_dump(lines(records)).rows
    assert [row.text for row in rows[1199:1201]] == [None, "at last"]
    assert len(rows) == 1300


def test_a_text_in_parts_is_found(read_dump: DumpReader) -> None:
    """A list of strings or a document of an editor in place of a text is one text."""
    document = {"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "in a document"}]}]}
    rows = read_dump(lines([{"id": 1, "body": ["in ", "parts"]}, {"id": 2, "body": document}, {"id": 3, "body": "whole"}])).rows
    assert [row.text for row in rows] == ["in parts", "in a document", "whole"]


def test_the_words_of_a_text_are_put_together(read_dump: DumpReader) -> None:
    """Where a corpus gives nothing but the words, a comment is their sequence; where there is a text, the words are not looked at."""
    posts = {f"{number}_x": {"post_id": f"{number}_x", "labels": [{"label": "no"}], "post_tokens": ["you", "fool"]} for number in range(3)}
    read = read_dump(json.dumps(posts).encode(), "x.json")
    assert [(row.id, row.text) for row in read.rows] == [("0_x", "you fool"), ("1_x", "you fool"), ("2_x", "you fool")]
    assert any("post_tokens" in remark for remark in read.remarks)
    beside = lines([{"id": 1, "tokens": ["a", "b"], "text": "A b!"}])
    assert [row.text for row in read_dump(beside).rows] == ["A b!"]


def test_the_preview_can_say_that_answers_are_unfolded(tmp_path: Path) -> None:
    """The reasons of the layout tell it where records hold others, and only there."""
    for name, records, count in (("tree", GERMAN, 1), ("flat", [{"id": 1, "text": "a"}] * 300, 0)):
        path = tmp_path / f"{name}.jsonl"
        path.write_bytes(lines(records))
        with open_dump(str(path), DumpOptions()) as dump:
            assert sum("inside of records" in reason for layout in dump.layouts.values() for reason in layout.reasons) == count
