"""Answers of Hacker News' search, in the shapes that they come in."""

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import reasons, texts
from tests.service.batch.input.platforms.record_rows import read_records


def test_hits_may_stand_alone() -> None:
    """Hits that a script has put into lines are read as those in an answer."""
    hit = {"objectID": "22", "author": "ann", "comment_text": "hi", "parent_id": 1, "created_at": "2020-01-01T00:00:00Z"}
    (row,) = read_records([hit], "comments of Hacker News")

    assert (row.id, row.text, row.author, row.parent) == ("22", "hi", "ann", "1")


def test_stories_and_polls_are_no_comments() -> None:
    """Neither is the text of a story, nor what a poll has to choose from; of a deleted comment nothing is left."""
    poll = {
        **{"id": 1, "type": "poll", "author": "ann", "text": "Which?", "title": "Poll"},
        "children": [
            {"id": 2, "type": "pollopt", "author": "ann", "text": "this", "children": []},
            {"id": 3, "type": "comment", "author": None, "text": None, "parent_id": 1, "children": []},
            {"id": 4, "type": "comment", "author": "bob", "text": "that", "parent_id": 1, "children": []},
        ],
    }
    rows = read_records([poll], "comments of Hacker News")

    assert reasons(rows) == [Reason.NOT_A_COMMENT, Reason.NOT_A_COMMENT, Reason.DELETED, None]
    assert texts(rows)[-1] == "that"
