"""Posts on Mastodon as its interface answers them, in the shapes that they come in."""

from typing import Any

from tests.service.batch.input.dump_reader import texts
from tests.service.batch.input.platforms.record_rows import read_records

POSTS = "posts on Mastodon"


def status(key: str, content: str, **fields: object) -> dict[str, Any]:
    """Return a post as the interface answers it."""
    base = {"id": key, "in_reply_to_id": None, "spoiler_text": "", "visibility": "public", "account": {"acct": "ann"}, "reblog": None}
    return {**base, "content": content, **fields}


def test_the_posts_around_a_post_are_read_in_order() -> None:
    """The context of a post holds what stands above it and what answers it."""
    context = {"ancestors": [status("1", "<p>a</p>")], "descendants": [status("3", "<p>c</p>", in_reply_to_id="2")]}
    rows = read_records([context], POSTS)

    assert [(row.id, row.text, row.parent) for row in rows] == [("1", "<p>a</p>", None), ("3", "<p>c</p>", "2")]


def test_a_search_finds_posts_among_other_things() -> None:
    """Accounts and hashtags are no posts."""
    answer = {"accounts": [{"acct": "bob", "note": "<p>hi</p>"}], "statuses": [status("1", "<p>a</p>")], "hashtags": [{"name": "b"}]}

    assert texts(read_records([answer], POSTS)) == ["<p>a</p>"]


def test_quoted_posts_are_not_read_twice() -> None:
    """Neither the post that stands inside nor the link to it, which software that shows the post leaves out, is part of the text."""
    quoted = {"state": "accepted", "quoted_status": status("9", "<p>theirs</p>")}
    content = '<p class="quote-inline">RE: <a href="https://m.example/9">https://m.example/9</a></p><p>mine</p>'
    rows = read_records([status("1", content, quote=quoted)], POSTS)

    assert texts(rows) == ["<p>mine</p>"]
