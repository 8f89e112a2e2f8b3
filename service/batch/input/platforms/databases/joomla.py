"""Joomla: the tables of its extensions for comments and forums."""

from model.comment import Format
from service.batch.input.platforms.bbcode import read_bbcode, read_forum_markup
from service.batch.input.platforms.databases.table_values import is_set, text_reader
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["JCOMMENTS", "K2_COMMENTS", "KOMENTO", "KUNENA"]


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    text = fields.get("comment")
    comment = {**fields, "comment": read_forum_markup(text) if isinstance(text, str) else text}
    return comment, Reason.REMOVED if is_set(fields.get("deleted")) else None


JCOMMENTS = Platform(
    name="joomla",
    description="comments of JComments",
    signatures=(frozenset({"id", "object_id", "object_group", "comment"}),),
    columns=Columns("comment", "id", "name", "parent", "date", title="title", place="object_group"),
    prepare=_prepare,
    extra_fields=("deleted",),
)
"""``jos_jcomments``, whatever the prefix."""

KOMENTO = Platform(
    name="joomla",
    description="comments of Komento",
    signatures=(frozenset({"id", "component", "cid", "comment"}),),
    columns=Columns("comment", "id", "name", "parent_id", "created", title="title", place="component"),
    prepare=text_reader("comment", read_bbcode),
)
"""``jos_komento_comments``."""

K2_COMMENTS = Platform(
    name="joomla",
    description="comments of K2",
    signatures=(frozenset({"id", "itemid", "commenttext"}),),
    columns=Columns("commentText", "id", "userName", None, "commentDate"),
    format=Format.HTML,
)
"""``jos_k2_comments``."""

KUNENA = Platform(
    name="joomla",
    description="posts of Kunena",
    signatures=(frozenset({"mesid", "message"}),),
    columns=Columns("message", "mesid"),
    prepare=text_reader("message", read_bbcode),
)
"""``jos_kunena_messages_text``; author and time stand in another table."""
