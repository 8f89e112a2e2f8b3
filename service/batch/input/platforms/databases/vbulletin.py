"""vBulletin: its tables of posts."""

from service.batch.input.platforms.bbcode import read_bbcode
from service.batch.input.platforms.databases.table_values import text_reader
from service.batch.input.platforms.platform import Platform
from service.batch.rows import Columns, Reason

__all__ = ["VBULLETIN", "VBULLETIN_TEXTS"]

VBULLETIN = Platform(
    name="vbulletin",
    description="posts of vBulletin",
    signatures=(frozenset({"postid", "pagetext"}),),
    columns=Columns("pagetext", "postid", "username", "parentid", "dateline", title="title"),
    prepare=text_reader("pagetext", read_bbcode, state="visible", reasons={"2": Reason.REMOVED}),
    extra_fields=("visible",),
)
"""``post``, up to version 4."""

VBULLETIN_TEXTS = Platform(
    name="vbulletin",
    description="posts of vBulletin",
    signatures=(frozenset({"nodeid", "rawtext"}),),
    columns=Columns("rawtext", "nodeid"),
    prepare=text_reader("rawtext", read_bbcode),
)
"""``text``, since version 5; author and time stand in another table."""
