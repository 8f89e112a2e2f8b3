"""TikTok: ``user_data.json``, whose lists of comments, messages and posts have different fields."""

from service.batch.input.platforms.message_context import keep_whole
from service.batch.input.platforms.nested_values import text_in
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["TIKTOK"]

_NOTHING = "N/A"


def _is_tiktok(fields: RecordFields) -> bool:
    """Tell whether a record is of TikTok, which writes ``N/A`` where a comment has no photo or sticker, and gives it no id."""
    return _NOTHING in {text_in(fields, "photo", "Photo"), text_in(fields, "sticker", "Sticker")} and "id" not in fields


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    names = ("comment", "Comment", "Content", "content", "Title")
    text = next((fields[name] for name in names if name in fields), None)
    return {
        "text": text,
        "author": fields.get("From") or fields.get("from"),
        "time": fields.get("date") or fields.get("Date"),
    }, None if any(name in fields for name in names) else Reason.NOT_A_COMMENT


TIKTOK = Platform(
    name="tiktok",
    description="a user's comments and messages on TikTok",
    signatures=(frozenset({"date", "comment", "photo"}), frozenset({"date", "comment", "sticker"})),
    columns=Columns("text", None, "author", None, "time"),
    prepare=_prepare,
    unfold=keep_whole,
    recognises=_is_tiktok,
)
"""Comments and direct messages; what was watched or searched for is no comment."""
