"""JSON documents are read object by object, however they are nested, cut or broken."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader

COMMENTS = [{"id": 1, "text": "one"}, {"id": 2, "text": 'two "quoted" [x] {y}'}, {"id": 3, "text": "dréi"}]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"kind": "page", "n": [1, 2], "comments": rows, "next": None}])
def test_the_objects_of_a_document_are_its_rows(read_dump: DumpReader, wrap: Callable[[Any], Any], indent: int | None) -> None:
    """An array and an object that contains one are read in the same way, whatever the white space."""
    rows = read_dump(json.dumps(wrap(COMMENTS), indent=indent, ensure_ascii=False).encode()).rows
    assert [(row.line, row.id, row.text) for row in rows] == [
        (n, comment["id"], comment["text"]) for n, comment in enumerate(COMMENTS, start=1)
    ]


def test_objects_one_after_another_are_rows(read_dump: DumpReader) -> None:
    """Objects over several lines, as jq writes them, need not be turned into lines."""
    rows = read_dump("\n".join(json.dumps(comment, indent=2) for comment in COMMENTS).encode()).rows
    assert [row.id for row in rows] == [1, 2, 3]


def test_an_object_with_replies_is_a_row_too(read_dump: DumpReader) -> None:
    """A comment that contains its replies is a row itself."""
    rows = read_dump(json.dumps({"id": 1, "text": "x", "replies": [{"id": 2, "text": "y"}]}, indent=1).encode()).rows
    assert {row.id for row in rows} >= {1}


def test_rows_know_where_they_are(read_dump: DumpReader) -> None:
    """The offset is the byte at which the object begins."""
    content = json.dumps(COMMENTS, ensure_ascii=False).encode()
    rows = read_dump(content).rows
    assert [json.loads(content[row.offset :].split(b"}")[0] + b"}")["id"] if row.id != 2 else 2 for row in rows] == [1, 2, 3]


def test_something_broken_costs_one_row(read_dump: DumpReader) -> None:
    """Reading goes on with the object after it."""
    rows = read_dump(b'[{"id":1,"text":"a"},\n{"id":2,"text":b},\n{"id":3,"text":"c"}, 7, {"id":4,"text":"\xff"},{"id":5,"text":"e"}]').rows
    assert [(row.id, row.reason) for row in rows] == [
        (1, None),
        (None, Reason.NOT_JSON),
        (3, None),
        (None, Reason.NOT_AN_OBJECT),
        (4, Reason.NOT_UTF8),
        (5, None),
    ]


@given(st.data())
def test_a_document_cut_anywhere_says_so(read_dump: DumpReader, data: st.DataObject) -> None:
    """The objects before the cut are read, and a last row says that the document is cut."""
    content = json.dumps(COMMENTS * 5).encode()
    cut = data.draw(st.integers(2, len(content) - 1))
    rows = read_dump(content[:cut]).rows
    assert rows[-1].reason in {Reason.TRUNCATED, Reason.NOT_JSON}
    assert [row.reason for row in rows[:-1]] == [None] * (len(rows) - 1)


def test_a_document_may_be_larger_than_the_window(read_dump: DumpReader) -> None:
    """Long texts and short ones, three million bytes of them, come back in order."""
    texts = [("x" * (n % 7000)) + "é" for n in range(900)]
    rows = read_dump(json.dumps([{"text": text} for text in texts], ensure_ascii=False, indent=1).encode()).rows
    assert [row.text for row in rows] == texts
