"""What Lemmy's interface answers, in the shapes that it comes in."""

from typing import Any

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import reasons
from tests.service.batch.input.platforms.record_rows import read_records

POST = {
    "post": {"id": 1, "name": "Beans", "body": "How *high*?", "ap_id": "https://l.example/post/1", "published": "2020-01-01T00:00:00Z"},
    "creator": {"id": 2, "name": "ann"},
    "community": {"id": 5, "name": "gardens"},
}
LINK = {**POST, "post": {"id": 3, "name": "A link", "url": "https://example.org", "ap_id": "https://l.example/post/3"}}
COMMENT: dict[str, Any] = {**POST, "comment": {"id": 1, "content": "hi", "path": "0.9.1", "published": "2020-01-01T00:00:00Z"}}


def test_posts_have_a_text_too() -> None:
    """A post is read with its body and its title; one that is a link only is no comment."""
    rows = read_records([{"posts": [POST, LINK]}], "comments of Lemmy")

    assert (rows[0].id, rows[0].text, rows[0].author, rows[0].title, rows[0].place) == (1, "How *high*?", "ann", "Beans", "gardens")
    assert reasons(rows) == [None, Reason.NOT_A_COMMENT]


def test_ids_of_posts_and_comments_do_not_collide() -> None:
    """In an answer with both, which are counted apart, posts go by their addresses."""
    rows = read_records([{"type_": "All", "comments": [COMMENT], "posts": [POST]}], "comments of Lemmy")

    assert [row.id for row in rows] == ["https://l.example/post/1", 1]
    assert rows[1].parent == "9"


def test_a_comment_may_stand_alone() -> None:
    """One comment, as the answer to writing it or as a line of a file, is read as those in a list."""
    for record in ({"comment_view": COMMENT, "recipient_ids": []}, COMMENT):
        (row,) = read_records([record], "comments of Lemmy")
        assert (row.id, row.text, row.parent) == (1, "hi", "9")
