"""Comments of Remark42 as its interface answers them."""

from service.batch.input.platforms.known_platforms import recognise_platform
from tests.service.batch.input.platforms.record_rows import read_records
from tests.service.batch.input.platforms.widgets.widget_samples import REMARK42_COMMENTS


def test_an_answer_may_list_comments_or_nest_them() -> None:
    """Both ways have the rows of a backup."""
    flat = {"comments": REMARK42_COMMENTS, "info": {"url": "https://example.org/a", "count": 3}}
    nested = {"comments": [{"comment": REMARK42_COMMENTS[0], "replies": [{"comment": comment} for comment in REMARK42_COMMENTS[1:]]}]}
    expected = [("a", None), ("b", "a"), ("c", "b")]

    for answer in (flat, nested):
        rows = read_records([answer], "comments of Remark42")
        assert [(row.id, row.parent) for row in rows] == expected
        assert {row.place for row in rows} == {"garden"}


def test_the_head_of_a_backup_is_no_comment() -> None:
    """It lists users and pages, and has no row."""
    head = {"version": 1, "users": [], "posts": [{"url": "https://example.org/a", "read_only": True}]}

    assert read_records([head], "comments of Remark42") == []


def test_other_lists_of_comments_are_not_taken_for_them() -> None:
    """An object with comments is Remark42's only if these say where they were written."""
    record = {"comments": [{"id": "1", "text": "hi", "pid": ""}]}

    assert recognise_platform(record, [record]) is None
