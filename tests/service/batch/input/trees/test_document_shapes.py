"""The records in a document are found wherever they stand, however large it is."""

import json
from typing import Any

import pytest

from service.batch.input.formats.json.json_window import JsonWindow
from service.batch.input.trees.document_shapes import has_containers
from service.batch.rows import Row
from tests.service.batch.input.dump_reader import DumpReader

COMMENTS = [{"id": 1, "text": "first of all"}, {"id": 2, "text": "second of all"}, {"id": 3, "text": "third of all"}]
DOCUMENTS: dict[str, Any] = {
    "array": COMMENTS,
    "known name": {"kind": "page", "n": [1, 2], "comments": COMMENTS, "next": None},
    "unknown name": {"version": 3, "Beiträge": COMMENTS},
    "deep": {"meta": {"n": 3}, "response": {"thread": {"posts": {"edges": COMMENTS}}}},
    "array of arrays": [COMMENTS[:1], COMMENTS[1:]],
    "pages": [{"page": 1, "items": COMMENTS[:2]}, {"page": 2, "items": COMMENTS[2:]}],
    "keys": {str(comment["id"]): {"text": comment["text"]} for comment in COMMENTS},
    "keys in an object": {"count": 3, "comments": {str(comment["id"]): {"text": comment["text"]} for comment in COMMENTS}},
    "lists by key": {"article-1": COMMENTS[:2], "article-2": COMMENTS[2:]},
    "status": {"code": 0, "message": "success", "data": COMMENTS},
    "other arrays": {
        "formats": [{"url": "x.example/1"}],
        "tags": ["a", "b"],
        "comments": COMMENTS,
        "users": [{"name": "Ann", "text": "me"}],
    },
    "columns by key": {name: {str(at): comment[name] for at, comment in enumerate(COMMENTS)} for name in ("id", "text")},
    "lists": {name: [comment[name] for comment in COMMENTS] for name in ("id", "text")},
    "split": {"columns": ["id", "text"], "index": [0, 1, 2], "data": [[comment["id"], comment["text"]] for comment in COMMENTS]},
    "rows below a header": [["id", "text"], *([comment["id"], comment["text"]] for comment in COMMENTS)],
    "range of a spreadsheet": {"range": "A1:B4", "values": [["id", "text"], *([comment["id"], comment["text"]] for comment in COMMENTS)]},
    "table": {"schema": {"fields": [{"name": "id"}, {"name": "text"}], "primaryKey": ["id"]}, "data": COMMENTS},
    "series": {str(comment["id"]): comment["text"] for comment in COMMENTS},
}
"""Three comments, as various programs write them."""


@pytest.mark.parametrize("limit", [1 << 23, 8], ids=["whole", "in pieces"])
@pytest.mark.parametrize("shape", list(DOCUMENTS))
def test_the_records_of_a_document_are_found(read_dump: DumpReader, monkeypatch: pytest.MonkeyPatch, shape: str, limit: int) -> None:
    """A document that is too large to be seen whole gives the same records."""
    rows = read_pieces(read_dump, monkeypatch, DOCUMENTS[shape], limit)
    assert [(str(row.id), row.text) for row in rows] == [(str(comment["id"]), comment["text"]) for comment in COMMENTS]
    assert [row.line for row in rows] == [1, 2, 3]


@pytest.mark.parametrize("limit", [1 << 23, 8], ids=["whole", "in pieces"])
@pytest.mark.parametrize(
    "document", [["one thing", "another"], {"title": "T", "comments": ["one thing", "another"]}], ids=["array", "field"]
)
def test_strings_are_records(read_dump: DumpReader, monkeypatch: pytest.MonkeyPatch, document: Any, limit: int) -> None:
    """A list of strings holds texts without ids."""
    assert [(row.id, row.text) for row in read_pieces(read_dump, monkeypatch, document, limit)] == [(None, "one thing"), (None, "another")]


def read_pieces(read_dump: DumpReader, monkeypatch: pytest.MonkeyPatch, document: Any, limit: int) -> list[Row]:
    """Read a document of which no object with anything inside that has more than ``limit`` characters is seen whole."""
    try_object = JsonWindow.try_object

    def try_small_object(window: JsonWindow, max_length: int = 1 << 23) -> dict[str, object] | None:
        at = window.at
        value = try_object(window, max_length)
        if value is not None and has_containers(value) and window.at - at > limit:
            window.at = at
            return None
        return value

    monkeypatch.setattr(JsonWindow, "try_object", try_small_object)
    monkeypatch.setattr(JsonWindow, "is_too_long", lambda window: limit < len(window.text))
    return read_dump(json.dumps(document).encode(), name="x.json").rows


def test_a_single_reply_may_stand_under_its_key(read_dump: DumpReader) -> None:
    """Of two posts in a document by keys, one may have two comments and the other only one."""
    posts = {"p": {"comments": {"a": {"text": "one"}, "b": {"text": "two"}}}, "q": {"comments": {"c": {"text": "three"}}}}
    rows = read_dump(json.dumps({"posts": posts}).encode()).rows
    assert [(row.id, row.text) for row in rows] == [("a", "one"), ("b", "two"), ("c", "three")]


@pytest.mark.parametrize("around", [lambda records: records, lambda records: {"comments": records}], ids=["array", "field"])
def test_a_comment_whose_text_is_gone_stays_the_parent_of_its_answers(read_dump: DumpReader, around: Any) -> None:
    """It has a row with a reason, even where it is alone in its document."""
    record = {"id": 1, "text": None, "replies": [{"id": 2, "text": "one"}]}
    for document in (around([record]), record):
        rows = read_dump(json.dumps(document).encode()).rows
        assert [(row.id, row.text, row.parent) for row in rows] == [(1, None, None), (2, "one", "1")]
