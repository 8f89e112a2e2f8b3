"""Listings of Reddit and the archives of its Bulk Downloader, in the shapes that they come in."""

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import reasons, texts
from tests.service.batch.input.platforms.record_rows import read_records


def test_the_comments_of_a_user_are_a_listing() -> None:
    """A listing that is a document by itself is read, with the titles of what was commented on; so are things one a line."""
    thing = {
        "kind": "t1",
        "data": {**{"id": "c1", "body": "hi", "replies": "", "link_title": "Beans", "subreddit": "gardens"}, "parent_id": "t1_c0"},
    }
    for records in ([{"kind": "Listing", "data": {"after": "t1_c9", "children": [thing]}}], [thing]):
        (row,) = read_records(records, "threads of Reddit")

        assert (row.id, row.text, row.parent, row.title, row.place) == ("c1", "hi", "c0", "Beans", "gardens")


def test_what_a_submission_repeats_is_not_counted_twice() -> None:
    """A submission that was posted elsewhere before holds that one, too."""
    original = {"id": "p0", "selftext": "first", "title": "Beans", "author": "ann"}
    data = {"id": "p1", "selftext": "again", "title": "Beans", "author": "bob", "crosspost_parent_list": [original]}
    rows = read_records([{"kind": "Listing", "data": {"children": [{"kind": "t3", "data": data}]}}], "threads of Reddit")

    assert texts(rows) == ["again"]


def test_comments_that_are_only_counted_are_told() -> None:
    """A stub has a row of its own, which is no comment and has no id, because those that it names are not in the dump."""
    stub = {"kind": "more", "data": {"count": 9, "id": "c7", "name": "t1_c7", "parent_id": "t1_c1", "children": ["c7", "c8"]}}
    (row,) = read_records([stub], "threads of Reddit")

    assert (row.id, row.text, row.reason, row.parent) == (None, None, Reason.NOT_A_COMMENT, "c1")


def test_submissions_without_text_are_no_comments() -> None:
    """A link or a picture has a row that says so; a text that was taken away has its own reason."""
    kinds: list[str | None] = ["", None, "[removed]", "hi"]
    submissions: list[dict[str, object]] = [{"id": str(number), "selftext": text, "comments": []} for number, text in enumerate(kinds)]
    rows = read_records(submissions, "threads of Reddit")

    assert reasons(rows) == [Reason.NOT_A_COMMENT, Reason.NOT_A_COMMENT, Reason.REMOVED, None]


def test_tables_that_count_replies_are_no_threads() -> None:
    """Comments whose replies are a number, or missing, are those of flat dumps."""
    flat = {"id": "c1", "body": "hi", "created_utc": 1577836800, "replies": 3, "subreddit": "gardens"}
    (row,) = read_records([flat], "comments of Reddit")

    assert (row.id, row.text, row.place) == ("c1", "hi", "gardens")
