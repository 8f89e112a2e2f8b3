"""Comments in exports of Movable Type are told from the posts around them."""

import pytest

from service.batch.rows import Reason
from tests.service.batch.input.dump_reader import DumpReader, cells

_EXPORT = """AUTHOR: Ann
TITLE: A post
STATUS: Publish
DATE: 01/01/2020 00:00:00 AM
-----
BODY:
The post itself, which is no comment.
-----
COMMENT:
AUTHOR: Bob
EMAIL: bob@x.example
URL:
DATE: 01/31/2020 03:31:05 PM
So <b>good</b>,

AUTHOR: not a field.
-----
PING:
TITLE: Elsewhere
-----
COMMENT:
AUTHOR: Cid
DATE: 02/01/2020 00:00:00
no
-----
--------
"""


def test_comments_are_read_with_author_and_time(read_dump: DumpReader) -> None:
    """Posts and pings are none; what looks like a field within a text is text."""
    read = read_dump(_EXPORT.encode(), "export")
    assert read.description == "comments of Movable Type (Movable Type export)"
    assert [cells(row) for row in read.rows] == [
        (None, "So <b>good</b>,\n\nAUTHOR: not a field.", None, "Bob", None, "2020-01-31T15:31:05+00:00"),
        (None, "no", None, "Cid", None, "2020-02-01T00:00:00+00:00"),
    ]
    assert _EXPORT.encode()[read.rows[0].offset :].startswith(b"COMMENT:\nAUTHOR: Bob")


@pytest.mark.parametrize(("cut", "reason"), [("Cid\n", Reason.TRUNCATED), ("\nno", Reason.TRUNCATED)])
def test_an_export_that_ends_early_says_so(read_dump: DumpReader, cut: str, reason: Reason) -> None:
    """The comment in which it ends has a reason."""
    rows = read_dump(_EXPORT[: _EXPORT.index(cut) + len(cut)].encode(), "export").rows
    assert [row.reason for row in rows] == [None, reason]
