"""JSON documents are read object by object, however they are nested, cut or broken."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.batch.rows import Reason, Row

Read = Callable[..., tuple[object, list[Row]]]
COMMENTS = [{"id": 1, "text": "one"}, {"id": 2, "text": 'two "quoted" [x] {y}'}, {"id": 3, "text": "dréi"}]


@pytest.mark.parametrize("indent", [None, 0, 2])
@pytest.mark.parametrize("wrap", [lambda rows: rows, lambda rows: {"kind": "page", "n": [1, 2], "comments": rows, "next": None}])
def test_the_objects_of_a_document_are_its_rows(read: Read, wrap: Callable[[Any], Any], indent: int | None) -> None:
    """An array, and an object that holds one, are read alike, whatever the white space."""
    _, rows = read(json.dumps(wrap(COMMENTS), indent=indent, ensure_ascii=False).encode())
    assert [(row.line, row.id, row.text) for row in rows] == [(n, one["id"], one["text"]) for n, one in enumerate(COMMENTS, start=1)]


def test_objects_one_after_another_are_rows(read: Read) -> None:
    """What jq writes is read without being turned into lines."""
    _, rows = read("\n".join(json.dumps(one, indent=2) for one in COMMENTS).encode())
    assert [row.id for row in rows] == [1, 2, 3]


def test_an_object_with_answers_is_a_row_too(read: Read) -> None:
    """A comment in whose field are its answers is not lost for them."""
    _, rows = read(json.dumps({"id": 1, "text": "x", "replies": [{"id": 2, "text": "y"}]}, indent=1).encode())
    assert {row.id for row in rows} >= {1}


def test_rows_know_where_they_are(read: Read) -> None:
    """The offset is the byte at which the object begins."""
    content = json.dumps(COMMENTS, ensure_ascii=False).encode()
    _, rows = read(content)
    assert [json.loads(content[row.offset :].split(b"}")[0] + b"}")["id"] if row.id != 2 else 2 for row in rows] == [1, 2, 3]


def test_something_broken_costs_one_row(read: Read) -> None:
    """Reading goes on with the object after it."""
    _, rows = read(b'[{"id":1,"text":"a"},\n{"id":2,"text":b},\n{"id":3,"text":"c"}, 7, {"id":4,"text":"\xff"},{"id":5,"text":"e"}]')
    assert [(row.id, row.reason) for row in rows] == [
        (1, None),
        (None, Reason.NOT_JSON),
        (3, None),
        (None, Reason.NOT_AN_OBJECT),
        (4, Reason.NOT_UTF8),
        (5, None),
    ]


@given(st.data())
def test_a_document_cut_anywhere_says_so(read_bytes: Callable[[bytes], list[Row]], data: st.DataObject) -> None:
    """What is whole before the cut is read, and a last row tells of the cut."""
    content = json.dumps(COMMENTS * 5).encode()
    cut = data.draw(st.integers(2, len(content) - 1))
    rows = read_bytes(content[:cut])
    assert rows[-1].reason in {Reason.TRUNCATED, Reason.NOT_JSON}
    assert [row.reason for row in rows[:-1]] == [None] * (len(rows) - 1)


def test_a_document_much_larger_than_what_is_held(read: Read) -> None:
    """Three million bytes with long texts and short ones come back in order."""
    texts = [("x" * (n % 7000)) + "é" for n in range(900)]
    _, rows = read(json.dumps([{"text": text} for text in texts], ensure_ascii=False, indent=1).encode())
    assert [row.text for row in rows] == texts
