"""Flat dumps of Reddit: comments, submissions, and what users download of their own."""

from service.batch.rows import Reason
from tests.service.batch.input.platforms.record_rows import read_records


def test_submissions_have_their_text_and_their_title() -> None:
    """The text of a submission is ``selftext``; where a moderator took it away, that is the reason."""
    fields = {"title": "Beans", "author": "ann", "created_utc": 1577836800, "subreddit": "gardens", "num_comments": 3, "is_self": True}
    first, second = read_records([{"id": "p1", "selftext": "hi", **fields}, {"id": "p2", "selftext": "[removed]"}], "submissions of Reddit")

    assert (first.id, first.text, first.author, first.title, first.place) == ("p1", "hi", "ann", "Beans", "gardens")
    assert second.reason is Reason.REMOVED


def test_what_users_download_names_parents_and_times_in_its_own_way() -> None:
    """``comments.csv`` has bare ids of parents and a date."""
    record = {
        **{"id": "c2", "permalink": "https://www.reddit.com/r/gardens/comments/p1/beans/c2/", "date": "2020-01-01 00:00:00 UTC", "ip": ""},
        **{"subreddit": "gardens", "gildings": "0", "link": "https://www.reddit.com/r/gardens/comments/p1/beans/", "parent": "c1"},
        **{"body": "*hi*", "media": ""},
    }
    (row,) = read_records([record], "a user's comments on Reddit")

    assert (row.id, row.text, row.parent, row.place, str(row.created_at)) == ("c2", "*hi*", "c1", "gardens", "2020-01-01 00:00:00+00:00")
