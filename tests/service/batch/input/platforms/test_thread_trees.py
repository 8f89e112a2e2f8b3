"""Threads of every platform are unfolded: each comment once, before what answers it, under its own id and with its parent."""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.service.batch.input.platforms.record_rows import read_records


class Thread(NamedTuple):
    """How a platform writes a thread of comments.

    Attributes:
        description: what its platform is called.
        write: returns the record that holds the trees; each is made by ``node``.
        node: returns a comment with a number, the number of its parent, and the comments below it.
        skipped: the number of rows that stand before the comments.
    """

    description: str
    write: Callable[[list[Any]], dict[str, Any]]
    node: Callable[[int, int | None, list[Any]], dict[str, Any]]
    skipped: int = 0


def _listing(things: list[Any]) -> dict[str, Any]:
    return {"kind": "Listing", "data": {"after": None, "children": things}}


def _reddit(number: int, parent: int | None, below: list[Any]) -> dict[str, Any]:
    data = {"id": f"c{number}", "body": f"text {number}", "parent_id": "t3_p" if parent is None else f"t1_c{parent}", "created_utc": 1}
    return {"kind": "t1", "data": {**data, "replies": _listing(below) if below else ""}}


def _bdfr(number: int, parent: int | None, below: list[Any]) -> dict[str, Any]:
    return {**_reddit(number, parent, [])["data"], "replies": below}


def _bluesky_uri(number: int) -> str:
    return f"at://did:plc:a/app.bsky.feed.post/c{number}"


def _bluesky(number: int, parent: int | None, below: list[Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"text": f"text {number}", "$type": "app.bsky.feed.post"}
    if parent is not None:
        record["reply"] = {"parent": {"uri": _bluesky_uri(parent)}, "root": {"uri": "at://did:plc:a/app.bsky.feed.post/root"}}
    return {"post": {"uri": _bluesky_uri(number), "author": {"handle": "a.example"}, "record": record}, "replies": below}


def _coral(number: int, parent: int | None, below: list[Any]) -> dict[str, Any]:
    node = {"id": f"c{number}", "body": f"text {number}", "author": {"username": "a"}}
    return {"node": {**node, "parent": None if parent is None else {"id": f"c{parent}"}, "replies": {"edges": below}}}


THREADS = {
    "reddit": Thread("threads of Reddit", _listing, _reddit),
    "bdfr": Thread("threads of Reddit", lambda trees: {"id": "p", "selftext": "", "comments": trees}, _bdfr, skipped=1),
    "hackernews": Thread(
        "comments of Hacker News",
        lambda trees: {"id": "s", "type": "story", "author": "a", "title": "t", "text": None, "children": trees},
        lambda number, parent, below: {
            **{"id": f"c{number}", "text": f"text {number}", "type": "comment", "author": "a", "children": below},
            "parent_id": "s" if parent is None else f"c{parent}",
        },
        skipped=1,
    ),
    "bluesky": Thread("posts on Bluesky", lambda trees: {"thread": {**_bluesky(-1, None, trees)}}, _bluesky, skipped=1),
    "remark42": Thread(
        "comments of Remark42",
        lambda trees: {"comments": trees, "info": {"count": len(trees)}},
        lambda number, parent, below: {
            "comment": {
                **{"id": f"c{number}", "pid": "" if parent is None else f"c{parent}", "text": f"text {number}"},
                **{"locator": {"site": "s", "url": "u"}, "user": {"name": "a"}},
            },
            "replies": below,
        },
    ),
    "isso": Thread(
        "comments of Isso",
        lambda trees: {"id": None, "total_replies": len(trees), "hidden_replies": 0, "replies": trees},
        lambda number, parent, below: {
            **{"id": f"c{number}", "parent": None if parent is None else f"c{parent}", "text": f"text {number}", "mode": 1},
            "replies": below,
        },
    ),
    "coral": Thread("comments of Coral", lambda trees: {"data": {"story": {"comments": {"edges": trees}}}}, _coral),
}

TOPS = {"None", "p", "s", "c-1"}
"""What the first comments of a thread answer: nothing, or what the thread is about."""


def grow(parents: list[int | None], node: Callable[[int, int | None, list[Any]], Any], parent: int | None = None) -> list[Any]:
    """Return the trees of the comments whose parents are given."""
    numbers = [number for number, above in enumerate(parents) if above == parent]
    return [node(number, parent, grow(parents, node, number)) for number in numbers]


def reading_order(parents: list[int | None], parent: int | None = None) -> list[int]:
    """Return the numbers of the comments in the order in which people read them."""
    order = []
    for number, above in enumerate(parents):
        if above == parent:
            order += [number, *reading_order(parents, number)]
    return order


@st.composite
def families(draw: st.DrawFn) -> list[int | None]:
    """Return for each comment the number of an earlier one that it answers, or None."""
    size = draw(st.integers(1, 12))
    return [draw(st.none() | st.integers(0, number - 1)) if number else None for number in range(size)]


def without_parents(value: Any) -> Any:
    """Return a record in which no comment says what it answers."""
    if isinstance(value, list):
        return [without_parents(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {name: without_parents(inner) for name, inner in value.items() if name not in {"parent_id", "parent", "reply"}}


@pytest.mark.parametrize("name", sorted(THREADS))
@given(parents=families(), tells_parents=st.booleans())
@settings(max_examples=30)
def test_each_comment_of_a_tree_is_read_once(name: str, parents: list[int | None], tells_parents: bool) -> None:
    """Ids, texts and parents are those of the tree, in the order in which people read it, whether comments name their parents or not."""
    thread = THREADS[name]
    record = thread.write(grow(parents, thread.node))
    if not tells_parents:
        record = without_parents(record)
    rows = read_records([record], thread.description)[thread.skipped :]
    order = reading_order(parents)

    assert [row.text for row in rows] == [f"text {number}" for number in order]
    assert [str(row.id).rpartition("/")[2] for row in rows] == [f"c{number}" for number in order]
    answered = [str(row.parent).rpartition("/")[2] for row in rows]
    assert [None if parent in TOPS else parent for parent in answered] == [
        None if parents[number] is None else f"c{parents[number]}" for number in order
    ]


@pytest.mark.parametrize("name", sorted(THREADS))
def test_a_tree_may_be_deep(name: str) -> None:
    """A thread in which everybody answers the comment before has as many rows as comments."""
    thread = THREADS[name]
    node: list[Any] = []
    for number in reversed(range(300)):
        node = [thread.node(number, number - 1 if number else None, node)]
    rows = read_records([thread.write(node)], thread.description)[thread.skipped :]

    assert [row.text for row in rows] == [f"text {number}" for number in range(300)]
