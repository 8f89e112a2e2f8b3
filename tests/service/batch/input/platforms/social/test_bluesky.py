"""What Bluesky's interface answers, in the shapes that it comes in."""

from typing import Any

import pytest

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import reasons, texts
from tests.service.batch.input.platforms.record_rows import read_records
from tests.service.batch.input.platforms.social.thread_samples import BLUESKY_POST

POST = "posts on Bluesky"
URI = "at://did:plc:ann/app.bsky.feed.post/b"
RECORD = BLUESKY_POST["record"]
VALUE = {"uri": URI, "cid": "bafyb", "value": RECORD}
SHAPES: dict[str, dict[str, Any]] = {
    "search": {"posts": [BLUESKY_POST], "cursor": "25", "hitsTotal": 1},
    "view": BLUESKY_POST,
    "feed": {"feed": [{"post": BLUESKY_POST, "reply": {"root": {"uri": "at://x"}, "parent": BLUESKY_POST}}], "cursor": "1"},
    "feed_item": {"post": BLUESKY_POST},
    "records": {"records": [VALUE], "cursor": "3k"},
    "record": VALUE,
    "thread_v2": {
        "thread": [{"uri": URI, "depth": 0, "value": {"$type": "app.bsky.unspecced.defs#threadItemPost", "post": BLUESKY_POST}}],
        "hasOtherReplies": False,
    },
}


@pytest.mark.parametrize("shape", sorted(SHAPES))
def test_posts_are_found_in_every_answer(shape: str) -> None:
    """A post is read once, whatever it stands in; what it answers or quotes is not read again."""
    (row,) = read_records([SHAPES[shape]], POST)

    assert (row.id, row.text, row.parent) == (URI, "the middle", "at://did:plc:ann/app.bsky.feed.post/a")
    assert row.author == ("did:plc:ann" if shape.startswith("record") else "ann.example")


def test_reposts_repeat_posts_of_others() -> None:
    """A repost in a feed is no comment and has no id of its own; likes among the records of a repository are no comments either."""
    repost = {"post": BLUESKY_POST, "reason": {"$type": "app.bsky.feed.defs#reasonRepost", "by": {"handle": "bob.example"}}}
    like = {"uri": "at://did:plc:ann/app.bsky.feed.like/1", "cid": "bafyl", "value": {"$type": "app.bsky.feed.like", "subject": {}}}

    (row,) = read_records([{"feed": [repost]}], POST)
    assert (row.id, row.reason) == (None, Reason.NOT_A_COMMENT)
    assert reasons(read_records([like], POST)) == [Reason.NOT_A_COMMENT]
    assert reasons(read_records([like["value"]], POST)) == [Reason.NOT_A_COMMENT]  # type: ignore[list-item]


def test_a_record_that_is_a_file_of_its_own_has_the_id_of_its_file() -> None:
    """A repository that was unpacked has a file for each record, whose name is the last part of its address."""
    ids = {
        "ann/app.bsky.feed.post/3kabc.json": ("3kabc", None),
        "did:plc:ann/app.bsky.feed.post/3kabc.json": ("at://did:plc:ann/app.bsky.feed.post/3kabc", "did:plc:ann"),
        "posts/3kabc.json": (None, None),
    }
    for file, (key, author) in ids.items():
        (row,) = read_records([RECORD], POST, file=file)  # type: ignore[list-item]

        assert (row.id, row.text, row.author) == (key, "the middle", author)


def test_other_threads_are_none_of_bluesky() -> None:
    """A table with a column of the same name stays a table."""
    from service.batch.input.platforms.known_platforms import recognise_platform

    for record in ({"thread": "t1", "text": "hi"}, {"post": {"id": 1}}, {"posts": [{"text": "hi"}]}, {"feed": "x"}):
        assert recognise_platform(record, [record]) is None


def test_texts_of_posts_are_all_read() -> None:
    """Each post of a search has a row."""
    views = [{**BLUESKY_POST, "uri": f"at://did:plc:ann/app.bsky.feed.post/{number}"} for number in range(3)]

    assert texts(read_records([{"posts": views}], POST)) == ["the middle"] * 3
