"""Every text in a tree is one record, and its parent is the record around it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.batch.input.trees.unfolding import PARENT_FIELD, TreeUnfolder
from service.batch.rows import Columns
from tests.service.batch.input.dump_reader import DumpReader

Tree = list[Any]
"""The replies of a comment, each a tree of its own."""

TREES: st.SearchStrategy[Tree] = st.recursive(st.just([]), lambda inner: st.lists(inner, max_size=3), max_leaves=12)
SHAPES: dict[str, Callable[[list[Any]], Any]] = {
    "list": lambda replies: replies,
    "object": lambda replies: {"count": len(replies), "items": replies},
    "keys": lambda replies: {f"key{at}": reply for at, reply in enumerate(replies)},
    "edges": lambda replies: {"edges": [{"node": reply} for reply in replies], "pageInfo": {"hasNextPage": False}},
    "listing": lambda replies: {"kind": "Listing", "data": {"children": [{"kind": "t1", "data": reply} for reply in replies]}},
}

FIELDS = ["replies", "children", "Antworten", "comments", "replies"]


def build_comment(tree: Tree, name: str, shape: Callable[[list[Any]], Any], field: str) -> dict[str, Any]:
    """Return a comment with its replies; each text and id is the place in the tree."""
    replies = [build_comment(inner, f"{name}.{at}", shape, field) for at, inner in enumerate(tree)]
    return {"id": name, "text": f"text {name}", "author": {"name": "Ann", "text": "about Ann"}, field: shape(replies), "likes": [1, 2]}


def walk(tree: Tree, name: str, parent: str | None) -> Iterator[tuple[str, str, str | None]]:
    """Yield id, text and parent of each comment, parents first."""
    yield name, f"text {name}", parent
    for at, inner in enumerate(tree):
        yield from walk(inner, f"{name}.{at}", name)


@pytest.mark.parametrize(("shape", "field"), list(zip(SHAPES, FIELDS, strict=True)))
@settings(max_examples=15)
@given(trees=st.lists(TREES, min_size=1, max_size=3))
def test_each_text_of_a_tree_is_one_row(read_dump: DumpReader, trees: list[Tree], shape: str, field: str) -> None:
    """As lines, as an array and as one document, in whatever way the replies are stored."""
    comments = [build_comment(tree, str(at), SHAPES[shape], field) for at, tree in enumerate(trees)]
    expected = [row for at, tree in enumerate(trees) for row in walk(tree, str(at), None)]
    contents = {
        "lines": "\n".join(map(json.dumps, comments)),
        "array": json.dumps(comments),
        "document": json.dumps({"page": 1, "results": comments}, indent=1),
    }
    for kind, content in contents.items():
        rows = read_dump(content.encode()).rows
        assert [(row.id, row.text, row.parent) for row in rows] == expected, kind
        assert [row.line for row in rows] == list(range(1, len(rows) + 1)) or kind == "lines"


def test_what_is_quoted_or_attached_is_no_record(read_dump: DumpReader) -> None:
    """A quoted post, a profile, an earlier version or a link has a text, but none that was written here."""
    other = {"id": 9, "text": "elsewhere"}
    fields = ("quoted_status", "parent", "user", "edits", "attachments", "links", "entities", "metadata")
    comment = {"id": 1, "text": "here", **{name: [other, other] for name in fields}, "media": other}
    assert [(row.id, row.text) for row in read_dump(json.dumps([comment, {"id": 2, "text": "too"}]).encode()).rows] == [
        (1, "here"),
        (2, "too"),
    ]


def test_a_child_that_says_what_it_answers_is_believed() -> None:
    """Only one that does not answers the record around it."""
    unfolder = TreeUnfolder(Columns("text", "id", parent="to"))
    replies = [{"id": 2, "text": "b", "to": 7}, {"id": 3, "text": "c", "to": None}, {"id": 4, "text": "d", "to": 0}]
    assert [record.get("to") for record in unfolder.unfold({"id": 1, "text": "a", "replies": replies})] == [None, 7, "1", "1"]


def test_a_record_without_text_that_holds_records_is_none_itself() -> None:
    """A page of comments is no comment; one without any is a record, so that it does not vanish."""
    unfolder = TreeUnfolder(Columns("text", "id"))
    assert [record["text"] for record in unfolder.unfold({"page": 1, "found": [{"text": "a"}, {"text": "b"}]})] == ["a", "b"]
    assert list(unfolder.unfold({"page": 1, "found": []})) == [{"page": 1, "found": []}]


def test_a_deleted_reply_keeps_its_children() -> None:
    """Its text is gone, but its row is there, and its children answer it."""
    unfolder = TreeUnfolder(Columns("text", "id"))
    gone = {"id": 2, "text": None, "replies": [{"id": 3, "text": "c"}]}
    records = list(unfolder.unfold({"id": 1, "text": "a", "replies": [gone]}))
    assert [(record["id"], record["text"], record.get(PARENT_FIELD)) for record in records] == [
        (1, "a", None),
        (2, None, "1"),
        (3, "c", "2"),
    ]


def test_replies_may_be_strings_or_have_their_text_under_another_name() -> None:
    """Among replies, each text counts."""
    unfolder = TreeUnfolder(Columns("text", "id"))
    records = unfolder.unfold({"id": 1, "text": "a", "replies": ["b", "c"], "comments": [{"comment_id": 4, "body": "d"}]})
    assert [(record.get("id"), record["text"], record.get(PARENT_FIELD)) for record in records] == [
        (1, "a", None),
        (None, "b", "1"),
        (None, "c", "1"),
        (4, "d", "1"),
    ]


def test_kept_fields_may_stand_around_a_record() -> None:
    """A comment that is kept with the title of its post has it, though only the post does."""
    unfolder = TreeUnfolder(Columns("comments[].text", "comments[].id"), ["title", "stats.likes"])
    post = {"title": "T", "comments": [{"id": 1, "text": "a", "stats": {"likes": 3}}, {"id": 2, "text": "b"}]}
    assert [(record["title"], record["stats.likes"]) for record in unfolder.unfold(post)] == [("T", 3), ("T", None)]


def test_platforms_make_their_fields_themselves() -> None:
    """Where a platform prepares records, each stays as it is, and only whole records inside of it are added."""
    unfolder = TreeUnfolder(Columns("content", "id"), is_prepared=True)
    activity = {"id": "x", "type": "Create", "object": {"content": "hi"}}
    assert list(unfolder.unfold(activity)) == [activity]


def test_a_tree_may_be_as_deep_as_json_is_read(read_dump: DumpReader) -> None:
    """No depth ends the run."""
    comment: dict[str, Any] = {"id": 0, "text": "x"}
    for number in range(1, 200):
        comment = {"id": number, "text": "x", "replies": [comment]}
    rows = read_dump(json.dumps([comment]).encode()).rows
    assert [row.parent for row in rows] == [None, *map(str, range(199, 0, -1))]


def test_a_post_beside_its_replies_is_a_record(read_dump: DumpReader) -> None:
    """In a document and in a line: the object around them has no text itself, and both in it do."""
    page = {"page": 1, "op": {"id": 1, "text": "post"}, "replies": [{"id": 2, "text": "answer"}]}
    for content in (json.dumps(page), f"{json.dumps(page)}\n" * 2):
        rows = read_dump(content.encode()).rows
        assert [(row.id, row.text) for row in rows[:2]] == [(1, "post"), (2, "answer")]


def test_a_text_at_the_end_of_a_path_is_one_record() -> None:
    """The objects on the way to it are no records again."""
    unfolder = TreeUnfolder(Columns("a.b.text", None))
    assert [
        record["a.b.text"] for record in unfolder.unfold({"a": {"b": {"text": "x"}, "c": {"text": "y"}}, "replies": [{"text": "z"}]})
    ] == ["x", "z"]


def test_a_text_inside_of_something_else_is_one_with_replies_beside_it(read_dump: DumpReader) -> None:
    """Where it stands deeper than those of its replies, neither is lost, and the name of a field is never an id."""
    thread = {
        "id": "t",
        "head": {"first": {"id": 1, "data": {"text": "hello there"}}},
        "replies": {"comments": [{"id": 2, "data": {"text": "you clown"}}]},
    }
    rows = [row for content in (thread, {"items": [thread, thread]}) for row in read_dump(json.dumps(content).encode(), "x.json").rows]
    assert [row.text for row in rows] == ["hello there", "you clown"] * 3
    assert {row.id for row in rows} <= {1, 2, "t", None}
