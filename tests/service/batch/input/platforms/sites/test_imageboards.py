"""Threads and catalogues of imageboards."""

from typing import Any

from model.comment import Format
from tests.service.batch.input.platforms.record_rows import read_records

FIRST: dict[str, Any] = {
    "no": 10,
    "now": "01/01/20(Wed)00:00:00",
    "name": "Anonymous",
    "sub": "Beans",
    "com": "first",
    "resto": 0,
    "time": 1577836800,
}
SECOND: dict[str, Any] = {
    "no": 11,
    "name": "Anonymous",
    "com": '<a href="#p10" class="quotelink">&gt;&gt;10</a><br>no',
    "resto": 10,
    "time": 1577836801,
}
PICTURE: dict[str, Any] = {"no": 12, "name": "Anonymous", "filename": "a", "ext": ".png", "resto": 10, "time": 1577836802}


def test_the_posts_of_a_thread_answer_the_first() -> None:
    """A picture without words has an empty text, not none."""
    rows = read_records([{"posts": [FIRST, SECOND, PICTURE]}], "posts of an imageboard")

    assert [(row.id, row.parent, row.text) for row in rows] == [(10, None, "first"), (11, "10", SECOND["com"]), (12, "10", "")]
    assert {row.format for row in rows} == {Format.HTML}


def test_a_catalogue_holds_the_latest_posts_of_each_thread() -> None:
    """The pages of a catalogue hold threads, and these their latest replies."""
    rows = read_records([{"page": 1, "threads": [{**FIRST, "last_replies": [SECOND]}]}], "posts of an imageboard")

    assert [row.id for row in rows] == [10, 11]
