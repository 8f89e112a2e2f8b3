"""MyBB: its table of posts."""

from service.batch.input.platforms.bbcode import read_bbcode
from service.batch.input.platforms.databases.table_values import text_reader
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns, Reason

__all__ = ["MYBB"]

MYBB = Platform(
    name="mybb",
    description="posts of MyBB",
    signatures=(frozenset({"pid", "tid", "message", "dateline"}),),
    columns=Columns("message", "pid", "username", "replyto", "dateline", title="subject", place="fid"),
    prepare=text_reader("message", read_bbcode, state="visible", reasons={"-1": Reason.REMOVED, "-2": Reason.NOT_A_COMMENT}),
    extra_fields=("visible",),
)
"""``mybb_posts``; drafts are no comments."""
