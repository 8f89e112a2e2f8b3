"""Snapchat: ``chat_history.json``, the conversations of a user, each under the name of the other."""

from service.batch.input.platforms.message_context import keep_whole
from service.batch.input.platforms.platform import Platform, RecordFields
from service.batch.rows import Columns, Reason

__all__ = ["SNAPCHAT"]

_TEXT_KIND = "TEXT"
_SYSTEM_PREFIX = "STATUS"


def _prepare(fields: RecordFields) -> tuple[RecordFields, Reason | None]:
    kind = str(fields.get("Media Type", _TEXT_KIND))
    content = fields.get("Content", fields.get("Text"))
    text = content if content is not None or kind == _TEXT_KIND else ""
    return {**fields, "Content": text}, Reason.NOT_A_COMMENT if kind.startswith(_SYSTEM_PREFIX) else None


SNAPCHAT = Platform(
    name="snapchat",
    description="messages of Snapchat",
    signatures=(frozenset({"from", "media type", "created", "content"}), frozenset({"from", "media type", "created", "text"})),
    columns=Columns("Content", None, "From", None, "Created", place="Conversation Title"),
    prepare=_prepare,
    unfold=keep_whole,
)
"""Messages; photos alone are empty, and what happened to a group is no comment."""
